"""Bands give every row once, whoever asks in which order, and hold nothing that was given."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from skymatte.superres.bands import Bands


@given(height=st.integers(1, 40), step=st.integers(1, 15), asked=st.integers(1, 15), order=st.randoms())
def test_rows_come_as_they_were_made(height: int, step: int, asked: int, order: object) -> None:
    made: list[tuple[int, int]] = []

    def make(rows: slice) -> dict[str, NDArray[np.int64]]:
        made.append((rows.start, rows.stop))
        places = np.arange(rows.start, rows.stop)
        return {"one": places[:, None], "two": 2 * places[:, None]}

    bands = Bands(height, step, make)
    slices = [slice(top, min(top + asked, height)) for top in range(0, height, asked)]
    order.shuffle(slices)  # type: ignore[attr-defined]
    for rows in slices:
        found = bands.rows(rows)
        assert found["one"][:, 0].tolist() == list(range(rows.start, rows.stop))
        assert found["two"].tolist() == (2 * found["one"]).tolist()
    assert made == [(top, min(top + step, height)) for top in range(0, height, step)]
    assert not bands._made
