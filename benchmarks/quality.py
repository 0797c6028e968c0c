"""How good masks are: on HDR pictures, on CamVid, on video frames, and when the exposure or the yaw changes."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from statistics import fmean, median

import numpy as np
from numpy.typing import NDArray

from benchmarks.cases import Case
from benchmarks.contest import Scoreboard
from benchmarks.tables import table
from skymatte.masks.labels import NON_SKY, SKY
from skymatte.masks.metrics import FolderScores, PictureScores, iou, solid_angle_iou, sum_up
from skymatte.picture.model import Picture, Projection

EXPOSURES = (-8, -4, 4, 8)
"""Stops."""

YAWS = (1 / 7, 1 / 4, 1 / 2, 0.81)
"""Shares of a whole turn."""

Masker = Callable[[Picture], NDArray[np.bool_]]


@dataclass(frozen=True, slots=True)
class Agreed:
    """How far the masks of a picture and of the changed picture agree.

    Attributes:
        name: of the picture.
        iou: by pixels.
        sphere: IoU by solid angle, of panoramas.
        turned: whether the picture was turned and not exposed.
    """

    name: str
    iou: float
    sphere: float | None
    turned: bool


Agreement = dict[str, list[Agreed]]
"""By change."""


def stratum_tables(board: Scoreboard) -> str:
    """One table for pictures with sky, one for those without, one with every picture."""
    with_sky = [group for group in board.groups if group != "negative"]
    summary = table(
        ("stratum, network", "pictures", "mean IoU", "median", "worst", "worst picture", "F 2 px", "F 8 px", "thin"),
        (row for group in with_sky for row in _summary(group, board.groups[group])),
    )
    parts = [summary]
    if "negative" in board.groups:
        parts.append("False sky on pictures without sky, share of the area:\n\n" + _false_sky(board.groups["negative"]))
    everything = {name: list(_flat(board, name, with_sky)) for name in board.groups[with_sky[0]]}
    return "\n\n".join([*parts, "IoU of every picture:\n\n" + _each(everything)])


def pooled_table(board: Scoreboard, group: str) -> str:
    """Pooled IoU first: big pictures and much sky weigh more."""
    return table(
        ("network", "pictures", "pooled IoU", "mean IoU", "worst", "worst picture", "F 2 px", "F 8 px", "thin"),
        (_pooled(name, sum_up(scores)) for name, scores in board.groups[group].items()),
    )


def stability_table(agreement: Agreement) -> str:
    """Mean and worst agreement for every change; panoramas by solid angle, too."""
    return table(
        ("change", "pictures", "mean IoU", "worst", "worst picture", "by solid angle", "worst"),
        (_agreed(change, found) for change, found in agreement.items()),
    )


def stability(cases: Iterable[Case], mask: Masker) -> Agreement:
    """IoU between the mask of a picture and the mask of the same picture, made brighter, darker or turned."""
    agreement: Agreement = {}
    for case in cases:
        original = np.where(mask(case.picture), SKY, NON_SKY).astype(np.uint8)
        panorama = case.picture.projection is Projection.EQUIRECTANGULAR
        for change, found in _changed(case.picture, mask, panorama):
            sphere = solid_angle_iou(found, original) if panorama else None
            agreement.setdefault(change, []).append(
                Agreed(case.name, iou(found, original), sphere, not change.endswith("EV"))
            )
    return agreement


def _changed(picture: Picture, mask: Masker, panorama: bool) -> Iterator[tuple[str, NDArray[np.bool_]]]:
    """Every change, and the mask of the changed picture, turned back."""
    for stops in EXPOSURES:
        yield f"{stops:+d} EV", mask(replace(picture, pixels=picture.pixels * np.float32(2.0**stops)))
    for share in YAWS if panorama else ():
        columns = round(share * picture.width)
        turned = mask(replace(picture, pixels=np.roll(picture.pixels, columns, axis=1)))
        yield f"turned by {round(360 * share)}°", np.roll(turned, -columns, axis=1)


def _agreed(change: str, found: Sequence[Agreed]) -> Sequence[str]:
    worst = min(found, key=lambda one: one.iou)
    sphere = [one.sphere for one in found if one.sphere is not None]
    return (
        change,
        str(len(found)),
        f"{fmean(one.iou for one in found):.4f}",
        f"{worst.iou:.4f}",
        worst.name,
        f"{fmean(sphere):.4f}" if sphere else "–",
        f"{min(sphere):.4f}" if sphere else "–",
    )


def _summary(group: str, scores: dict[str, list[PictureScores]]) -> Iterator[Sequence[str]]:
    for name, pictures in scores.items():
        summed = sum_up(pictures)
        middle = median(picture.values["iou"] for picture in pictures)
        worst = summed.worst["iou"]
        yield (
            f"{group}, {name}",
            str(len(pictures)),
            f"{summed.mean['iou']:.3f}",
            f"{middle:.3f}",
            f"{worst.value:.3f}",
            worst.name,
            *_edges(summed),
        )


def _edges(summed: FolderScores) -> Iterator[str]:
    for key in ("boundary_f_2", "boundary_f_8", "thin_recall"):
        yield f"{summed.mean[key]:.3f}" if key in summed.mean else "–"


def _pooled(name: str, summed: FolderScores) -> Sequence[str]:
    return (
        name,
        str(len(summed.pictures)),
        f"{summed.pooled['iou']:.3f}",
        f"{summed.mean['iou']:.3f}",
        f"{summed.worst['iou'].value:.3f}",
        summed.worst["iou"].name,
        *_edges(summed),
    )


def _false_sky(scores: dict[str, list[PictureScores]]) -> str:
    names = [picture.name for picture in next(iter(scores.values()))]
    return table(
        ("network", "mean", *names),
        (
            (
                name,
                f"{sum_up(pictures).mean['false_sky']:.2%}",
                *(f"{each.values['false_sky']:.2%}" for each in pictures),
            )
            for name, pictures in scores.items()
        ),
    )


def _flat(board: Scoreboard, contestant: str, groups: Iterable[str]) -> Iterator[PictureScores]:
    for group in groups:
        yield from board.groups[group][contestant]


def _each(scores: dict[str, list[PictureScores]]) -> str:
    rows = zip(*scores.values(), strict=True)
    return table(
        ("picture", *scores),
        ((row[0].name, *(f"{picture.values['iou']:.3f}" for picture in row)) for row in rows),
    )
