"""Adaptive pooling as matrix products is torch's adaptive pooling, at any size."""

from __future__ import annotations

import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import nn

from skymatte.networks.pooling import AdaptiveMean, make_exportable

sizes = st.integers(1, 20)


@given(rows=st.integers(1, 7), columns=st.integers(1, 7), height=sizes, width=sizes)
def test_it_is_what_torch_computes(rows: int, columns: int, height: int, width: int) -> None:
    picture = torch.rand(2, 3, height, width)
    ours, theirs = AdaptiveMean(rows, columns)(picture), nn.AdaptiveAvgPool2d((rows, columns))(picture)
    torch.testing.assert_close(ours, theirs, rtol=1e-5, atol=1e-6)


def test_only_pools_of_several_cells_of_known_number_are_replaced() -> None:
    pools = [nn.AdaptiveAvgPool2d(size) for size in (1, 2, (3, 6), (None, 4))]
    inner = nn.Sequential(pools[1], pools[2])
    network = nn.Sequential(pools[0], inner, pools[3])
    names = list(network.state_dict())
    make_exportable(network)
    assert network[0] is pools[0]
    assert [(pool.rows, pool.columns) for pool in inner if isinstance(pool, AdaptiveMean)] == [(2, 2), (3, 6)]
    assert network[2] is pools[3]
    assert list(network.state_dict()) == names
