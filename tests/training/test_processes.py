"""Two processes, as ``torchrun`` starts them, do what one does with batches twice as large as each of theirs."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import torch
import yaml
from torch import nn

from skymatte.errors import RecipeError
from skymatte.training.batch_norm import SharedBatchNorm, share_batch_norm
from skymatte.training.checkpoint import LATEST
from skymatte.training.material import samples_of
from skymatte.training.processes import Processes
from tests.conftest import REPOSITORY
from tests.training.conftest import write_data
from tests.training.small import new_run, patch_recipe, patches, recipe, scenes
from tests.training.together import first_batch, recipes

PAIR = Processes(0, 2)


def together(*arguments: object) -> str:
    """Run with ``torchrun`` in two processes of one thread; what they said on stderr."""
    command = [sys.executable, "-m", "torch.distributed.run", "--standalone", "--nproc-per-node", "2"]
    environment = os.environ | {"OMP_NUM_THREADS": "1", "PYTHONPATH": str(REPOSITORY), "PYTHONWARNINGS": "default"}
    done = subprocess.run(
        [*command, *map(str, arguments)], capture_output=True, text=True, env=environment, cwd=REPOSITORY, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stderr


def test_losses_gradients_and_batch_statistics_are_those_of_the_whole_batch(tmp_path: Path) -> None:
    """Up to rounding: of the loss, which is a ratio of sums, and through batch normalisation."""
    together(REPOSITORY / "tests" / "training" / "together.py", tmp_path / "found.pt")
    found: dict[str, dict[str, torch.Tensor]] = torch.load(tmp_path / "found.pt", weights_only=True)
    for name, plan in recipes().items():
        alone = first_batch(plan, Processes())
        assert list(found[name]) == list(alone)
        for part, expected in alone.items():
            torch.testing.assert_close(found[name][part], expected, rtol=1e-3, atol=2e-6)


def test_torchrun_trains_the_same_model_and_writes_once(tmp_path: Path) -> None:
    """The weights after three batches differ by less than 0.3 % of the way that they went."""
    data = write_data(tmp_path / "data") / "hdri"
    plan = patch_recipe(epochs=None, batches=3)
    content = plan.model_dump(mode="json")
    content["data"] |= {"patches": {"size": 32, "stride": 32, "split": "given"}}
    (tmp_path / "r.yaml").write_text(yaml.safe_dump(content))
    arguments = ["train", tmp_path / "r.yaml", "--data", data, "--workers", 0, "--threads", 1]
    two = together("-m", "skymatte", *arguments, "-o", tmp_path / "two")
    assert "small-patches: training on cpu in 2 processes" in two
    assert two.count("validation at 3: ") == 1
    one = subprocess.run(
        [sys.executable, "-m", "skymatte", *map(str, arguments), "-o", tmp_path / "one"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert one.returncode == 0, one.stderr
    states: list[dict[str, Any]] = [torch.load(tmp_path / name / LATEST, weights_only=True) for name in ("one", "two")]
    assert {state["batch"] for state in states} == {3}
    one_process, two_processes = (flat(state["network"]) for state in states)
    way = float((one_process - flat(new_run(plan).network.state_dict())).norm())
    assert float((one_process - two_processes).norm()) < 0.003 * way
    assert sorted(path.name for path in (tmp_path / "two").iterdir() if "tfevents" not in path.name) == sorted(
        path.name for path in (tmp_path / "one").iterdir() if "tfevents" not in path.name
    )
    assert len(list((tmp_path / "two").glob("*tfevents*"))) == 1


def flat(weights: dict[str, torch.Tensor]) -> torch.Tensor:
    return torch.cat([tensor.double().flatten() for tensor in weights.values()])


@pytest.mark.parametrize(
    ("plan", "material"), [(patch_recipe(), patches()), (recipe(batch=4), scenes())], ids=["patches", "views"]
)
def test_shares_of_a_batch_make_up_the_batch(plan: Any, material: Any) -> None:
    whole = samples_of(plan, material)
    parts = [samples_of(plan, material, (rank, 2)) for rank in range(2)]
    for index in range(len(whole)):
        for all_, one, other in zip(whole[index], parts[0][index], parts[1][index], strict=True):
            assert torch.equal(all_[0::2], one)
            assert torch.equal(all_[1::2], other)


@pytest.mark.parametrize(("plan", "material"), [(patch_recipe(), patches()), (recipe(), scenes())])
def test_a_batch_that_cannot_be_shared_evenly_is_refused(plan: Any, material: Any) -> None:
    with pytest.raises(RecipeError, match=r"batch: .* cannot be shared evenly by 3 processes"):
        samples_of(plan, material, (0, 3))


def test_shared_batch_norm_keeps_the_names_of_weights_and_what_they_do_after_training() -> None:
    torch.manual_seed(1)
    inner = nn.Sequential(nn.BatchNorm2d(4))
    network = nn.Sequential(nn.Conv2d(3, 4, 1), nn.BatchNorm2d(4), inner)
    network(torch.randn(2, 3, 5, 5))
    network.eval()
    picture = torch.randn(2, 3, 5, 5)
    names, before = list(network.state_dict()), network(picture)
    share_batch_norm(network, PAIR)
    assert isinstance(network[1], SharedBatchNorm)
    assert isinstance(inner[0], SharedBatchNorm)
    network.eval()
    assert list(network.state_dict()) == names
    assert torch.equal(network(picture), before)


def test_fused_activations_survive() -> None:
    """As timm's ``BatchNormAct2d`` has them."""

    class Fused(nn.BatchNorm2d):
        def __init__(self) -> None:
            super().__init__(4)
            self.drop, self.act = nn.Identity(), nn.ReLU()

        def forward(self, x: torch.Tensor) -> torch.Tensor:
            return torch.relu(super().forward(x))

    network = nn.Sequential(Fused()).eval()
    picture = torch.randn(2, 4, 5, 5)
    before = network(picture)
    share_batch_norm(network, PAIR)
    network.eval()
    assert torch.equal(network(picture), before)


def test_shared_batch_norm_learns_with_the_optimiser_that_was_there_before() -> None:
    network = nn.Sequential(nn.BatchNorm2d(4))
    known = list(network.parameters())
    share_batch_norm(network, PAIR)
    assert [id(parameter) for parameter in network.parameters()] == [id(parameter) for parameter in known]


def test_a_process_that_is_alone_keeps_its_layers() -> None:
    network = nn.Sequential(nn.BatchNorm2d(4))
    share_batch_norm(network, Processes())
    assert type(network[0]) is nn.BatchNorm2d
