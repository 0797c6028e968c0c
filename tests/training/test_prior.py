"""What a network with a prior is told while it learns: nothing, its own coarse answer, or a spoilt truth."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor, nn

from skymatte.networks.base import SegmentationNetwork
from skymatte.networks.unet import SkyNet
from skymatte.training.material import samples_of
from skymatte.training.prior import OPEN, add_prior, own_answer, spoilt_truth
from skymatte.training.processes import Processes
from skymatte.training.sky import SkyTask
from skymatte.training.step import step
from tests.training.small import new_run, patch_recipe, patches


class Bright(SegmentationNetwork):
    """Calls sky what is above 0.5, and remembers what it was shown."""

    prior = True

    def __init__(self) -> None:
        super().__init__(0.0, 1.0)
        self.seen = torch.zeros(0)

    @property
    def description(self) -> dict[str, str | int]:
        return {"architecture": "bright"}

    def encoder_parameters(self) -> list[nn.Parameter]:
        return []

    def forward(self, x: Tensor) -> Tensor:
        self.seen = x
        return 100 * (x[:, :1] - 0.5)


def halves(count: int = 1) -> Tensor:
    """The upper half sky: count×1×128×128."""
    sky = torch.zeros(count, 1, 128, 128)
    sky[:, :, :64] = 1
    return sky


def test_its_own_answer_is_that_of_a_smaller_view_without_a_prior() -> None:
    teacher = Bright().train()
    answer = own_answer(teacher, halves().expand(-1, 3, -1, -1), 4)
    assert teacher.seen.shape == (1, 4, 32, 32)
    assert (teacher.seen[:, 3] == OPEN).all()
    assert not teacher.training
    assert answer.shape == (1, 1, 128, 128)
    assert (answer[..., :60, :] > 0.99).all()
    assert (answer[..., 68:, :] < 0.01).all()


@pytest.mark.parametrize("factor", [2, 4, 8])
def test_the_truth_is_spoilt_but_mostly_true(factor: int) -> None:
    """Over many views: far from the edge most of it is on the right side, and some is not."""
    spoilt = spoilt_truth(halves(200), factor, torch.Generator().manual_seed(1))
    right = ((spoilt > 0.5) == (halves(200) > 0.5))[..., [*range(40), *range(88, 128)], :].float().mean((1, 2, 3))
    assert float(right.median()) > 0.99
    assert 0.02 < float((right < 0.95).float().mean()) < 0.5
    assert spoilt.min() > 0.01
    assert spoilt.max() < 0.99


def test_thin_things_are_lost_in_the_distance() -> None:
    sky = torch.ones(50, 1, 128, 128)
    sky[..., 60:62, :] = 0
    seen = spoilt_truth(sky, 8, torch.Generator().manual_seed(1))[..., 60:62, :]
    assert float((seen > 0.5).float().mean()) > 0.8


def test_each_view_gets_one_of_three_kinds() -> None:
    picture, sky = halves(300).expand(-1, 3, -1, -1), halves(300)
    prior = add_prior(Bright(), picture, sky, torch.Generator().manual_seed(2))[:, 3]
    nothing = (prior == OPEN).flatten(1).all(1)
    own = (prior[:, 0] > 0.999).all(1)
    assert 70 < int(nothing.sum()) < 130
    assert 70 < int(own.sum()) < 130
    assert not (nothing & own).any()


def test_a_network_learns_to_use_its_prior() -> None:
    """Its input is widened, the new kernels begin at whatever they are and move."""
    plan = patch_recipe(
        network={"architecture": "skynet", "weights": "none", "prior": True},
        data={"kind": "patches", "patches": {"size": 128}},
        optimiser={"rate": 0.01, "warmup": 0, "decay": 0},
        batch=2,
    )
    run = new_run(plan)
    before = run.network.state_dict()["encoder.stem.1.weight"].clone()
    picture, sky, weight = (part.repeat(1, 1, 4, 4) for part in samples_of(patch_recipe(batch=2), patches())[0])
    step(SkyTask(plan, (), ()), run, 50, (picture, sky, weight), Processes())
    moved = (run.network.state_dict()["encoder.stem.1.weight"] - before)[:, 3]
    assert before.shape[1] == 4
    assert float(moved.abs().max()) > 0


def test_a_prior_that_says_nothing_leaves_the_network_as_it_was_before_it_had_one() -> None:
    """Weights of a network without a prior, widened by zeros, answer the same whatever the prior."""
    torch.manual_seed(3)
    plain, told = SkyNet().eval(), SkyNet(prior=True).eval()
    widened = {
        name: torch.cat(
            (tensor, torch.zeros(len(tensor), told.state_dict()[name].shape[1] - tensor.shape[1], *tensor.shape[2:])), 1
        )
        if tensor.shape != told.state_dict()[name].shape
        else tensor
        for name, tensor in plain.state_dict().items()
    }
    told.load_state_dict(widened)
    picture = torch.rand(1, 3, 64, 64)
    with torch.inference_mode():
        for prior in (0.0, OPEN, 1.0):
            torch.testing.assert_close(
                told(torch.cat((picture, torch.full((1, 1, 64, 64), prior)), 1)), plain(picture), rtol=1e-4, atol=1e-5
            )
