"""The shipped model on audited real pictures that it never trained on: the bars that the project holds itself to."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

import skymatte
from skymatte.masks.metrics import iou
from skymatte.picture.model import Picture
from skymatte.picture.oiio import read_gray
from skymatte.runtime.model import Model


@dataclass(frozen=True)
class Scored:
    """One validation picture with what was found in it."""

    name: str
    stratum: str
    picture: Picture
    mask: NDArray[np.bool_]
    label: NDArray[np.uint8]

    @property
    def iou(self) -> float:
        return iou(self.mask, self.label)

    @property
    def false_sky(self) -> float:
        return float((self.mask & (self.label == 0)).mean())


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
                results.append(
                    Scored(row["picture"], row["stratum"], found.picture, found.mask, label.astype(np.uint8))
                )
    return results


def of(scored: list[Scored], stratum: str) -> list[float]:
    return [one.iou for one in scored if one.stratum == stratum]


def test_open_skies(scored: list[Scored]) -> None:
    assert np.mean(of(scored, "open")) >= 0.97
    assert np.median(of(scored, "open")) >= 0.99


def test_skies_seen_through_leaves(scored: list[Scored]) -> None:
    assert np.mean(of(scored, "canopy")) >= 0.65


def test_interiors_have_no_sky(scored: list[Scored]) -> None:
    assert np.mean([one.false_sky for one in scored if one.stratum == "negative"]) <= 0.005


@pytest.mark.xfail(strict=True, reason="the bar is not reached: under white and grey umbrellas (IoU 0.81)")
def test_the_worst_open_sky(scored: list[Scored]) -> None:
    worst = min((one for one in scored if one.stratum == "open"), key=lambda one: one.iou)
    assert worst.iou >= 0.85, worst.name


@pytest.mark.parametrize(("stops", "least"), [(-8, 0.99), (-4, 0.995), (4, 0.995), (8, 0.99)])
def test_exposure_does_not_move_the_mask(scored: list[Scored], model: Model, stops: int, least: float) -> None:
    for one in [one for one in scored if one.stratum == "open"][::4]:
        scaled = one.picture.pixels * np.float32(2.0**stops)
        found = skymatte.segment(scaled, model=model, projection=one.picture.projection.value)
        assert iou(found.mask, np.where(one.mask, 255, 0).astype(np.uint8)) >= least, one.name
