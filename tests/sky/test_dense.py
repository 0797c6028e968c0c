"""The dense reference covers every pixel, at every size, and knows that panoramas wrap."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from skymatte.runtime.model import Model
from skymatte.sky.dense import dense_matte
from tests.models import expected, write_model


@pytest.fixture(scope="module")
def pointwise(tmp_path_factory: pytest.TempPathFactory) -> Model:
    return Model.load(write_model(tmp_path_factory.mktemp("models") / "bright.onnx"))


@settings(max_examples=25, deadline=None)
@given(st.integers(1, 90), st.integers(1, 90), st.booleans(), st.integers(0, 99))
def test_every_pixel_is_answered(pointwise: Model, height: int, width: int, wrap: bool, seed: int) -> None:
    encoded = np.random.default_rng(seed).random((height, width, 3), np.float32)
    matte = dense_matte(encoded, pointwise, patch=32, stride=20, wrap=wrap)
    assert matte.dtype == np.float32
    np.testing.assert_allclose(matte, expected(encoded), atol=1e-5)


def test_a_panorama_has_no_seam(tmp_path: Path) -> None:
    """Turning a panorama by a whole number of strides turns its matte, whatever lies at the wrap."""
    model = Model.load(write_model(tmp_path / "m.onnx", blur=9))
    encoded = np.random.default_rng(1).random((64, 120, 3), np.float32)
    matte = dense_matte(encoded, model, patch=32, stride=20, wrap=True)
    turned = dense_matte(np.roll(encoded, 60, axis=1), model, patch=32, stride=20, wrap=True)
    np.testing.assert_allclose(turned, np.roll(matte, 60, axis=1), atol=1e-5)
    unwrapped = dense_matte(encoded, model, patch=32, stride=20)
    assert np.abs(unwrapped - matte)[:, :4].max() > 1e-3


def test_votes_of_overlapping_patches_are_averaged(tmp_path: Path) -> None:
    """Two patches see the middle column: one inside, one at its own border, where the network sees zeros."""
    model = Model.load(write_model(tmp_path / "m.onnx", blur=3))
    encoded = np.full((32, 48, 3), 0.4, np.float32)
    matte = dense_matte(encoded, model, patch=32, stride=16)
    inner = model.predict(encoded[:, :32])
    second = model.predict(encoded[:, 16:])
    assert matte[16, 16] == pytest.approx((inner[16, 16] + second[16, 0]) / 2, abs=1e-6)
    assert matte[16, 8] == pytest.approx(inner[16, 8], abs=1e-6)


def test_progress_runs_up_to_the_end(pointwise: Model) -> None:
    calls: list[tuple[int, int]] = []
    dense_matte(np.zeros((100, 100, 3), np.float32), pointwise, 32, 16, lambda *call: calls.append(call))
    done = [call[0] for call in calls]
    assert done == sorted(done)
    assert calls[-1] == (36, 36)
    assert len({total for _, total in calls}) == 1


def test_a_stride_with_gaps_is_refused(pointwise: Model) -> None:
    with pytest.raises(ValueError, match="gaps"):
        dense_matte(np.zeros((50, 50, 3), np.float32), pointwise, 16, 20)
