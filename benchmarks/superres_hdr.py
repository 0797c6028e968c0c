"""HDR pictures made small and large again: how near they come, whether any value is cut, whether light is kept."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import fmean

import numpy as np
from numpy.typing import NDArray

from benchmarks.cases import Case, hdr_cases
from benchmarks.tables import table
from skymatte.picture.bicubic import bicubic
from skymatte.picture.encoding import decode, encode
from skymatte.picture.exposure import exposure_scale, luminance
from skymatte.picture.fidelity import pu21_psnr
from skymatte.picture.luma import LOG_SHIFT
from skymatte.runtime.superres_model import SuperresModel
from skymatte.superres.arrays import upscale
from skymatte.superres.coding import Light
from skymatte.superres.enlarge import Enlarger
from skymatte.superres.method import Method

Array = NDArray[np.float32]

SCALES = (2, 4)
PLAIN = "bicubic in light"
OURS = "skymatte upscale"
_ROUNDING = 1e-5


@dataclass(frozen=True, slots=True)
class Shot:
    """A picture that was made small.

    Attributes:
        name: of the picture.
        truth: H×W×3 light, sides multiples of the scale.
        small: what is left of it.
        projection: how directions map to pixels.
    """

    name: str
    truth: Array
    small: Array
    projection: str


@dataclass(frozen=True, slots=True)
class Kept:
    """What a method made of one picture.

    Attributes:
        name: of the picture.
        psnr: of PU21 luminance, dB, the truth's middle grey at 18 cd/m².
        cut: samples of the small picture that no pixel of their block reaches.
        off: the most that the mean of a block is off its source, as a share of that.
    """

    name: str
    psnr: float
    cut: int
    off: float


Shrink = Callable[[Array, int], Array]
Enlarge = Callable[[Shot], Array]


def averaged(light: Array, scale: int) -> Array:
    """The mean of each block: what a sensor with larger pixels sees."""
    height, width = (side // scale for side in light.shape[:2])
    return np.asarray(light.reshape(height, scale, width, scale, -1).mean(axis=(1, 3), dtype=np.float64), np.float32)


def log_bicubic(light: Array, scale: int) -> Array:
    """Bicubic interpolation of the encoding ``log``: how the field makes small pictures, for HDR."""
    exposure = np.float32(exposure_scale(light))
    encoded = encode("log", light * exposure)
    small = bicubic(encoded, light.shape[0] // scale, light.shape[1] // scale)
    return np.asarray(np.maximum(decode("log", small), 0) / exposure, np.float32)


SHRINKS: dict[str, Shrink] = {"area means of light": averaged, "bicubic in log": log_bicubic}


def shots(cases: Iterable[Case], shrink: Shrink, scale: int) -> Iterator[Shot]:
    """Pictures cut to multiples of the scale, and made small."""
    for case in cases:
        height, width = (side - side % scale for side in case.picture.pixels.shape[:2])
        truth = case.picture.pixels[:height, :width]
        yield Shot(case.name, truth, shrink(truth, scale), case.picture.projection.value)


def methods(model: SuperresModel) -> dict[str, Enlarge]:
    """Bicubic interpolation of light and of its encoding, and ours, whose light is kept and, to compare, is not."""
    scale = model.card.scale
    bare, drawn = Enlarger(scale), Enlarger(scale, model)

    def ours(name: str, enlarger: Enlarger) -> Enlarge:
        method = Method(name, enlarger)
        return lambda shot: upscale(shot.small, scale=scale, method=method, projection=shot.projection)

    return {
        PLAIN: lambda shot: np.maximum(_bicubic(shot.small, scale), 0),
        "bicubic in log": lambda shot: _unkept(shot.small, bare),
        f"{OURS} --method bicubic": ours("bicubic", bare),
        f"{model.card.name} in log, light not kept": lambda shot: _unkept(shot.small, drawn),
        OURS: ours("dcscn", drawn),
    }


def _bicubic(small: Array, scale: int) -> Array:
    return bicubic(small, scale * small.shape[0], scale * small.shape[1])


def _unkept(small: Array, enlarger: Enlarger) -> Array:
    exposure = exposure_scale(small)
    encoded = enlarger(Light(enlarger.scale, exposure).encode(small))
    return np.asarray(np.maximum(decode("log", encoded - np.float32(LOG_SHIFT)), 0) / np.float32(exposure), np.float32)


def judge(shot: Shot, answer: Array, scale: int) -> Kept:
    """How near the answer comes, and what of the small picture's light is in it."""
    exposure = np.float32(exposure_scale(shot.truth))
    perceived = pu21_psnr(luminance(answer) * exposure, luminance(shot.truth) * exposure, border=scale)
    height, width = shot.small.shape[:2]
    blocks = answer.reshape(height, scale, width, scale, 3)
    cut = int((blocks.max(axis=(1, 3)) < shot.small * np.float32(1 - _ROUNDING)).sum())
    lit = shot.small > 0
    means = averaged(answer, scale)[lit]
    off = float(np.max(np.abs(means / shot.small[lit].astype(np.float64) - 1), initial=0))
    return Kept(shot.name, perceived, cut, off)


def hdr_text(data: Path, models: Sequence[SuperresModel]) -> str:
    """One table for each way to make pictures small."""
    cases = list(hdr_cases(data))
    parts = []
    for name, shrink in SHRINKS.items():
        found = {model.card.scale: _judged(cases, shrink, model) for model in models if model.card.scale in SCALES}
        parts.append(f"Made small by {name}:\n\n{hdr_table(found)}")
    return "\n\n".join(parts)


def _judged(cases: Iterable[Case], shrink: Shrink, model: SuperresModel) -> dict[str, list[Kept]]:
    scale, everybody = model.card.scale, methods(model)
    found: dict[str, list[Kept]] = {name: [] for name in everybody}
    for shot in shots(cases, shrink, scale):
        for name, enlarge in everybody.items():
            found[name].append(judge(shot, enlarge(shot), scale))
    return found


def hdr_table(found: dict[int, dict[str, list[Kept]]]) -> str:
    """One row for each scale and method, by scale, then method, then picture."""
    columns = (
        "scale, method",
        "pictures",
        "PSNR in PU21, dB",
        f"over {PLAIN}",
        "better than it on",
        "worst",
        "worst picture",
        "samples cut",
        "block off by at most",
    )
    return table(
        columns, (_row(scale, name, kept, by[PLAIN]) for scale, by in found.items() for name, kept in by.items())
    )


def _row(scale: int, name: str, found: Sequence[Kept], plain: Sequence[Kept]) -> Sequence[str]:
    gains = [ours.psnr - theirs.psnr for ours, theirs in zip(found, plain, strict=True)]
    worst = min(found, key=lambda kept: kept.psnr)
    return (
        f"×{scale}, {name}",
        str(len(found)),
        f"{fmean(kept.psnr for kept in found):.2f}",
        f"{fmean(gains):+.2f}",
        "–" if found is plain else str(sum(gain > 0 for gain in gains)),
        f"{worst.psnr:.2f}",
        worst.name,
        str(sum(kept.cut for kept in found)),
        f"{max(kept.off for kept in found):.1e}",
    )
