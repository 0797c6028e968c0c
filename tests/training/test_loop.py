"""The loop: its schedule, its checkpoints, and that a stopped run goes on as if nothing had happened."""

from __future__ import annotations

import copy
import math
from pathlib import Path
from typing import Any

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator
from torch import Tensor

from skymatte.errors import OutputError
from skymatte.networks.efficientnet import imagenet_state
from skymatte.training import loop
from skymatte.training.loop import BEST, LATEST, Run, new_run, rate_factor, samples_of, standardisation
from skymatte.training.recipe import Optimiser, Recipe
from tests.training.small import difference, recipe, run, scenes


class Stopped(Exception):
    """What a person's Ctrl-C is to the loop."""


def checkpoint(path: Path) -> dict[str, Any]:
    state: dict[str, Any] = torch.load(path, weights_only=True)
    return state


def test_standardisation_puts_middle_grey_at_zero_and_a_stop_at_its_place() -> None:
    """ln(0.181) and ln(0.361) through SkyGAN's constants; 0.31 is a stop in ImageNet's units."""
    mean, deviation = standardisation("log")
    grey, brighter = ((math.log(light + 1e-3) + 2.5) / 4.4 for light in (0.18, 0.36))
    assert mean == pytest.approx(grey, abs=1e-6)
    assert (brighter - mean) / deviation == pytest.approx(0.31, rel=1e-5)


@pytest.mark.parametrize(
    ("batch", "factor"),
    [(0, 0.2), (1, 0.4), (4, 1.0), (59, 1.0), (60, 1.0), (80, 0.5), (90, 0.5 * (1 - math.sqrt(0.5))), (100, 0.0)],
)
def test_the_rate_warms_up_stays_and_decays(batch: int, factor: float) -> None:
    """Four batches of warm-up, a plateau, half a cosine over the last forty of a hundred."""
    assert rate_factor(batch, 100, Optimiser(warmup=4, decay=40)) == pytest.approx(factor, abs=1e-9)


@given(st.integers(1, 300), st.integers(0, 300), st.integers(1, 300))
def test_the_rate_rises_then_falls_within_bounds(batches: int, warmup: int, decay: int) -> None:
    plan = Optimiser(warmup=warmup, decay=decay)
    factors = [rate_factor(batch, batches, plan) for batch in range(batches)]
    assert all(0 < factor <= 1 for factor in factors)
    top = factors.index(max(factors))
    assert factors[: top + 1] == sorted(factors[: top + 1])
    assert all(later <= earlier + 1e-12 for earlier, later in zip(factors[top:], factors[top + 1 :], strict=False))


def test_a_run_starts_from_its_seed_alone() -> None:
    torch.manual_seed(99)
    one = new_run(recipe())
    torch.manual_seed(7)
    other = new_run(recipe())
    assert difference(one.network.state_dict(), other.network.state_dict()) == 0
    assert difference(one.network.state_dict(), new_run(recipe(seed=6)).network.state_dict()) > 0


def test_encoder_and_decoder_learn_at_their_own_rates() -> None:
    plan = recipe(optimiser={"rate": 0.01, "encoder_rate": 0.002})
    begun = new_run(plan)
    decoder, encoder = begun.optimiser.param_groups
    assert (decoder["lr"], encoder["lr"]) == (0.01, 0.002)
    assert len(encoder["params"]) == len(list(begun.network.encoder.parameters()))
    assert len(decoder["params"]) + len(encoder["params"]) == len(list(begun.network.parameters()))


def test_the_encoder_starts_from_imagenet_where_the_recipe_says_so() -> None:
    stem = new_run(recipe(start="imagenet")).network.state_dict()["encoder.stem.1.weight"]
    assert torch.equal(stem, imagenet_state()["_conv_stem.weight"])
    assert not torch.equal(new_run(recipe()).network.state_dict()["encoder.stem.1.weight"], stem)


