"""Losses against numbers worked out by hand."""

from __future__ import annotations

import math

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import Tensor

from skymatte.training.losses import cross_entropy, edge_band, focal, loss_of, soft_jaccard
from skymatte.training.recipe import Loss

LOSSES = pytest.mark.parametrize("loss", [cross_entropy, soft_jaccard, focal])


def row(*values: float) -> Tensor:
    """1×1×1×N."""
    return torch.tensor(values, dtype=torch.float32).reshape(1, 1, 1, -1)


def logit(probability: float) -> float:
    return math.log(probability / (1 - probability))


def test_cross_entropy_by_hand() -> None:
    """−ln 0.8 for sky at 0.8, −ln 0.7 for ground at 0.3, and the mixture of both for a half-covered pixel at 0.5."""
    logits = row(logit(0.8), logit(0.3), 0.0)
    expected = (-math.log(0.8) - math.log(0.7) - math.log(0.5)) / 3
    assert float(cross_entropy(logits, row(1, 0, 0.5), row(1, 1, 1))) == pytest.approx(expected, rel=1e-5)


def test_cross_entropy_is_a_mean_over_the_weight() -> None:
    logits = row(logit(0.8), logit(0.3), logit(0.9))
    expected = (-math.log(0.8) - 0.5 * math.log(0.7)) / 1.5
    assert float(cross_entropy(logits, row(1, 0, 0), row(1, 0.5, 0))) == pytest.approx(expected, rel=1e-5)


def test_soft_jaccard_by_hand() -> None:
    """Intersection 0.8 + 0.5·0.5, union 0.8 + 0.3 + 0.5 + 1 + 0.5 − intersection; one added to both."""
    logits = row(logit(0.8), logit(0.3), 0.0)
    both = 0.8 + 0.25
    expected = 1 - (both + 1) / (0.8 + 0.3 + 0.5 + 1.5 - both + 1)
    assert float(soft_jaccard(logits, row(1, 0, 0.5), row(1, 1, 1))) == pytest.approx(expected, rel=1e-5)


def test_soft_jaccard_is_pooled_over_the_batch() -> None:
    """One picture all right, one all wrong: an intersection of 10 in a union of 20, not the mean of two ratios."""
    logits = torch.full((2, 1, 1, 10), 40.0)
    sky = torch.ones(2, 1, 1, 10)
    sky[1] = 0
    assert float(soft_jaccard(logits, sky, torch.ones_like(sky))) == pytest.approx(1 - 11 / 21, rel=1e-5)


def test_focal_by_hand() -> None:
    """Sky at 0.8: 0.2²·−ln 0.8; ground at 0.3: 0.3²·−ln 0.7; with α = 0.25 weighed by 0.25 and 0.75."""
    logits, sky, weight = row(logit(0.8), logit(0.3)), row(1, 0), row(1, 1)
    parts = (0.2**2 * -math.log(0.8), 0.3**2 * -math.log(0.7))
    assert float(focal(logits, sky, weight)) == pytest.approx(sum(parts) / 2, rel=1e-5)
    balanced = focal(logits, sky, weight, gamma=2.0, alpha=0.25)
    assert float(balanced) == pytest.approx((0.25 * parts[0] + 0.75 * parts[1]) / 2, rel=1e-5)


@given(st.floats(-8, 8), st.sampled_from([0.0, 1.0]), st.floats(0.5, 4))
def test_focal_is_its_definition_for_hard_labels(value: float, label: float, gamma: float) -> None:
    """−(1 − p_t)^γ ln p_t, Lin et al. 2017, equation 4."""
    right = 1 / (1 + math.exp(-value if label else value))
    expected = -((1 - right) ** gamma) * math.log(right)
    assert float(focal(row(value), row(label), row(1), gamma=gamma)) == pytest.approx(expected, rel=1e-3, abs=1e-7)


@given(st.lists(st.tuples(st.floats(-20, 20), st.floats(0, 1)), min_size=1, max_size=8))
def test_focal_without_focus_is_cross_entropy(pixels: list[tuple[float, float]]) -> None:
    logits, sky = row(*(value for value, _ in pixels)), row(*(label for _, label in pixels))
    weight = torch.ones_like(sky)
    torch.testing.assert_close(focal(logits, sky, weight, gamma=0.0), cross_entropy(logits, sky, weight))


