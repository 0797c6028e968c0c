"""One network that makes pictures larger and finds their sky: from labelled pictures to a model file."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import onnxruntime
import pytest
import torch
from typer.testing import CliRunner, Result

from skymatte.cli.main import app
from skymatte.networks.dcscn import Dcscn
from skymatte.networks.unet import SkyNet
from skymatte.picture.encoding import encode
from skymatte.training.checkpoint import BEST, read_checkpoint
from skymatte.training.joint_sky import shrunk, sky_logit
from tests.training.conftest import write_data

SMALL = (
    "batch=2",
    "batches=2",
    "validate_every=2",
    "working_side=96",
    "precision.cpu=float32",
    "network.size=compact",
    "network.width=8",
    "data.size=64",
    "data.scenes=1",
    "data.scene_height=32",
    "data.details=1",
    "data.detail_height=64",
    "data.clips=[drive]",
)
STRANGERS = ("network.sharpen=null", "network.encoder=null")


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_data(tmp_path_factory.mktemp("data"))


def train(folder: Path, data: Path, *overrides: str) -> Result:
    where = ("--data", str(data), "-o", str(folder), "--workers", "0", "--threads", "1")
    return CliRunner().invoke(app, ["train", "joint-sky-x4", *SMALL, *overrides, *where])


def save(path: Path, network: torch.nn.Module) -> None:
    torch.save({"average": network.state_dict()}, path)


def test_a_recipe_makes_a_model(tmp_path: Path, data: Path) -> None:
    """It starts from the weights of the two networks that it joins, and answers at four times the size."""
    torch.manual_seed(3)
    sharpen, sky = Dcscn(4, "compact"), SkyNet(prior=True)
    save(tmp_path / "sharpen.pt", sharpen)
    save(tmp_path / "sky.pt", sky)
    result = train(
        tmp_path / "run",
        data,
        f"network.sharpen={tmp_path / 'sharpen.pt'}",
        f"network.encoder={tmp_path / 'sky.pt'}",
        "optimiser.rate=1e-9",
        "optimiser.encoder_rate=1e-9",
        "optimiser.weight_decay=0",
    )
    assert result.exit_code == 0, result.output
    weights = read_checkpoint(tmp_path / "run" / BEST)["average"]
    assert torch.allclose(weights["sharpen.a1.0.weight"], sharpen.state_dict()["a1.0.weight"], atol=1e-6)
    stem = dict(sky.encoder.state_dict())["stem.1.weight"]
    assert torch.allclose(weights["segment.encoder.stem.1.weight"], stem[:, :3], atol=1e-6)
    session = onnxruntime.InferenceSession(tmp_path / "run" / "joint-sky-x4.onnx")
    picture = np.random.default_rng(1).random((1, 3, 24, 36), np.float32)
    (answer,) = session.run(["answer"], {"picture": picture})
    assert answer.shape == (1, 2, 96, 144)
    assert 0 <= answer[:, 1].min() <= answer[:, 1].max() <= 1


def test_it_learns(tmp_path: Path, data: Path) -> None:
    """Both the loss of the sky and that of luma fall on what it sees again and again."""
    result = train(tmp_path, data, *STRANGERS, "batches=22", "validate_every=22", "optimiser.average=0.5")
    assert result.exit_code == 0, result.output
    losses = [float(line.split("loss ")[1].split()[0]) for line in result.stderr.splitlines() if "  loss " in line]
    assert len(losses) == 2
    assert losses[1] < losses[0]


def test_weights_that_do_not_fit_are_refused(tmp_path: Path, data: Path) -> None:
    torch.save({"average": {"other": torch.zeros(3)}}, tmp_path / "other.pt")
    for key in ("sharpen", "encoder"):
        fitting = {"sharpen": "network.encoder=null", "encoder": "network.sharpen=null"}[key]
        result = train(tmp_path / key, data, fitting, f"network.{key}={tmp_path / 'other.pt'}")
        assert result.exit_code == 2
        assert f"network.{key}: {tmp_path / 'other.pt'} holds nothing that this network can start from" in result.stderr


def test_views_must_shrink_evenly(tmp_path: Path, data: Path) -> None:
    result = train(tmp_path, data, *STRANGERS, "network.scale=3")
    assert result.exit_code == 2
    assert "data.size: 64 is no multiple of the scale 3" in result.stderr


def test_small_pictures_are_means_of_light() -> None:
    """Suns too: light adds up, its logarithm does not."""
    light = np.random.default_rng(2).random((1, 3, 8, 12), np.float32) * np.float32(50)
    light[0, 1, 2, 3] = 65504
    small = light.reshape(1, 3, 2, 4, 3, 4).mean((3, 5))
    assert torch.allclose(
        shrunk(torch.from_numpy(encode("log", light)), 4), torch.from_numpy(encode("log", small)), atol=1e-5
    )


def test_the_logit_of_sky_is_that_of_its_probability() -> None:
    logits = torch.randn(2, 2, 5, 7, generator=torch.Generator().manual_seed(4))
    assert torch.allclose(sky_logit(logits).sigmoid(), logits.softmax(1)[:, :1])
