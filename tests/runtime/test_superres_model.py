"""Super-resolution models are opened, answer, and refuse what they cannot do."""

from __future__ import annotations

import hashlib
from pathlib import Path

import numpy as np
import pytest

from skymatte.errors import ModelError, RuntimeUnavailable
from skymatte.runtime.any_model import load_any
from skymatte.runtime.model import Model
from skymatte.runtime.superres_model import SuperresModel, default_superres_model
from tests.models import write_model
from tests.superres.models import CARD, GUIDE_GAIN, expected_residual, write_superres

LUMA = np.random.default_rng(2).random((11, 8)).astype(np.float32)


@pytest.mark.parametrize("scale", [2, 3, 4])
@pytest.mark.parametrize("guided", [True, False])
def test_the_answer_is_the_networks(tmp_path: Path, scale: int, guided: bool) -> None:
    path = write_superres(tmp_path / "m.onnx", scale, guided=guided)
    model = SuperresModel.load(path, "cpu")
    assert (model.guided, model.card.scale, model.card.name) == (guided, scale, CARD.name)
    assert (model.path, model.sha256) == (path, hashlib.sha256(path.read_bytes()).hexdigest())
    np.testing.assert_allclose(model.residual(LUMA), expected_residual(LUMA, scale), atol=1e-5)


def test_a_guide_that_knows_nothing_changes_nothing(tmp_path: Path) -> None:
    model = SuperresModel.load(write_superres(tmp_path / "m.onnx"), "cpu")
    np.testing.assert_array_equal(model.residual(LUMA, np.zeros((2, 11, 8), np.float32)), model.residual(LUMA))
    sky = np.stack((np.ones_like(LUMA), np.zeros_like(LUMA)))
    np.testing.assert_allclose(model.residual(LUMA, sky) - model.residual(LUMA), GUIDE_GAIN, atol=1e-6)


def test_both_kinds_are_told_apart(tmp_path: Path) -> None:
    sharp, bright = write_superres(tmp_path / "sharp.onnx"), write_model(tmp_path / "bright.onnx")
    assert isinstance(load_any(sharp, "cpu"), SuperresModel)
    assert isinstance(load_any(bright, "cpu"), Model)
    with pytest.raises(ModelError, match=r"sharp.onnx: is a model for super-resolution.*`skymatte upscale` takes it"):
        Model.load(sharp, "cpu")
    with pytest.raises(ModelError, match=r"bright.onnx: is a model for finding the sky.*`skymatte segment` takes it"):
        SuperresModel.load(bright, "cpu")


def test_refusals(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="no such file, and no built-in model has that name"):
        SuperresModel.load("dcscn-x9")
    with pytest.raises(ModelError, match="without a skymatte card"):
        SuperresModel.load(write_superres(tmp_path / "m.onnx", card=None), "cpu")
    with pytest.raises(ModelError, match="takes no guide"):
        SuperresModel.load(write_superres(tmp_path / "m.onnx", guided=False), "cpu").residual(
            LUMA, np.zeros((2, 11, 8), np.float32)
        )
    wrong = SuperresModel.load(write_superres(tmp_path / "m.onnx", 2, says=4), "cpu")
    with pytest.raises(ModelError, match=r"answers \(22, 16\) pixels for \(11, 8\), not \(44, 32\)"):
        wrong.residual(LUMA)
    (tmp_path / "m.onnx").write_bytes(b"no model")
    with pytest.raises(ModelError, match="no ONNX model that can run"):
        load_any(tmp_path / "m.onnx")
    with pytest.raises(RuntimeUnavailable, match="unknown runtime 'abacus'"):
        SuperresModel.load(write_superres(tmp_path / "n.onnx"), "abacus")


def test_a_network_of_other_inputs_is_refused(tmp_path: Path) -> None:
    import onnx
    from onnx import helper

    model = onnx.load(write_model(tmp_path / "m.onnx", None))
    helper.set_model_props(model, {"skymatte.card": CARD.to_json()})
    onnx.save(model, tmp_path / "m.onnx")
    with pytest.raises(ModelError, match=r"takes inputs of \[3\] channels"):
        SuperresModel.load(tmp_path / "m.onnx", "cpu")


def test_names_of_the_built_in_models() -> None:
    assert [default_superres_model(scale) for scale in (2, 3, 4)] == ["dcscn-x2", "dcscn-x3", "dcscn-x4"]
