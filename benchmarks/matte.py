"""Mattes against exact ones: rendered towns, trees and wires, as panoramas and photographs."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from statistics import fmean

import numpy as np

from benchmarks.cases import Case
from benchmarks.contest import Answer, Contestant, Find, Scoreboard, peer_contestants, skymatte_contestant
from benchmarks.scenery import FIRST_SEED, exact_case, make_scene, photographed, render_scene, shrunk
from benchmarks.tables import table
from skymatte.masks.metrics import PictureScores
from skymatte.picture.model import Picture, Projection
from skymatte.runtime.model import Model
from skymatte.sky.matting import EDGES

SCENES = {
    "towns": (("street", "clear"), ("village", "cumulus"), ("plaza", "overcast")),
    "trees": (("forest", "clear"), ("park", "overcast"), ("palms", "low sun")),
    "wires": (("works", "cumulus"), ("valley", "clear"), ("works", "sunset")),
}
"""Group: places and weathers."""

MASK = "skymatte, thresholded"
"""The matte from the model's threshold on, as zeros and ones; the mask that is written keeps thin lines besides."""

_HEIGHT, _PHOTOGRAPH = 1024, (1024, 768)

_COLUMNS = (
    ("edge_mad", "MAD", ".4f"),
    ("edge_sad", "SAD", ".2f"),
    ("edge_gradient", "Grad", ".2f"),
    ("edge_connectivity", "Conn", ".2f"),
    ("sky_left", "sky left", ".3f"),
    ("ground_taken", "ground taken", ".3f"),
    ("hairline_kept", "hairlines kept", ".2f"),
    ("hairline_excess", "too much", ".2f"),
)


def matte_cases(folder: Path | None) -> Iterator[Case]:
    """Every scene as a panorama of 2048×1024 and a photograph of 1024×768, both averaged from twice the size.

    Args:
        folder: keeps what was rendered; empty it after the scenes have changed.
    """
    number = FIRST_SEED
    for group, places in SCENES.items():
        for place, sky in places:
            yield from _kept(folder, group, place, sky, number)
            number += 1


def _kept(folder: Path | None, group: str, place: str, sky: str, seed: int) -> Iterator[Case]:
    name = f"{place}-{sky}-{seed}"
    path = folder / f"{name}.npz" if folder else None
    if path and path.exists():
        kept = np.load(path)
        wide, narrow = ((kept[f"{kind}_light"], kept[f"{kind}_matte"]) for kind in ("wide", "narrow"))
    else:
        pixels, matte = render_scene(make_scene(place, sky, seed), 2 * _HEIGHT)
        wide, narrow = shrunk(pixels, matte, _HEIGHT), photographed(pixels, matte, _PHOTOGRAPH)
        if path:
            path.parent.mkdir(parents=True, exist_ok=True)
            np.savez(path, wide_light=wide[0], wide_matte=wide[1], narrow_light=narrow[0], narrow_matte=narrow[1])
    yield exact_case(f"{name} panorama", group, *wide, Projection.EQUIRECTANGULAR)
    yield exact_case(f"{name} photograph", group, *narrow, Projection.PERSPECTIVE)


def matte_contestants(model: Model | None, peers: Path) -> tuple[Contestant, ...]:
    """skymatte's mattes and masks, the peers' probabilities and their masks."""
    ours: tuple[Contestant, ...] = ()
    if model is not None:
        edges = tuple(skymatte_contestant(model, edge=edge) for edge in EDGES)
        first = Contestant(edges[0].name, _once(edges[0].find))
        level = np.float32(model.card.threshold)
        thresholded = Contestant(MASK, lambda picture: Answer.of(first.find(picture).matte >= level))
        ours = (first, *edges[1:], thresholded, Contestant("skymatte mask", _mask(first.find)))
    theirs = []
    for peer in peer_contestants(peers):
        find = _once(peer.find)
        theirs += [Contestant(peer.name, find, keep=True), Contestant(f"{peer.name} mask", _mask(find), True)]
    return (*ours, *theirs)


def _mask(find: Find) -> Find:
    return lambda picture: Answer.of(find(picture).mask)


def _once(find: Find) -> Find:
    """The same, but the answer to the last picture is remembered."""
    last: list[tuple[Picture, Answer]] = []

    def remembered(picture: Picture) -> Answer:
        if not last or last[0][0] is not picture:
            last[:] = [(picture, find(picture))]
        return last[0][1]

    return remembered


def matte_tables(board: Scoreboard) -> str:
    """One table over all scenes, with the ratios of the bars, and one of MAD by group."""
    names = list(next(iter(board.groups.values())))
    everything = {name: [scores for group in board.groups.values() for scores in group[name]] for name in names}
    mad = {name: mean(scores, "edge_mad") for name, scores in everything.items()}
    rows = [
        (name, *(format(mean(scores, key), form) for key, _, form in _COLUMNS), *_ratios(name, mad))
        for name, scores in everything.items()
    ]
    titles = ("contestant", *(title for _, title, _ in _COLUMNS), "MAD ÷ thresholded", "MAD ÷ better peer's")
    return table(titles, rows) + "\n\nMAD in the edge band by group of scenes:\n\n" + _by_group(board, names)


def edge_mad_ratios(board: Scoreboard, contestant: str) -> tuple[float, float]:
    """MAD in the edge band over that of the mask, and over that of the better peer."""
    names = next(iter(board.groups.values()))
    mad = {name: mean([s for group in board.groups.values() for s in group[name]], "edge_mad") for name in names}
    return mad[contestant] / mad[MASK], mad[contestant] / _better_peer(mad)


def _ratios(name: str, mad: dict[str, float]) -> Sequence[str]:
    if MASK not in mad or not name.startswith("skymatte"):
        return "", ""
    return f"{mad[name] / mad[MASK]:.2f}", f"{mad[name] / _better_peer(mad):.2f}"


def _better_peer(mad: dict[str, float]) -> float:
    return min(value for name, value in mad.items() if not name.startswith("skymatte"))


def _by_group(board: Scoreboard, names: Iterable[str]) -> str:
    return table(
        ("contestant", *board.groups),
        ((name, *(f"{mean(scores[name], 'edge_mad'):.4f}" for scores in board.groups.values())) for name in names),
    )


def mean(pictures: Sequence[PictureScores], key: str) -> float:
    """Over the pictures that have something to judge; NaN without any."""
    found = [one.values[key] for one in pictures if not math.isnan(one.values.get(key, math.nan))]
    return fmean(found) if found else math.nan
