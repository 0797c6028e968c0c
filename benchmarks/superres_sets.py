"""PSNR and SSIM on the field's test sets, by the field's protocol, beside published figures."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import fmean

import numpy as np
from numpy.typing import NDArray

from benchmarks.superres_pictures import SETS, Pair, prepared, set_pictures
from benchmarks.superres_published import AIMS, BICUBIC, PUBLISHED, Figure
from benchmarks.tables import table
from skymatte.picture.bicubic import bicubic
from skymatte.picture.fidelity import psnr, ssim
from skymatte.runtime.superres_model import SuperresModel

Array = NDArray[np.float32]
Draw = Callable[[Array], Array]
"""A small picture's luma to the large one's."""

_LEVELS = 255
_AGREED = 0.05


@dataclass(frozen=True, slots=True)
class Score:
    """Means over a set: PSNR in dB, and SSIM."""

    psnr: float
    ssim: float


Scores = dict[tuple[str, int], dict[str, Score]]
"""By set and scale, then by contestant."""


def enlarged(model: SuperresModel) -> Draw:
    """One look of a model."""
    scale = model.card.scale

    def draw(small: Array) -> Array:
        return bicubic(small, scale * small.shape[0], scale * small.shape[1]) + model.residual(small)

    return draw


def eightfold(draw: Draw) -> Draw:
    """The mean of eight looks: mirrored and turned, and brought back (Timofte et al. 2016, section 3.6)."""

    def ensemble(small: Array) -> Array:
        looks = [
            np.rot90(draw(np.ascontiguousarray(np.rot90(small[:, ::way], turns))), -turns)[:, ::way]
            for way in (1, -1)
            for turns in range(4)
        ]
        return np.asarray(np.mean(looks, axis=0), np.float32)

    return ensemble


def score(pairs: Iterable[Pair], draw: Draw, scale: int) -> Score:
    """Answer and truth in 8 bits, ``scale`` pixels of each border left out."""
    found = []
    for pair in pairs:
        answer = np.rint(np.clip(draw(pair.small), 0, 1) * _LEVELS)
        truth = np.rint(pair.truth * _LEVELS)
        found.append([measure(answer, truth, border=scale, peak=_LEVELS) for measure in (psnr, ssim)])
    return Score(*(fmean(values) for values in zip(*found, strict=True)))


def scores(data: Path, models: Sequence[SuperresModel], sets: Sequence[str] = SETS) -> Scores:
    """Bicubic interpolation, and every model of that scale with one look and with eight, on every set."""
    found: Scores = {}
    for name in sets:
        pictures = list(set_pictures(data, name))
        for scale in sorted({model.card.scale for model in models}):
            pairs = [prepared(picture, scale) for picture in pictures]
            contestants: dict[str, Draw] = {"bicubic": _plain(scale)}
            for model in (model for model in models if model.card.scale == scale):
                contestants[model.card.name] = enlarged(model)
                contestants[f"{model.card.name}, eight-fold"] = eightfold(enlarged(model))
            found[name, scale] = {who: score(pairs, draw, scale) for who, draw in contestants.items()}
    return found


def _plain(scale: int) -> Draw:
    return lambda small: bicubic(small, scale * small.shape[0], scale * small.shape[1])


def sets_table(found: Scores) -> str:
    """One row for each contestant, ours first, and what was aimed at below."""
    rows = [row for (name, scale), scores in found.items() for row in _rows(name, scale, scores)]
    measured = table(("set, scale, method", "PSNR, dB", "SSIM", "published elsewhere: PSNR / SSIM"), rows)
    bars = table(("bar", "reached", "aim", ""), _bars(found))
    return f"{measured}\n\n{bars}"


def _rows(name: str, scale: int, scores: Mapping[str, Score]) -> Iterator[Sequence[str]]:
    for who, found in scores.items():
        same = _text(BICUBIC[name, scale]) if who == "bicubic" else ""
        yield f"{name} ×{scale}, {who}", f"{found.psnr:.2f}", f"{found.ssim:.4f}", same
    for who, figures in PUBLISHED.items():
        yield f"{name} ×{scale}, {who} as published", "", "", _text(figures[name, scale])


def _text(figure: Figure) -> str:
    decibels, similarity = figure
    return f"{decibels:.2f}" + (f" / {similarity:.4f}" if similarity else "")


def _bars(found: Scores) -> Iterator[Sequence[str]]:
    for (name, scale), scores in found.items():
        if name != "Set5":
            continue
        published, measured = BICUBIC[name, scale][0], scores["bicubic"].psnr
        agrees = abs(measured - published) <= _AGREED
        aim = f"{published:.2f} ± {_AGREED}"
        yield f"Set5 ×{scale}, bicubic", f"{measured:.2f}", aim, _verdict(agrees)
        for who, score in scores.items():
            if who != "bicubic":
                reached = score.psnr >= AIMS[scale]
                yield f"Set5 ×{scale}, {who}", f"{score.psnr:.2f}", f"≥ {AIMS[scale]}", _verdict(reached)


def _verdict(yes: bool) -> str:
    return "yes" if yes else "**no**"
