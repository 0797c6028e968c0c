"""The pictures of docs/quality.md: where skymatte does well and where it does not, chosen by figures."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from benchmarks.cases import Case
from benchmarks.contest import Answer, Contestant, Scoreboard
from benchmarks.gallery_captions import CAPTIONS
from skymatte.masks.labels import IGNORE, NON_SKY, SKY
from skymatte.masks.metrics import PictureScores
from skymatte.masks.overlay import overlay
from skymatte.picture.display import tone_map

LICENCES = ("CC0", "Apache-2.0")
"""Of pictures that may be shown."""

FALSE, MISSED, IGNORED = (235, 40, 30), (255, 205, 0), (120, 90, 150)
"""sRGB: red, yellow, violet."""

_SKY_BLUE = (140, 185, 235)
_SHOWN = 5
_GOOD = 0.95
_LONG, _SHORT = 860, 400
"""Width in pixels of a panel that is wide, and of one that is not."""

_PANORAMA_ROWS = 0.62
"""Share of a panorama that is shown, from the top: below is ground."""

_MOST_BYTES = 80_000
_BOLD = 4
"""How much thin errors are strengthened where the error map is shrunk."""

Rgb8 = NDArray[np.uint8]


@dataclass(frozen=True, slots=True)
class Shown:
    """One picture of the gallery.

    Attributes:
        case: the picture.
        licence: of the picture.
        source: where it was published.
        ours: what skymatte scores.
        peers: IoU by peer.
    """

    case: Case
    licence: str
    source: str
    ours: PictureScores
    peers: dict[str, float]

    @property
    def iou(self) -> float:
        return self.ours.values["iou"]


def choose(cases: Sequence[Case], board: Scoreboard, data: Path, us: str) -> tuple[list[Shown], list[Shown]]:
    """The five pictures with the greatest lead over the better peer at an IoU of 0.95 or more, and the five worst."""
    with (data / "hdri" / "manifest.csv").open(newline="") as lines:
        rows = {Path(row["picture"]).stem: row for row in csv.DictReader(lines)}
    scores = {name: _by_picture(board, name) for name in next(iter(board.groups.values()))}
    candidates = [
        Shown(
            case,
            rows[case.name]["licence"],
            rows[case.name]["source"],
            scores[us][case.name],
            {name: found[case.name].values["iou"] for name, found in scores.items() if name != us},
        )
        for case in cases
        if case.group != "negative" and rows[case.name]["licence"] in LICENCES
    ]
    worst = sorted(candidates, key=lambda one: one.iou)[:_SHOWN]
    good = [one for one in candidates if one.iou >= _GOOD and one not in worst]
    return sorted(good, key=lambda one: max(one.peers.values()) - one.iou)[:_SHOWN], worst


def _by_picture(board: Scoreboard, name: str) -> dict[str, PictureScores]:
    return {one.name: one for group in board.groups.values() for one in group[name]}


def gallery(best: Sequence[Shown], worst: Sequence[Shown], us: Contestant, folder: Path | None) -> str:
    """Markdown with a heading for each half; the pictures go to ``folder``/images/quality, if there is one."""
    halves = (("Where it does well", best), ("Where it does not", worst))
    return "\n\n".join(
        f"### {title}\n\n" + "\n\n".join(_entry(one, us, folder) for one in half) for title, half in halves
    )


def _entry(shown: Shown, us: Contestant, folder: Path | None) -> str:
    name = f"images/quality/{shown.case.name}.jpg"
    if folder:
        _write(folder / name, triptych(shown.case, us.find(shown.case.picture)))
    counts = shown.ours.confusion
    peers = ", ".join(f"{peer} {value:.3f}" for peer, value in shown.peers.items())
    figures = (
        f"IoU {shown.iou:.3f} ({peers}); false sky {counts.fp / counts.total:.1%} of the picture, missed sky "
        f"{counts.fn / counts.total:.1%}."
    )
    caption = CAPTIONS.get(shown.case.name, "")
    return f"![{shown.case.name}]({name})\n\n**{shown.case.name}**: {caption} {figures} {_credit(shown)}"


def _credit(shown: Shown) -> str:
    return f"Picture: {shown.licence}, {shown.source.removeprefix('github:')}, shown smaller and marked."


def triptych(case: Case, answer: Answer) -> Rgb8:
    """Picture, overlay and error map: side by side, or one above the other where they are wide."""
    display = tone_map(case.picture.pixels)
    height, width = case.label.shape
    wide = width >= 1.8 * height
    rows = round(height * _PANORAMA_ROWS) if wide else height
    factor = (_LONG if wide else _SHORT) / width
    size = (round(width * factor), round(rows * factor))

    def small(image: Rgb8) -> Rgb8:
        return np.asarray(cv2.resize(image[:rows], size, interpolation=cv2.INTER_AREA), np.uint8)

    panels = [small(display), small(overlay(display, answer.matte)), error_map(case, answer.mask, rows, size)]
    gap = np.full((6, size[0], 3) if wide else (size[1], 6, 3), 255, np.uint8)
    return np.concatenate((panels[0], gap, panels[1], gap, panels[2]), axis=0 if wide else 1)


def error_map(case: Case, mask: NDArray[np.bool_], rows: int, size: tuple[int, int]) -> Rgb8:
    """What is right in grey and pale blue; false sky red, missed sky yellow, ignored violet; errors drawn bolder."""
    sky, ground = case.label == SKY, case.label == NON_SKY
    grey = cv2.cvtColor(tone_map(case.picture.pixels), cv2.COLOR_RGB2GRAY)[..., None].astype(np.float32)
    base = np.where(mask[..., None], 0.4 * grey + 0.6 * np.array(_SKY_BLUE, np.float32), 0.45 * grey + 30)
    canvas = cv2.resize(base[:rows], size, interpolation=cv2.INTER_AREA)
    marks = ((case.label == IGNORE, IGNORED, 1), (sky & ~mask, MISSED, _BOLD), (ground & mask, FALSE, _BOLD))
    for where, colour, boldness in marks:
        share = cv2.resize(where[:rows].astype(np.float32), size, interpolation=cv2.INTER_AREA)
        share = np.minimum(boldness * share, 1)[..., None]
        canvas = canvas * (1 - share) + np.array(colour, np.float32) * share
    return np.rint(canvas).astype(np.uint8)


def _write(path: Path, image: Rgb8) -> None:
    """As JPEG below :data:`_MOST_BYTES`: of less quality first, then smaller."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(next(packed for packed in _packed(image) if len(packed) <= _MOST_BYTES))


def _packed(image: Rgb8) -> Iterator[bytes]:
    bgr = np.ascontiguousarray(image[..., ::-1])
    while min(bgr.shape[:2]) > 1:
        for quality in range(90, 50, -5):
            yield cv2.imencode(".jpg", bgr, [cv2.IMWRITE_JPEG_QUALITY, quality])[1].tobytes()
        bgr = np.asarray(cv2.resize(bgr, None, fx=0.85, fy=0.85, interpolation=cv2.INTER_AREA), np.uint8)