def test_a_stopped_run_goes_on_as_if_nothing_had_happened(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Stopped a batch after the last checkpoint, so that one batch is done twice."""
    step = loop._step

    def stop(state: Run, plan: Recipe, batch: tuple[Tensor, Tensor, Tensor]) -> float:
        if state.batch == 3:
            raise Stopped
        return step(state, plan, batch)

    whole = run(tmp_path / "whole")
    monkeypatch.setattr(loop, "_step", stop)
    with pytest.raises(Stopped):
        run(tmp_path / "parts")
    monkeypatch.setattr(loop, "_step", step)
    assert checkpoint(tmp_path / "parts" / LATEST)["batch"] == 2
    lines: list[str] = []
    resumed = run(tmp_path / "parts", report=lines.append)
    assert lines[0] == "going on from batch 2 of 4"
    assert (whole.batch, resumed.batch) == (4, 4)
    assert difference(whole.network.state_dict(), resumed.network.state_dict()) < 1e-6
    assert difference(whole.average.state_dict(), resumed.average.state_dict()) < 1e-6
    assert resumed.best == pytest.approx(whole.best, abs=1e-6)
    begun = new_run(recipe())
    assert difference(begun.network.state_dict(), whole.network.state_dict()) > 1e-3


def test_a_finished_run_has_nothing_left_to_do(tmp_path: Path) -> None:
    plan = recipe(batches=1)
    done = run(tmp_path, plan)
    again = run(tmp_path, plan)
    assert difference(done.network.state_dict(), again.network.state_dict()) == 0
    assert again.batch == 1


def test_the_best_checkpoint_is_the_best_and_the_latest_the_latest(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Scores 0.5, 0.7, 0.6, 0.7: the first of the two best is kept."""
    scores = iter([0.5, 0.7, 0.6, 0.7])
    monkeypatch.setattr(loop, "score", lambda _: next(scores))
    monkeypatch.setattr(loop, "log_validation", lambda *_: None)
    lines: list[str] = []
    finished = run(tmp_path, recipe(validate_every=1), lines.append)
    best, latest = checkpoint(tmp_path / BEST), checkpoint(tmp_path / LATEST)
    assert (best["batch"], best["best"]) == (2, 0.7)
    assert (latest["batch"], latest["best"]) == (4, 0.7)
    assert difference(latest["network"], finished.network.state_dict()) == 0
    assert difference(best["average"], finished.average.state_dict()) > 0
    validations = [line for line in lines if line.startswith("validation at ")]
    assert [line.split("  ")[0] for line in validations] == [
        "validation at 1: 0.5000 (best 0.5000)",
        "validation at 2: 0.7000 (best 0.7000)",
        "validation at 3: 0.6000 (best 0.7000)",
        "validation at 4: 0.7000 (best 0.7000)",
    ]
    assert sorted(path.name for path in tmp_path.glob("*.pt")) == [BEST, LATEST]


def test_a_checkpoint_that_fails_halfway_leaves_the_old_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    state = new_run(recipe())
    state.save(tmp_path / LATEST)
    before = (tmp_path / LATEST).read_bytes()

    def full_disk(_: object, path: Path) -> None:
        path.write_bytes(b"half")
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(torch, "save", full_disk)
    with pytest.raises(OutputError, match="the disk is full"):
        state.save(tmp_path / LATEST)
    assert (tmp_path / LATEST).read_bytes() == before
    assert [path.name for path in tmp_path.iterdir()] == [LATEST]


def test_the_average_follows_the_weights() -> None:
    """d·old + (1 − d)·new, for every weight and running statistic; counters are copied."""
    network = new_run(recipe()).network
    average = copy.deepcopy(network)
    with torch.no_grad():
        for parameter in network.parameters():
            parameter.add_(1)
    network.state_dict()["encoder.stem.2.num_batches_tracked"] += 3
    before = {name: tensor.clone() for name, tensor in average.state_dict().items()}
    loop._average(average, network, 0.9)
    for name, tensor in average.state_dict().items():
        new = network.state_dict()[name]
        expected = 0.9 * before[name] + 0.1 * new if tensor.is_floating_point() else new
        torch.testing.assert_close(tensor, expected)


def test_learning_lowers_the_loss_on_what_was_learnt() -> None:
    """Ten steps on one batch."""
    plan = recipe(optimiser={"rate": 0.003, "encoder_rate": 0.003, "warmup": 0, "decay": 1}, batches=50)
    state = new_run(plan)
    batch = samples_of(plan, list(scenes()))[0]
    losses = []
    for _ in range(10):
        losses.append(loop._step(state, plan, batch))
        state.batch += 1
    assert losses[-1] < 0.7 * losses[0]


def test_figures_reach_tensorboard(tmp_path: Path) -> None:
    finished = run(tmp_path, recipe(batches=2))
    events = EventAccumulator(str(tmp_path))
    events.Reload()
    (validated,) = events.Scalars("validation/iou")
    assert (validated.step, validated.value) == (2, pytest.approx(finished.best, abs=1e-6))
    assert {"validation/scene/iou", "validation/scene/worst"} <= set(events.Tags()["scalars"])
    (worst,) = events.Images("worst/0")
    assert (worst.width, worst.height) == (512, 256)
