"""Contestants: whatever turns a picture into a mask; their scores; the peers' scores kept between runs."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from benchmarks.cases import Case
from benchmarks.peers import open_peers, shown
from skymatte.masks.metrics import Confusion, PictureScores, score_picture
from skymatte.picture.model import Picture, Projection
from skymatte.runtime.model import Model
from skymatte.sky.segment import segment

Masker = Callable[[Picture], NDArray[np.bool_]]


@dataclass(frozen=True, slots=True)
class Contestant:
    """A name for the table's column, and how it finds the sky."""

    name: str
    mask: Masker
    keep: bool = False
    """Its scores never change, so they may be kept between runs."""


@dataclass(slots=True)
class Scoreboard:
    """Scores of every contestant on every case: group → contestant → one entry per picture."""

    groups: dict[str, dict[str, list[PictureScores]]] = field(default_factory=dict)

    def add(self, group: str, contestant: str, scores: PictureScores) -> None:
        self.groups.setdefault(group, {}).setdefault(contestant, []).append(scores)


def skymatte_contestant(model: Model, method: str = "fast") -> Contestant:
    return Contestant(f"skymatte {method}", lambda picture: segment(picture, model=model, method=method).mask)


def peer_contestants(folder: Path) -> tuple[Contestant, ...]:
    """The public networks, on the picture as it would be shown to them."""
    return tuple(
        Contestant(peer.name, lambda picture, peer=peer: peer.mask(shown(picture)), keep=True)  # type: ignore[misc]
        for peer in open_peers(folder)
    )


def contest(cases: Iterable[Case], contestants: Iterable[Contestant], store: Store) -> Scoreboard:
    """Everybody on everything."""
    contestants = tuple(contestants)
    board = Scoreboard()
    for case in cases:
        for contestant in contestants:
            board.add(case.group, contestant.name, store.scores(contestant, case))
    store.save()
    return board


class Store:
    """Scores of the peers by picture, in one JSON file; nothing is kept without a folder."""

    def __init__(self, folder: Path | None) -> None:
        self._path = folder / "peers.json" if folder else None
        self._kept: dict[str, dict[str, dict[str, float]]] = {}
        if self._path and self._path.exists():
            self._kept = json.loads(self._path.read_text())

    def scores(self, contestant: Contestant, case: Case) -> PictureScores:
        key = f"{contestant.name}/{case.name}"
        if contestant.keep and key in self._kept:
            kept = self._kept[key]
            return PictureScores(case.name, Confusion(**kept["confusion"]), kept["values"])
        panorama = case.picture.projection is Projection.EQUIRECTANGULAR
        found = score_picture(case.name, contestant.mask(case.picture), case.label, panorama=panorama)
        if contestant.keep:
            self._kept[key] = {"confusion": asdict(found.confusion), "values": found.values}
        return found

    def save(self) -> None:
        if self._path:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            self._path.write_text(json.dumps(self._kept))
