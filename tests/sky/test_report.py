"""The sidecar says what was done, in numbers that can be checked."""

from __future__ import annotations

import hashlib
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

import skymatte
from skymatte.picture.model import Picture, Repairs
from skymatte.runtime.model import Model
from skymatte.sky.report import build_report
from skymatte.sky.unlit import Unlit
from tests.models import write_model
from tests.sky.skies import above, fisheye, panorama


def test_the_report_holds_what_is_needed_to_repeat_it(tmp_path: Path) -> None:
    source = tmp_path / "x.exr"
    source.write_bytes(b"picture")
    model = Model.load(write_model(tmp_path / "m.onnx"), "cpu")
    picture = replace(panorama(8, 16), path=source, repairs=Repairs(nan=2), warnings=("odd",), format="exr")
    mask = np.zeros((8, 16), bool)
    mask[:2] = True
    report = build_report(
        picture,
        model,
        mask,
        method={"name": "dense", "patch": 4},
        threshold=0.4,
        exposure_scale=2.0,
        timings={"read": 0.123456},
        confidence=np.ones((8, 16), np.float32),
        unlit=Unlit(),
        warnings=("slow",),
    )
    assert json.loads(json.dumps(report)) == report
    assert report["skymatte"] == skymatte.__version__
    assert report["input"]["sha256"] == hashlib.sha256(b"picture").hexdigest()
    assert report["model"] == {"name": "bright", "version": "1", "sha256": model.sha256}
    assert report["runtime"]["asked"] == report["runtime"]["used"] == "cpu"
    assert report["sky_fraction"] == 0.25
    assert report["warnings"] == ["odd", "2 NaN samples were repaired", "slow"]
    assert (report["threshold"], report["exposure_scale"], report["encoding"]) == (0.4, 2.0, "log")
    assert report["projection"]["name"] == "equirectangular"
    assert report["timings"] == {"read": 0.1235}


@pytest.fixture
def model(tmp_path: Path) -> Model:
    return Model.load(write_model(tmp_path / "m.onnx"), "cpu")


def test_the_figures_of_a_sky_are_those_of_its_mask(model: Model) -> None:
    """A level horizon at 30°: half of the upper hemisphere's solid angle, cos² 30° of its light."""
    picture = panorama(720, 1440)
    found = report_of(picture, model, above(picture, 30))
    assert found["solid_angle_sky_fraction"] == pytest.approx(0.25, abs=2e-3)
    assert found["sky_view_factor"] == pytest.approx(0.75, abs=4e-3)
    assert found["horizon"]["lowest_deg"] == found["horizon"]["highest_deg"] == pytest.approx(30, abs=0.25)
    assert found["sun"] is None
    assert found["confidence"] == {"mean": 1.0, "edge": 1.0, "open_fraction": 0.0}
    assert found["black_fraction"] == 0


def test_a_photograph_has_no_angles(model: Model) -> None:
    picture = Picture(np.ones((8, 8, 3), np.float32))
    found = report_of(picture, model, np.ones((8, 8), bool))
    assert [found[key] for key in ("solid_angle_sky_fraction", "sky_view_factor", "horizon")] == [None] * 3


def test_what_is_assumed_of_a_fisheye_is_said(model: Model) -> None:
    picture = fisheye(64)
    said = report_of(picture, model, above(picture, 30))["projection"]
    assert said["taken_as"] == "equidistant, 180° across the circle, looking straight up"


def test_a_circle_in_black_that_nobody_named_is_a_warning(model: Model) -> None:
    picture = Picture(np.ones((64, 64, 3), np.float32))
    outside = np.zeros((64, 64), bool)
    outside[0] = True
    found = report_of(picture, model, ~outside, Unlit(outside=outside, looks_round=True))
    assert found["sky_fraction"] == 1
    assert "--projection fisheye" in found["warnings"][0]


def report_of(picture: Picture, model: Model, mask: NDArray[np.bool_], unlit: Unlit | None = None) -> dict[str, Any]:
    return build_report(
        picture,
        model,
        mask,
        method={"name": "fast"},
        threshold=0.5,
        exposure_scale=1.0,
        timings={},
        confidence=np.ones(mask.shape, np.float32),
        unlit=unlit or Unlit(),
    )
