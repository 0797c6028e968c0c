"""The optimiser's groups, and how the rate changes over a run."""

from __future__ import annotations

import math

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from skymatte.networks.build import build
from skymatte.training.plan import Optimiser
from skymatte.training.schedule import optimiser_of, rate_factor, set_rate


@pytest.mark.parametrize(
    ("batch", "factor"),
    [(0, 0.2), (1, 0.4), (4, 1.0), (59, 1.0), (60, 1.0), (80, 0.5), (90, 0.5 * (1 - math.sqrt(0.5))), (100, 0.0)],
)
def test_the_rate_warms_up_stays_and_decays(batch: int, factor: float) -> None:
    """Four batches of warm-up, a plateau, half a cosine over the last forty of a hundred."""
    assert rate_factor(batch, 100, Optimiser(warmup=4, decay=40)) == pytest.approx(factor, abs=1e-9)


def test_without_warmup_and_decay_the_rate_stays() -> None:
    assert {rate_factor(batch, 10, Optimiser(warmup=0, decay=0)) for batch in range(10)} == {1.0}


@pytest.mark.parametrize(("batch", "factor"), [(0, 0.5), (1, 0.99**0.9), (50, 0.5**0.9), (99, 0.01**0.9)])
def test_poly_is_that_of_pspnet(batch: int, factor: float) -> None:
    """(1 − batch / batches)^0.9 of a hundred batches, the first of which warms up."""
    assert rate_factor(batch, 100, Optimiser(schedule="poly", warmup=1)) == pytest.approx(factor)


def test_a_cosine_without_a_length_is_as_long_as_the_run() -> None:
    plan = Optimiser(warmup=0, decay=None)
    assert [rate_factor(batch, 8, plan) for batch in (0, 4, 6)] == pytest.approx([1, 0.5, (1 - math.sqrt(0.5)) / 2])


@given(st.integers(1, 300), st.integers(0, 300), st.integers(0, 300))
def test_the_rate_rises_then_falls_within_bounds(batches: int, warmup: int, decay: int) -> None:
    plan = Optimiser(warmup=warmup, decay=decay)
    factors = [rate_factor(batch, batches, plan) for batch in range(batches)]
    assert all(0 < factor <= 1 for factor in factors)
    top = factors.index(max(factors))
    assert factors[: top + 1] == sorted(factors[: top + 1])
    assert all(later <= earlier + 1e-12 for earlier, later in zip(factors[top:], factors[top + 1 :], strict=False))


def test_encoder_and_decoder_learn_at_their_own_rates() -> None:
    network = build("skynet")
    optimiser = optimiser_of(network, Optimiser(rate=0.01, encoder_rate=0.002, warmup=1, decay=0))
    decoder, encoder = optimiser.param_groups
    assert (decoder["lr"], encoder["lr"]) == (0.01, 0.002)
    assert len(encoder["params"]) == len(network.encoder_parameters()) > 0
    assert len(decoder["params"]) + len(encoder["params"]) == len(list(network.parameters()))
    set_rate(optimiser, 0, 100, Optimiser(rate=0.01, encoder_rate=0.002, warmup=1, decay=0))
    assert (decoder["lr"], encoder["lr"]) == (0.005, 0.001)


def test_the_encoder_learns_like_the_decoder_unless_told_otherwise() -> None:
    groups = optimiser_of(build("skynet"), Optimiser(rate=0.01)).param_groups
    assert [group["lr"] for group in groups] == [0.01, 0.01]


@pytest.mark.parametrize(("name", "shrunk"), [("adamw", 0.5), ("adam", None)])
def test_weight_decay_is_the_named_optimisers(name: str, shrunk: float | None) -> None:
    """Without a gradient AdamW multiplies a weight by 1 − rate·decay; Adam takes the decay for a gradient and moves by
    the rate."""
    network = build("classic-unet", width=1)
    plan = Optimiser.model_validate({"name": name, "rate": 0.1, "weight_decay": 5.0})
    optimiser = optimiser_of(network, plan)
    with torch.no_grad():
        for parameter in network.parameters():
            parameter.fill_(2.0)
            parameter.grad = torch.zeros_like(parameter)
    optimiser.step()
    expected = 2.0 * shrunk if shrunk else 2.0 - 0.1
    for parameter in network.parameters():
        assert float(parameter.detach().mean()) == pytest.approx(expected, rel=1e-5)
