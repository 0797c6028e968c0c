"""Who is compared on video: models frame by frame or filtered, and the public networks; and the frames they see."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from benchmarks.cases import Case
from benchmarks.contest import Answer, Contestant
from benchmarks.peers import THRESHOLD, open_peers, shown
from skymatte.masks.files import read_label
from skymatte.picture.model import Picture
from skymatte.picture.read import from_array
from skymatte.runtime.model import Model
from skymatte.video.finder import SkyFinder
from skymatte.video.frame import Frame, Transfer
from skymatte.video.source import open_source

Matte = NDArray[np.float32]
Find = Callable[[Frame], Matte]

TRAINED_ON = ("mfadlih_uav_a4_1", "udacity_solidWhiteRight")
"""Clips whose labels may train the shipped models."""


@dataclass(frozen=True, slots=True)
class VideoContestant:
    """Finds the sky in one frame by itself.

    Attributes:
        name: for the tables.
        find: H×W float32 in [0, 1]; of peers, of 8-bit frames only.
        threshold: matte value from which a pixel is sky.
    """

    name: str
    find: Find
    threshold: float

    def as_contestant(self) -> Contestant:
        """The same for pictures: linear light as a frame of linear light, others as 8-bit frames."""

        def find(picture: Picture) -> Answer:
            matte = self.find(frame_of(picture))
            return Answer(matte >= self.threshold, matte)

        return Contestant(self.name, find)


def model_contestant(model: Model) -> VideoContestant:
    """A model as `skymatte video` asks it, without its temporal filter."""
    return VideoContestant(model.card.name, SkyFinder(model).find, model.card.threshold)


def peer_video_contestants(folder: Path) -> tuple[VideoContestant, ...]:
    """The public networks; linear light is tone-mapped for them."""

    def asked(probability: Callable[[NDArray[np.uint8]], Matte]) -> Find:
        return lambda frame: probability(_shown(frame))

    return tuple(VideoContestant(peer.name, asked(peer.probability), THRESHOLD) for peer in open_peers(folder))


def frame_of(picture: Picture) -> Frame:
    """A picture as the only frame of a stream."""
    if picture.linear:
        return Frame(0, Fraction(0), picture.pixels, Transfer.LINEAR)
    return Frame(0, Fraction(0), shown(picture))


def _shown(frame: Frame) -> NDArray[np.uint8]:
    if frame.transfer is Transfer.LINEAR:
        return shown(Picture(frame.pixels.astype(np.float32, copy=False)))
    return frame.pixels.astype(np.uint8, copy=False)


@dataclass(frozen=True, slots=True)
class Clip:
    """A clip and its labels.

    Attributes:
        name: of the file.
        path: the file.
        labels: by number of the frame, read when they are asked for.
    """

    name: str
    path: Path
    labels: dict[int, Path]

    def label(self, index: int) -> NDArray[np.uint8]:
        return read_label(self.labels[index])

    def frames(self) -> Iterator[Frame]:
        """All frames, in order."""
        with open_source(str(self.path)) as source:
            yield from source


def clips(data: Path) -> list[Clip]:
    """All clips of the folder ``video``."""
    folder = data / "video"
    return [
        Clip(
            path.stem,
            path,
            {
                int(label.stem.rpartition("__")[2]): label
                for label in sorted((folder / "labels").glob(f"{path.stem}__*"))
            },
        )
        for path in sorted(folder.glob("*.mp4"))
    ]


def runs_before_labels(clip: Clip, before: int) -> Iterator[list[Frame]]:
    """For every label the frames that lead up to it: at least ``before`` of them where there are as many, it last."""
    waiting = sorted(clip.labels)
    held: list[Frame] = []
    for frame in clip.frames():
        held = [*held[-before:], frame]
        if waiting and frame.index == waiting[0]:
            waiting.pop(0)
            yield list(held)
        if not waiting:
            return


def video_case(clip: Clip, frame: Frame) -> Case:
    """A labelled frame as a case of the other benchmarks."""
    picture = from_array(np.ascontiguousarray(frame.pixels), projection="perspective")
    return Case(f"{clip.name}__{frame.index:05d}", "video", picture, clip.label(frame.index))
