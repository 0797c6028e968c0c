"""The sky in pictures of webcam size: found as they are, or after they were made four times larger."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from fractions import Fraction
from itertools import chain
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from benchmarks.cases import Case, camvid_cases, video_cases
from benchmarks.contest import Answer, Scoreboard, score
from benchmarks.peers import shown
from benchmarks.quality import pooled_table
from benchmarks.video_contest import model_contestant
from skymatte.picture.bicubic import bicubic
from skymatte.picture.exposure import exposure_scale
from skymatte.picture.read import from_array
from skymatte.runtime.enlarge import enlarge
from skymatte.runtime.joint_model import JointModel
from skymatte.runtime.model import Model
from skymatte.superres.arrays import upscale
from skymatte.superres.coding import Light
from skymatte.superres.enlarge import Enlarger
from skymatte.superres.method import Method
from skymatte.video.frame import Frame

Rgb8 = NDArray[np.uint8]
Matte = NDArray[np.float32]
Way = Callable[[Rgb8, Rgb8], Rgb8]
"""Of the original and the small picture: what is looked at."""

SCALE = 4
_HALF = 0.5


def webcam_text(
    data: Path, models: Sequence[Model], methods: Sequence[Method], joint: Sequence[JointModel] = ()
) -> str:
    """Labelled frames of clips and CamVid's test frames, a table each."""
    board = webcam_board(chain(video_cases(data), camvid_cases(data)), models, methods, joint)
    return "\n\n".join(f"{group}:\n\n{pooled_table(board, group)}" for group in board.groups)


def webcam_board(
    cases: Iterable[Case], models: Sequence[Model], methods: Sequence[Method], joint: Sequence[JointModel] = ()
) -> Scoreboard:
    """Every model in every way on every case, scored at the original's size; mattes that are smaller are enlarged.

    Args:
        cases: labelled pictures in 8 bits.
        models: that find the sky.
        methods: that make pictures four times larger.
        joint: networks that do both at once, four times larger.
    """
    everybody = [model_contestant(model) for model in models]
    ways = dict(_ways(methods))
    board = Scoreboard()
    for case in cases:
        label = _cut(case.label)
        whole = _cut(shown(case.picture))
        small = shrunk(whole)
        cut = Case(case.name, case.group, from_array(whole, projection="perspective"), label)
        for who in everybody:
            for name, way in ways.items():
                matte = who.find(Frame(0, Fraction(0), way(whole, small)))
                if matte.shape != label.shape:
                    matte = enlarge(matte, *whole.shape[:2], wrap=False)
                answer = Answer(matte >= who.threshold, matte)
                board.add(case.group, f"{who.name}, {name}", score(cut, answer))
        for both in joint:
            matte = _at_once(both, small)
            board.add(case.group, both.card.name, score(cut, Answer(matte >= _HALF, matte)))
    return board


def shrunk(whole: Rgb8) -> Rgb8:
    """A quarter of the sides by MATLAB's bicubic, in 8 bits: what a small camera of the same view would send."""
    height, width = whole.shape[:2]
    small = bicubic(whole.astype(np.float32), height // SCALE, width // SCALE)
    return np.clip(np.rint(small), 0, 255).astype(np.uint8)


def _ways(methods: Sequence[Method]) -> Iterator[tuple[str, Way]]:
    yield "original", lambda whole, _: whole
    yield "small", lambda _, small: small
    for method in methods:
        yield f"×{SCALE} by {method.name}", _enlarged(method)


def _enlarged(method: Method) -> Way:
    return lambda _, small: np.asarray(upscale(small, scale=SCALE, method=method), np.uint8)


def _at_once(model: JointModel, small: Rgb8) -> Matte:
    """The network's own answer: no edges are drawn after it."""
    light = from_array(small, projection="perspective").pixels
    _, sky = model.answer(Light(SCALE, exposure_scale(light)).encode(light))
    return sky


def bicubic_method() -> Method:
    """What everybody has."""
    return Method("bicubic", Enlarger(SCALE))


def _cut(pixels: NDArray[np.uint8]) -> NDArray[np.uint8]:
    height, width = (side - side % SCALE for side in pixels.shape[:2])
    return np.ascontiguousarray(pixels[:height, :width])
