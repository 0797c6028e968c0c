"""One update: it learns, in every number format, and the average follows."""

from __future__ import annotations

import copy

import pytest
import torch

from skymatte.training.material import samples_of
from skymatte.training.processes import Processes
from skymatte.training.step import average, step
from tests.training.small import new_run, patch_recipe, patch_task, patches

STEEP = {"rate": 0.01, "warmup": 0, "decay": 0}


@pytest.mark.parametrize("precision", ["float32", "bfloat16"])
@pytest.mark.parametrize("loss", [{"name": "bce-jaccard"}, {"name": "focal", "gamma": 2.0, "alpha": 0.25}])
def test_learning_lowers_the_loss_on_what_was_learnt(precision: str, loss: dict[str, object]) -> None:
    """Twelve steps on one batch."""
    plan = patch_recipe(optimiser=STEEP, precision={"cpu": precision}, loss=loss)
    run = new_run(plan)
    batch = samples_of(plan, patches())[0]
    losses = []
    for _ in range(12):
        losses.append(step(patch_task(plan), run, 50, batch, Processes()))
        run.batch += 1
    assert losses[-1] < 0.7 * losses[0]


def test_large_gradients_are_clipped() -> None:
    """What is left has the norm that the recipe allows."""
    plan = patch_recipe(optimiser=STEEP | {"clip": 0.01})
    run = new_run(plan)
    step(patch_task(plan), run, 50, samples_of(plan, patches())[0], Processes())
    gradients = [parameter.grad.norm() for parameter in run.network.parameters() if parameter.grad is not None]
    assert float(torch.stack(gradients).norm()) == pytest.approx(0.01, rel=1e-3)


def test_without_an_average_the_weights_themselves_are_kept() -> None:
    plan = patch_recipe(optimiser=STEEP | {"average": 0.0})
    run = new_run(plan)
    step(patch_task(plan), run, 50, samples_of(plan, patches())[0], Processes())
    for mine, theirs in zip(run.average.state_dict().values(), run.network.state_dict().values(), strict=True):
        assert torch.equal(mine, theirs)


def test_what_a_network_drops_depends_on_seed_and_batch_alone() -> None:
    """A stopped run goes on with the same random numbers."""
    drawn = []
    for disturbance in (1, 2):
        plan = patch_recipe()
        run = new_run(plan)
        torch.manual_seed(disturbance)
        step(patch_task(plan), run, 50, samples_of(plan, patches())[0], Processes())
        drawn.append(float(torch.rand(())))
    assert drawn[0] == drawn[1]


def test_the_average_follows_the_weights() -> None:
    """d·old + (1 − d)·new, for every weight and running statistic; counters are copied."""
    network = new_run(patch_recipe()).network
    mean = copy.deepcopy(network)
    with torch.no_grad():
        for parameter in network.parameters():
            parameter.add_(1)
    network.state_dict()["down.0.1.num_batches_tracked"] += 3
    before = {name: tensor.clone() for name, tensor in mean.state_dict().items()}
    average(mean, network, 0.9)
    for name, tensor in mean.state_dict().items():
        new = network.state_dict()[name]
        expected = 0.9 * before[name] + 0.1 * new if tensor.is_floating_point() else new
        torch.testing.assert_close(tensor, expected)
