"""The sidecar says what was done, in numbers that can be checked."""

from __future__ import annotations

import hashlib
import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

import skymatte
from skymatte.picture.model import Picture, Projection, Repairs, Window
from skymatte.runtime.model import Model
from skymatte.sky.report import build_report, solid_angle_fraction
from tests.models import write_model


def panorama(height: int, width: int) -> Picture:
    return Picture(np.ones((height, width, 3), np.float32), projection=Projection.EQUIRECTANGULAR)


def upper(height: int, width: int, rows: int) -> np.ndarray[tuple[int, int], np.dtype[np.bool_]]:
    mask = np.zeros((height, width), bool)
    mask[:rows] = True
    return mask


def test_solid_angle_weighs_rows_by_their_area_on_the_sphere() -> None:
    """The cap above 30° elevation is (1 - sin 30°) / 2 = 1/4 of the sphere, but 1/3 of the rows."""
    picture = panorama(180, 360)
    assert solid_angle_fraction(picture, upper(180, 360, 60)) == pytest.approx(0.25, abs=1e-6)
    assert solid_angle_fraction(picture, upper(180, 360, 90)) == pytest.approx(0.5, abs=1e-6)


def test_a_cropped_panorama_counts_where_its_window_lies() -> None:
    """The lower half of the sphere; its sky is the band from the horizon down to -30°: sin 30° = half of it."""
    picture = replace(panorama(90, 360), data_window=Window(0, 90, 359, 179), display_window=Window(0, 0, 359, 179))
    assert solid_angle_fraction(picture, upper(90, 360, 30)) == pytest.approx(0.5, abs=1e-6)
    outside = replace(picture, data_window=Window(0, 100, 359, 189))
    assert solid_angle_fraction(outside, upper(90, 360, 30)) is None


def test_other_projections_have_no_solid_angle() -> None:
    assert solid_angle_fraction(Picture(np.ones((4, 4, 3), np.float32)), upper(4, 4, 2)) is None


def test_the_report_holds_what_is_needed_to_repeat_it(tmp_path: Path) -> None:
    source = tmp_path / "x.exr"
    source.write_bytes(b"picture")
    model = Model.load(write_model(tmp_path / "m.onnx"), "cpu")
    picture = replace(panorama(8, 16), path=source, repairs=Repairs(nan=2), warnings=("odd",), format="exr")
    report = build_report(
        picture,
        model,
        upper(8, 16, 2),
        method={"name": "dense", "patch": 4},
        threshold=0.4,
        exposure_scale=2.0,
        timings={"read": 0.123456},
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
