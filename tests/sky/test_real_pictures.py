"""The shipped model on audited real pictures that it never trained on: the bars that the project holds itself to."""

from __future__ import annotations

import csv
import math
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

import skymatte
from skymatte.masks.metrics import iou, score_picture
from skymatte.picture.model import Picture, Projection
from skymatte.picture.oiio import read_gray
from skymatte.runtime.model import Model


@dataclass(frozen=True)
class Scored:
    """One validation picture with what was found in it."""

    name: str
    stratum: str
    picture: Picture
    mask: NDArray[np.bool_]
    values: dict[str, float]

    @property
    def iou(self) -> float:
        return self.values["iou"]


@pytest.fixture(scope="module")
def model() -> Model:
    return Model.load()


@pytest.fixture(scope="module")
def scored(shared_data: Path, model: Model) -> list[Scored]:
    results = []
    folder = shared_data / "hdri"
    with (folder / "manifest.csv").open(newline="") as lines:
        for row in csv.DictReader(lines):
            if row["split"] == "val":
                found = skymatte.segment(
                    folder / "pictures" / row["picture"], model=model, projection=row["projection"]
                )
                label = read_gray(folder / row["label"]) if row["label"] else np.zeros(found.mask.shape, np.uint8)
                panorama = found.picture.projection is Projection.EQUIRECTANGULAR
                values = score_picture(row["picture"], found.mask, label.astype(np.uint8), panorama=panorama).values
                results.append(Scored(row["picture"], row["stratum"], found.picture, found.mask, values))
    return results


def of(scored: list[Scored], stratum: str, key: str = "iou") -> list[float]:
    values = [one.values[key] for one in scored if one.stratum == stratum]
    return [value for value in values if not math.isnan(value)]


def test_open_skies(scored: list[Scored]) -> None:
    assert np.mean(of(scored, "open")) >= 0.975
    assert np.median(of(scored, "open")) >= 0.99
    assert min(of(scored, "open")) >= 0.85


def test_edges_of_open_skies(scored: list[Scored]) -> None:
    assert np.mean(of(scored, "open", "boundary_f_2")) >= 0.82


def test_skies_seen_through_leaves(scored: list[Scored]) -> None:
    assert np.mean(of(scored, "canopy")) >= 0.75


def test_interiors_have_no_sky(scored: list[Scored]) -> None:
    assert np.mean(of(scored, "negative", "false_sky")) <= 0.005


@pytest.mark.xfail(strict=True, reason="the bar is not reached: 0.982; umbrellas, hills in haze")
def test_the_aim_for_open_skies(scored: list[Scored]) -> None:
    assert np.mean(of(scored, "open")) >= 0.985


@pytest.mark.xfail(strict=True, reason="the bar is not reached: under white and grey umbrellas (IoU 0.88)")
def test_the_aim_for_the_worst_open_sky(scored: list[Scored]) -> None:
    assert min(of(scored, "open")) >= 0.93


@pytest.mark.xfail(strict=True, reason="the bar is not reached: 0.77; lamps on strings, lights on the horizon at night")
def test_the_aim_for_thin_structures(scored: list[Scored]) -> None:
    assert np.mean(of(scored, "open", "thin_recall")) >= 0.80


def test_turning_a_panorama_turns_its_mask(scored: list[Scored], model: Model) -> None:
    panoramas = [one for one in scored if one.picture.projection is Projection.EQUIRECTANGULAR and one.iou < 1]
    for one, columns in zip(panoramas[::4], (512, 100, 333), strict=False):
        turned = np.roll(one.picture.pixels, columns, axis=1)
        found = skymatte.segment(turned, model=model, projection="equirectangular")
        straight = np.roll(np.where(one.mask, 255, 0), columns, axis=1).astype(np.uint8)
        assert iou(found.mask, straight) >= 0.999, one.name


@pytest.mark.parametrize(("stops", "least"), [(-8, 0.99), (-4, 0.995), (4, 0.995), (8, 0.99)])
def test_exposure_does_not_move_the_mask(scored: list[Scored], model: Model, stops: int, least: float) -> None:
    for one in [one for one in scored if one.stratum == "open"][::4]:
        scaled = one.picture.pixels * np.float32(2.0**stops)
        found = skymatte.segment(scaled, model=model, projection=one.picture.projection.value)
        assert iou(found.mask, np.where(one.mask, 255, 0).astype(np.uint8)) >= least, one.name