@pytest.mark.parametrize("gamma", [0.5, 1.0, 2.0])
def test_focal_has_a_gradient_where_a_pixel_is_exactly_right(gamma: float) -> None:
    logits = row(200.0, -200.0, 0.0).requires_grad_()
    (gradient,) = torch.autograd.grad(focal(logits, row(1, 0, 0.5), row(1, 1, 1), gamma=gamma), logits)
    assert torch.isfinite(gradient).all()


def test_the_recipe_chooses_and_weighs() -> None:
    logits, sky, weight = row(0.3, -1.0, 2.0), row(1, 0, 0), row(1, 1, 0.5)
    both = cross_entropy(logits, sky, weight) + 0.5 * soft_jaccard(logits, sky, weight)
    torch.testing.assert_close(loss_of(Loss(jaccard=0.5), logits, sky, weight), both)
    chosen = loss_of(Loss(name="focal", gamma=3.0, alpha=0.4), logits, sky, weight)
    torch.testing.assert_close(chosen, focal(logits, sky, weight, gamma=3.0, alpha=0.4))


@LOSSES
def test_sums_are_added_up_over_processes(loss: object) -> None:
    """A process with half of the batch, whose sums are completed by the other half's, has the whole batch's loss."""
    assert callable(loss)
    logits, sky, weight = row(0.3, -1.0, 2.0, 0.1), row(1, 0, 0, 0.7), row(1, 1, 0.5, 1)
    sums: list[Tensor] = []

    def note(part: Tensor) -> Tensor:
        sums.append(part)
        return part

    loss(logits[..., 2:], sky[..., 2:], weight[..., 2:], note)
    rest = iter(sums)
    completed = loss(logits[..., :2], sky[..., :2], weight[..., :2], lambda part: part + next(rest))
    torch.testing.assert_close(completed, loss(logits, sky, weight))


@pytest.mark.parametrize("sky", [row(1, 0, 1), row(0, 0, 0), row(1, 1, 1)])
@LOSSES
def test_certainty_that_is_right_costs_nothing(loss: object, sky: Tensor) -> None:
    assert callable(loss)
    assert float(loss(80 * sky - 40, sky, torch.ones_like(sky))) == pytest.approx(0, abs=1e-5)


@LOSSES
@given(st.lists(st.tuples(st.floats(-20, 20), st.floats(0, 1)), min_size=1, max_size=8))
def test_ignored_pixels_count_nowhere(loss: object, ignored: list[tuple[float, float]]) -> None:
    """Whatever stands in them, in loss and gradient."""
    assert callable(loss)
    known = row(0.3, -1.0, 2.0).requires_grad_()
    sky = row(1, 0, 0)
    extra, labels = row(*(value for value, _ in ignored)), row(*(label for _, label in ignored))
    plain = loss(known, sky, torch.ones_like(sky))
    weight = torch.cat((torch.ones_like(sky), torch.zeros_like(extra)), 3)
    padded = loss(torch.cat((known, extra), 3), torch.cat((sky, labels), 3), weight)
    torch.testing.assert_close(padded, plain)
    torch.testing.assert_close(*(torch.autograd.grad(value, known)[0] for value in (padded, plain)))


@LOSSES
def test_a_batch_without_any_label_costs_nothing(loss: object) -> None:
    assert callable(loss)
    logits = row(3.0, -2.0).requires_grad_()
    value = loss(logits, row(1, 0), row(0, 0))
    assert float(value.detach()) == pytest.approx(0, abs=1e-6)
    assert float(torch.autograd.grad(value, logits)[0].abs().max()) == 0


def test_edges_can_count_more_in_the_cross_entropy() -> None:
    """Sky for 8 pixels, then ground: two on either side of the edge count three times."""
    sky = row(*[1.0] * 8, *[0.0] * 8)
    band = row(*[0.0] * 6, *[1.0] * 4, *[0.0] * 6)
    assert torch.equal(edge_band(sky), band)
    logits = row(*[logit(0.8)] * 8, *[logit(0.3)] * 8)
    plain, edged = (
        float(loss_of(Loss(jaccard=0, edge=edge), logits, sky, torch.ones_like(sky))) for edge in (0.0, 2.0)
    )
    assert plain == pytest.approx(float(cross_entropy(logits, sky, torch.ones_like(sky))))
    assert edged == pytest.approx(float(cross_entropy(logits, sky, 1 + 2 * band)))
