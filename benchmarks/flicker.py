"""How steady mattes are, frame by frame and filtered: flicker on clips, dtSSD on moving scenes with exact mattes."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise
from statistics import fmean

import cv2
import numpy as np
from numpy.typing import NDArray

from benchmarks.moving_scene import RATE, MovingScene
from benchmarks.tables import table
from benchmarks.video_contest import TRAINED_ON, Clip, Find, Matte, VideoContestant
from skymatte.masks.metrics import Motion, dtssd, flicker, iou, mad, motion
from skymatte.video.frame import Frame
from skymatte.video.temporal import TemporalFilter

WAYS = ("frame by frame", "filtered")


@dataclass(frozen=True, slots=True)
class Steadiness:
    """What one way of finding the sky comes to on a clip.

    Attributes:
        flicker: mean over the pairs of frames whose motion could be measured.
        iou: mean over the labelled frames, or against the exact mattes; NaN without any.
        dtssd: against exact mattes; NaN without.
        mad: likewise.
    """

    flicker: float
    iou: float
    dtssd: float = math.nan
    mad: float = math.nan


def both(frames: Iterable[Frame], find: Find) -> Iterator[tuple[Frame, tuple[Matte, Matte]]]:
    """Each frame with its matte by itself, and the filtered one."""
    steadying = TemporalFilter()
    for frame in frames:
        matte = find(frame)
        yield frame, (matte, steadying.step(frame, matte))


def on_clip(clip: Clip, who: VideoContestant) -> tuple[Steadiness, Steadiness]:
    """Both ways over the whole clip."""
    moved: tuple[list[float], list[float]] = ([], [])
    right: tuple[list[float], list[float]] = ([], [])
    before: tuple[Frame, tuple[Matte, Matte]] | None = None
    for frame, mattes in both(clip.frames(), who.find):
        if before is not None:
            between = motion(_grey(before[0]), _grey(frame))
            for values, earlier, now in zip(moved, before[1], mattes, strict=True):
                values.append(flicker(earlier, now, between))
        if frame.index in clip.labels:
            label = clip.label(frame.index)
            for values, now in zip(right, mattes, strict=True):
                values.append(iou(now >= who.threshold, label))
        before = frame, mattes
    one, other = (Steadiness(mean(moved[way]), mean(right[way])) for way in (0, 1))
    return one, other


def on_scene(scene: MovingScene, who: VideoContestant) -> tuple[Steadiness, Steadiness, Steadiness]:
    """Both ways, and the exact mattes themselves: what no way can be steadier than."""
    frames = [Frame(index, Fraction(index, RATE), pixels) for index, pixels in enumerate(scene.frames)]
    found = [mattes for _, mattes in both(frames, who.find)]
    between = [motion(_grey(one), _grey(other)) for one, other in pairwise(frames)]
    truths = list(scene.truths)
    first, second = ([pair[way] for pair in found] for way in (0, 1))
    return (
        _against(first, truths, between, who.threshold),
        _against(second, truths, between, who.threshold),
        _against(truths, truths, between, 0.5),
    )


def _against(mattes: list[Matte], truths: list[Matte], between: list[Motion], threshold: float) -> Steadiness:
    labels = [np.where(truth >= 0.5, np.uint8(255), np.uint8(0)) for truth in truths]
    pairs = zip(mattes, mattes[1:], between, strict=False)
    return Steadiness(
        mean([flicker(*pair) for pair in pairs]),
        mean([iou(matte >= threshold, label) for matte, label in zip(mattes, labels, strict=True)]),
        dtssd(mattes, truths),
        mean([mad(matte, truth) for matte, truth in zip(mattes, truths, strict=True)]),
    )


def flicker_table(clips: Sequence[Clip], everybody: Sequence[VideoContestant]) -> str:
    """One row for each clip and contestant: flicker and IoU both ways, and the ratio that the bar is about."""
    rows = []
    for who in everybody:
        ratios = []
        for clip in clips:
            one, other = on_clip(clip, who)
            ratios.append(other.flicker / one.flicker)
            name = f"{clip.name}{' (trained on)' if clip.name in TRAINED_ON else ''}, {who.name}"
            rows.append((name, *_thousandths(one.flicker, other.flicker), f"{one.iou:.4f}", f"{other.iou:.4f}"))
        rows.append((f"mean, {who.name}", "", "", f"{fmean(ratios):.2f}", "", ""))
    return table(("clip, model", *(f"flicker {way}" for way in WAYS), "ratio", *(f"IoU {way}" for way in WAYS)), rows)


def moving_table(scenes: Iterable[MovingScene], everybody: Sequence[VideoContestant]) -> str:
    """Three rows for each scene and contestant: both ways and the exact mattes."""
    columns = ("scene, model", "dtSSD", "ratio", "flicker", "ratio", "MAD", "IoU")
    rows = []
    for scene in scenes:
        for who in everybody:
            found = on_scene(scene, who)
            for way, one in zip((*WAYS, "exact"), found, strict=True):
                rows.append((f"{scene.name}, {who.name}, {way}", *_moving_cells(one, found[0])))
    return table(columns, rows)


def _moving_cells(one: Steadiness, plain: Steadiness) -> Iterator[str]:
    yield f"{100 * one.dtssd:.2f}"
    yield f"{one.dtssd / plain.dtssd:.2f}"
    yield f"{1000 * one.flicker:.2f}"
    yield f"{one.flicker / plain.flicker:.2f}"
    yield f"{one.mad:.4f}"
    yield f"{one.iou:.4f}"


def _thousandths(one: float, other: float) -> tuple[str, str, str]:
    return f"{1000 * one:.2f}", f"{1000 * other:.2f}", f"{other / one:.2f}"


def mean(values: Iterable[float]) -> float:
    """Of those that are numbers; NaN if none is."""
    numbers = [value for value in values if not math.isnan(value)]
    return fmean(numbers) if numbers else math.nan


def _grey(frame: Frame) -> NDArray[np.uint8]:
    return np.asarray(cv2.cvtColor(frame.pixels, cv2.COLOR_RGB2GRAY), np.uint8)
