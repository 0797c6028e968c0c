"""Contestants: whatever turns a picture into a mask; their scores; the peers' scores kept between runs."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from benchmarks.cases import Case
from benchmarks.hairlines import hairline_values
from benchmarks.peers import THRESHOLD, Peer, open_peers, shown
from skymatte.masks.metrics import Confusion, PictureScores, halo, score_picture
from skymatte.picture.model import Picture, Projection
from skymatte.runtime.model import Model
from skymatte.sky.segment import segment

Matte = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Answer:
    """What a contestant says of a picture.

    Attributes:
        mask: H×W bool, True = sky.
        matte: H×W float32 in [0, 1].
    """

    mask: NDArray[np.bool_]
    matte: Matte

    @staticmethod
    def of(mask: NDArray[np.bool_]) -> Answer:
        """A mask as its own matte of zeros and ones."""
        return Answer(mask, mask.astype(np.float32))


Find = Callable[[Picture], Answer]


@dataclass(frozen=True, slots=True)
class Contestant:
    """A name for the table's column, and how it finds the sky."""

    name: str
    find: Find
    keep: bool = False
    """Its scores never change, so they may be kept between runs."""

    def mask(self, picture: Picture) -> NDArray[np.bool_]:
        return self.find(picture).mask


@dataclass(slots=True)
class Scoreboard:
    """Scores of every contestant on every case: group → contestant → one entry per picture."""

    groups: dict[str, dict[str, list[PictureScores]]] = field(default_factory=dict)

    def add(self, group: str, contestant: str, scores: PictureScores) -> None:
        self.groups.setdefault(group, {}).setdefault(contestant, []).append(scores)


def skymatte_contestant(model: Model, method: str = "fast", edge: str = "fast") -> Contestant:
    """``segment`` of a picture that was read; ``edge`` is in the name where it is not the default."""

    def find(picture: Picture) -> Answer:
        found = segment(picture, model=model, method=method, edge=edge)
        return Answer(found.mask, found.matte)

    return Contestant(f"skymatte {method}" + (f", {edge} edge" if edge != "fast" else ""), find)


def peer_contestants(folder: Path) -> tuple[Contestant, ...]:
    """The public networks, on the picture as it would be shown to them."""
    return tuple(Contestant(peer.name, _asked(peer), keep=True) for peer in open_peers(folder))


def _asked(peer: Peer) -> Find:
    def find(picture: Picture) -> Answer:
        probability = peer.probability(shown(picture))
        return Answer(probability > THRESHOLD, probability)

    return find


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
        """What the contestant scores on the case; of its matte, too, where the exact one is known."""
        key = f"{contestant.name}/{case.group}/{case.name}"
        if contestant.keep and key in self._kept:
            kept = self._kept[key]
            return PictureScores(case.name, Confusion(**kept["confusion"]), kept["values"])
        found = score(case, contestant.find(case.picture))
        if contestant.keep:
            self._kept[key] = {"confusion": asdict(found.confusion), "values": found.values}
        return found

    def save(self) -> None:
        if self._path:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            self._path.write_text(json.dumps(self._kept))


def score(case: Case, answer: Answer) -> PictureScores:
    """All measures that apply to a case, those of the matte where the exact one is known."""
    panorama = case.picture.projection is Projection.EQUIRECTANGULAR
    if case.truth is None:
        return score_picture(case.name, answer.mask, case.label, panorama=panorama)
    scores = score_picture(case.name, answer.mask, case.label, matte=answer.matte, truth=case.truth, panorama=panorama)
    rims = halo(answer.matte, case.truth)
    scores.values.update(hairline_values(answer.matte, case.truth))
    scores.values.update(sky_left=rims.sky_left, ground_taken=rims.ground_taken)
    return scores
