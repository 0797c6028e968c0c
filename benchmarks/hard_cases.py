"""The hard cases of sky segmentation, each as a set of pictures: real ones, drawn-over ones, rendered ones.

Real pictures are the validation rows, test frames of video and CamVid; what is drawn over lies on validation pictures;
rendered scenes have seeds that training has not.  Nothing here was trained on.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from benchmarks import drawn
from benchmarks.cases import Case, camvid_cases, video_cases
from benchmarks.scenery import FIRST_SEED, exact_case, make_scene, render_scene
from skymatte.masks.labels import IGNORE, SKY
from skymatte.picture.camera import Camera
from skymatte.picture.model import Projection
from skymatte.picture.read import from_array
from skymatte.picture.reproject import reproject, reproject_label

SKIES = (
    "kloppenheim_05_1k",
    "dresden_square_1k",
    "potsdamer_platz_1k",
    "piazza_san_marco_1k",
    "canary_wharf_crop",
    "uhdr_desert_wanda",
)
"""Clouds, overcast, clear, sunrise, dusk: what things are drawn over."""

_HEIGHT = 512
"""Of rendered panoramas, as the real ones have it."""

_CLOSED, _AROUND = (24, 0.05), 16
"""A closed region of sky has at least so many pixels and at most this share of all sky; pixels judged around it."""


@dataclass
class Material:
    """What the cases are made of.

    Attributes:
        data: the folder with ``camvid`` and ``video``.
        hdr: the validation pictures, by name.
    """

    data: Path
    hdr: Mapping[str, Case]

    @cached_property
    def video(self) -> dict[str, Case]:
        return {case.name: case for case in video_cases(self.data)}

    def real(self, *names: str) -> Iterator[Case]:
        """Validation pictures as they are."""
        return (self.hdr[name] for name in names)

    def drawn_over(self, draw: drawn.Draw) -> Iterator[Case]:
        """:data:`SKIES` behind something dark."""
        for number, case in enumerate(self.real(*SKIES)):
            cover = draw(case, np.random.default_rng(number))
            yield drawn.covered(case, cover, drawn.ground_colour(case))

    def changed(self, change: Callable[[Case], Case], names: Iterable[str] = SKIES) -> Iterator[Case]:
        """Validation pictures in other light."""
        return (change(case) for case in self.real(*names))

    def photographs(self) -> Iterator[Case]:
        """Perspective pictures that look up by 25° out of panoramas."""
        for number, case in enumerate(case for case in self.real(*SKIES[:4])):
            source = Camera(projection=Projection.EQUIRECTANGULAR, width=case.picture.width, height=case.picture.height)
            target = Camera(
                projection=Projection.PERSPECTIVE,
                width=768,
                height=512,
                fov=math.radians(100),
                yaw=2.0 * number,
                pitch=math.radians(25),
            )
            pixels = reproject(case.picture.pixels, source, target)[0]
            label = reproject_label(case.label, source, target)
            yield replace(case, picture=from_array(pixels, projection="perspective"), label=label)


def _scenes(*scenes: tuple[str, str, str | None]) -> Iterator[Case]:
    """Rendered: place, weather, what lies on the ground."""
    for number, (place, sky, material) in enumerate(scenes):
        scene = make_scene(place, sky, FIRST_SEED + 100 * number, material)
        name = "-".join(filter(None, (place, sky, material)))
        yield exact_case(name, "", *render_scene(scene, _HEIGHT), Projection.EQUIRECTANGULAR)


def _wires(given: Material) -> Iterator[Case]:
    yield from given.drawn_over(drawn.draw_wires)
    yield from _scenes(("works", "clear", None), ("works", "overcast", None))


def _branches(given: Material) -> Iterator[Case]:
    return given.drawn_over(drawn.draw_branches)


def _leaves(given: Material) -> Iterator[Case]:
    yield from given.real("forest_slope_1k", "mossy_forest_1k", "chinese_garden_1k", "uhdr_desert_palms")
    yield from _scenes(("canopy", "clear", None), ("forest", "overcast", None))


def _dirt(given: Material) -> Iterator[Case]:
    return given.changed(lambda case: drawn.dirty(case, np.random.default_rng(len(case.name))))


def _birds(given: Material) -> Iterator[Case]:
    return given.drawn_over(drawn.draw_birds)


def _haze(given: Material) -> Iterator[Case]:
    yield from given.changed(lambda case: drawn.hazy(case, 0.8))
    yield from _scenes(
        ("hills", "fog", None), ("village", "fog", None), ("mountains", "hazy", None), ("plaza", "hazy", None)
    )


def _night(given: Material) -> Iterator[Case]:
    yield from given.real("satara_night_1k", "uhdr_night_highrise", "uhdr_train_station_night", "uhdr_desert_wanda")
    yield from (case for name, case in given.video.items() if "dusk" in name)


def _dark(given: Material) -> Iterator[Case]:
    return given.changed(lambda case: drawn.underexposed(case, 5))


def _sun(given: Material) -> Iterator[Case]:
    yield from given.real("kloppenheim_05_1k", "chinese_garden_1k", "uhdr_desert_palms", "acoustical_shell_1k")
    yield from _scenes(("hills", "low sun", None), ("sea", "sunset", None))


def _snow(_given: Material) -> Iterator[Case]:
    return _scenes(("snow", "overcast", None), ("snow", "clear", None), ("flat", "overcast", "snow"))


def _sand(given: Material) -> Iterator[Case]:
    yield from given.real("lingo3d_day_1k")
    yield from _scenes(("flat", "hazy", "sand"), ("flat", "overcast", "salt"), ("palms", "clear", "sand"))


def _water(given: Material) -> Iterator[Case]:
    yield from given.real("blue_grotto_1k", "spree_bank_1k", "uhdr_desert_sunset")
    yield from _scenes(("sea", "overcast", None), ("sea", "cumulus", None), ("mountains", "clear", "water"))


def _glass(given: Material) -> Iterator[Case]:
    return given.real("canary_wharf_1k", "canary_wharf_crop", "potsdamer_platz_1k")


def _white(given: Material) -> Iterator[Case]:
    return given.changed(drawn.whitened, ("dresden_square_1k", "potsdamer_platz_1k", "canary_wharf_crop"))


def _rooms(given: Material) -> Iterator[Case]:
    return given.real("neg_brown_studio_1k", "neg_small_hangar_01_1k")


def _umbrellas(given: Material) -> Iterator[Case]:
    return given.real("outdoor_umbrellas_1k")


def _closed(given: Material) -> Iterator[Case]:
    scenes = _scenes(("bridge", "clear", None), ("bridge", "overcast", None), ("porch", "cumulus", None))
    branches = given.drawn_over(drawn.draw_branches)
    for case in (*given.hdr.values(), *scenes, *branches):
        label = closed_regions(case.label)
        if (label == SKY).any():
            yield replace(case, label=label, truth=None)


def closed_regions(label: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """The label around regions of sky that are cut off from the open sky; everything else ignored."""
    count, regions, stats, _ = cv2.connectedComponentsWithStats((label == SKY).view(np.uint8), connectivity=8)
    areas = stats[:, cv2.CC_STAT_AREA]
    least, most = _CLOSED[0], _CLOSED[1] * int(np.count_nonzero(label == SKY))
    chosen = np.array([0 < i < count and least <= areas[i] <= most for i in range(count)])
    closed = chosen[regions]
    around = cv2.dilate(closed.view(np.uint8), np.ones((2 * _AROUND + 1, 2 * _AROUND + 1), np.uint8)) > 0
    judged = closed | (np.asarray(around) & (label != SKY))
    return np.where(judged, label, np.uint8(IGNORE))


def _hanging(given: Material) -> Iterator[Case]:
    for number, case in enumerate(given.photographs()):
        cover = drawn.draw_hanging(case, np.random.default_rng(number))
        yield drawn.covered(case, cover, drawn.mirrored_ground(case))


def _streets(given: Material) -> Iterator[Case]:
    return (case for number, case in enumerate(camvid_cases(given.data)) if number % 12 == 0)


HARD_CASES: dict[str, Callable[[Material], Iterator[Case]]] = {
    "wires": _wires,
    "bare branches": _branches,
    "leaves": _leaves,
    "stains on the lens": _dirt,
    "birds": _birds,
    "haze and fog over ground": _haze,
    "night and dusk": _night,
    "8 bits, 5 stops too dark": _dark,
    "sun in frame": _sun,
    "snow": _snow,
    "sand and salt": _sand,
    "water": _water,
    "glass": _glass,
    "white walls": _white,
    "rooms with bright windows": _rooms,
    "umbrellas overhead": _umbrellas,
    "closed regions of sky": _closed,
    "object at the top edge": _hanging,
    "streets under a white sky": _streets,
}
"""Row of the table: its pictures."""


def hard_cases(data: Path, hdr: Iterable[Case]) -> Iterator[Case]:
    """All cases, with the row of the table as their group."""
    material = Material(data, {case.name: case for case in hdr})
    for row, pictures in HARD_CASES.items():
        for case in pictures(material):
            yield replace(case, group=row)
