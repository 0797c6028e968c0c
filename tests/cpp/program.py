"""Run ``skymatte-video``, and work out in Python what it should give."""

from __future__ import annotations

import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from skymatte.runtime.model import Model
from skymatte.video.draw import mask, overlay, shares
from skymatte.video.finder import SkyFinder
from skymatte.video.frame import Frame
from skymatte.video.temporal import TemporalFilter

Picture = NDArray[np.uint8]


@dataclass(frozen=True)
class Finished:
    """What a run gave."""

    code: int
    output: bytes
    said: str


@dataclass(frozen=True)
class Program:
    """The program's file."""

    path: Path

    def run(self, *arguments: object, given: bytes = b"") -> Finished:
        """``skymatte-video ARGUMENTS``."""
        done = subprocess.run([self.path, *map(str, arguments)], input=given, capture_output=True, check=False)
        return Finished(done.returncode, done.stdout, done.stderr.decode())

    def draw(self, frames: Sequence[Picture], model: Path, *arguments: object) -> Picture:
        """Raw frames in, raw frames out: N×H×W×C."""
        height, width = frames[0].shape[:2]
        given = b"".join(frame.tobytes() for frame in frames)
        done = self.run("-", "--size", f"{width}x{height}", "--model", model, "-o", "-", *arguments, given=given)
        assert done.code == 0, done.said
        return np.frombuffer(done.output, np.uint8).reshape(len(frames), height, width, -1)


def drawn_in_python(frames: Sequence[Picture], model: Path, kind: str, *, steady: bool = False) -> Picture:
    """What :meth:`Program.draw` should give."""
    opened = Model.load(model, "cpu")
    finder, steadied = SkyFinder(opened), TemporalFilter()
    drawn = []
    for index, pixels in enumerate(frames):
        frame = Frame(index, Fraction(index, 25), pixels)
        matte = finder.find(frame)
        if steady:
            matte = steadied.step(frame, matte)
        drawn.append(_drawn(kind, pixels, matte, opened.card.threshold))
    return np.asarray(drawn, np.uint8)


def _drawn(kind: str, pixels: Picture, matte: NDArray[np.float32], threshold: float) -> NDArray[np.generic]:
    if kind == "overlay":
        return overlay(pixels, matte, 0.5)
    return (mask(matte, threshold) if kind == "mask" else shares(matte, 8))[..., None]


def scene(count: int, size: tuple[int, int]) -> list[Picture]:
    """Frames of a bright sky above a dark, ragged ground that moves to the left by a pixel and a half per frame."""
    width, height = size
    random = np.random.default_rng(3)
    ragged = np.cumsum(random.normal(0, 1.2, 4 * width)) + height / 2
    texture = random.integers(-12, 12, (height, 4 * width, 3))
    frames = []
    for index in range(count):
        x = np.arange(width) + 1.5 * index
        edge = np.interp(x, np.arange(4 * width), ragged)[None, :]
        share = np.clip(edge - np.arange(height)[:, None] + 0.5, 0, 1)[..., None]
        moved = texture[:, x.astype(int)]
        sky = np.array([150, 185, 235]) - 40 * np.linspace(0, 1, height)[:, None, None]
        frames.append(np.clip(share * sky + (1 - share) * np.array([60, 52, 40]) + moved, 0, 255).astype(np.uint8))
    return frames
