"""Models that make a picture larger and find its sky answer at any size, and are told apart from the others."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from skymatte.cli.main import app
from skymatte.errors import ModelError
from skymatte.runtime.any_model import load_any
from skymatte.runtime.joint_model import JointModel
from skymatte.runtime.model import Model
from skymatte.runtime.superres_model import SuperresModel
from tests.superres.models import write_joint, write_superres


@pytest.mark.parametrize("shape", [(1, 1), (8, 12), (9, 5)])
def test_the_answer_has_the_pictures_own_size(tmp_path: Path, shape: tuple[int, int]) -> None:
    model = JointModel.load(write_joint(tmp_path / "m.onnx"), "cpu")
    picture = np.random.default_rng(1).random((*shape, 3)).astype(np.float32)
    residual, sky = model.answer(picture)
    larger = picture.repeat(4, axis=0).repeat(4, axis=1)
    np.testing.assert_allclose(residual, (larger[..., 0] - larger[..., 2]) / 10, atol=1e-6)
    np.testing.assert_allclose(sky, larger[..., 1], atol=1e-6)


def test_it_is_told_apart(tmp_path: Path) -> None:
    both, sharp = write_joint(tmp_path / "both.onnx"), write_superres(tmp_path / "sharp.onnx")
    assert isinstance(load_any(both, "cpu"), JointModel)
    with pytest.raises(ModelError, match="is a model for 'joint-sky', not for 'superres'"):
        SuperresModel.load(both, "cpu")
    with pytest.raises(ModelError, match="is a model for 'superres', not for 'joint-sky'"):
        JointModel.load(sharp, "cpu")
    with pytest.raises(ModelError, match=r"super-resolution and the sky in one go, not for finding the sky$"):
        Model.load(both, "cpu")


def test_it_is_listed(tmp_path: Path) -> None:
    path = write_joint(tmp_path / "both.onnx")
    shown = CliRunner().invoke(app, ["models", str(path)])
    assert "super-resolution and its sky, 4 times larger" in shown.stdout
    (entry,) = json.loads(CliRunner().invoke(app, ["models", str(path), "--json"]).stdout)
    assert (entry["task"], entry["scale"], entry["name"]) == ("joint-sky", 4, "both")


def test_another_scale_than_the_card_says(tmp_path: Path) -> None:
    import onnx
    from onnx import helper

    model = onnx.load(write_joint(tmp_path / "m.onnx", 2))
    card = json.loads(model.metadata_props[0].value)
    helper.set_model_props(model, {"skymatte.card": json.dumps({**card, "scale": 4})})
    onnx.save(model, tmp_path / "m.onnx")
    with pytest.raises(ModelError, match=r"answers \(1, 2, 8, 8\), not \(1, 2, 16, 16\)"):
        JointModel.load(tmp_path / "m.onnx", "cpu").answer(np.zeros((4, 4, 3), np.float32))
