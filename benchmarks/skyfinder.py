"""The protocol of SkyFinder (Mihail et al. 2016): accuracy, Dice and MCR for each camera, cameras held out.

``python -m benchmarks.skyfinder TREE [--model FILE] [--held-out 5]`` runs it on a SkyFinder tree.  Which cameras are
held out is a matter of the training: the table says how a model does on cameras, whether or not it has seen them.
"""

from __future__ import annotations

import argparse
import random
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import fmean

import numpy as np
from numpy.typing import NDArray

from benchmarks.tables import table
from benchmarks.video_contest import TRAINED_ON, Clip, VideoContestant, frame_of, model_contestant
from skymatte.datasets.catalogue import read_catalogue
from skymatte.masks.metrics import Confusion, confusion
from skymatte.picture.read import read
from skymatte.runtime.model import Model
from skymatte.video.frame import Frame

ORIGINAL = ("the original (U-Net, 5 cameras held out, as published)", 0.9344, 0.86)
"""Accuracy and Dice that Stereolabs' Sky Segmentation states for SkyFinder."""

Shot = tuple[str, Frame, NDArray[np.uint8]]
"""Camera, frame, label."""


@dataclass(frozen=True, slots=True)
class CameraScores:
    """One camera: the mean over its frames, each of the same weight.

    Attributes:
        camera: its name.
        frames: how many.
        accuracy: share of pixels that are right.
        dice: of sky.
        mcr: misclassification rate.
    """

    camera: str
    frames: int
    accuracy: float
    dice: float
    mcr: float


def by_camera(shots: Iterable[Shot], who: VideoContestant) -> list[CameraScores]:
    """Scores of every camera, in the order in which they first come."""
    found: dict[str, list[Confusion]] = {}
    for camera, frame, label in shots:
        found.setdefault(camera, []).append(confusion(who.find(frame) >= who.threshold, label))
    return [
        CameraScores(
            camera,
            len(counts),
            fmean(one.accuracy for one in counts),
            fmean(one.dice for one in counts),
            fmean(one.mcr for one in counts),
        )
        for camera, counts in found.items()
    ]


def held_out(cameras: Iterable[str], count: int, seed: int = 0) -> list[str]:
    """Cameras to hold out, drawn at random: for a recipe's split, and for measuring a model trained by it.

    Raises:
        ValueError: there are not more than ``count`` cameras.
    """
    known = sorted(set(cameras))
    if not 0 < count < len(known):
        raise ValueError(f"{count} of {len(known)} cameras cannot be held out: one must be, and one must be left")
    return sorted(random.Random(seed).sample(known, count))


def tree_shots(tree: Path, cameras: Sequence[str] | None = None) -> Iterator[Shot]:
    """Frames of a SkyFinder tree with their camera's mask; of all cameras by default.

    Raises:
        DatasetError: the folder is no data set.
    """
    for entry in read_catalogue(tree):
        if entry.label is not None and (cameras is None or entry.place in cameras):
            yield entry.place, frame_of(read(entry.picture, projection="perspective")), entry.decode(entry.label)


def clip_shots(clips: Iterable[Clip]) -> Iterator[Shot]:
    """The labelled frames of clips, each clip a camera."""
    for clip in clips:
        for frame in clip.frames():
            if frame.index in clip.labels:
                yield f"{clip.name}{' (trained on)' if clip.name in TRAINED_ON else ''}", frame, clip.label(frame.index)


def camera_table(name: str, scores: Sequence[CameraScores]) -> str:
    """One row for each camera, their mean, and the mean of those that were not trained on; the original's below."""
    rows = [_row(one.camera, one.frames, one.accuracy, one.dice, one.mcr) for one in scores]
    rows.append(_mean_row("mean", scores))
    unseen = [one for one in scores if "trained on" not in one.camera]
    if 0 < len(unseen) < len(scores):
        rows.append(_mean_row("mean of the cameras not trained on", unseen))
    title, accuracy, dice = ORIGINAL
    rows.append((f"{title}, SkyFinder", "–", f"{accuracy:.2%}", f"{dice:.2f}", f"{1 - accuracy:.2%}"))
    return table((f"camera, {name}", "frames", "accuracy", "Dice", "MCR"), rows)


def _mean_row(name: str, scores: Sequence[CameraScores]) -> Sequence[str]:
    means = (fmean(getattr(one, key) for one in scores) for key in ("accuracy", "dice", "mcr"))
    return _row(name, sum(one.frames for one in scores), *means)


def _row(name: str, frames: int, accuracy: float, dice: float, mcr: float) -> Sequence[str]:
    return name, str(frames), f"{accuracy:.2%}", f"{dice:.4f}", f"{mcr:.2%}"


def main(arguments: list[str] | None = None) -> None:
    """Print the table of a tree."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.skyfinder", description="Accuracy, Dice, MCR by camera."
    )
    parser.add_argument("tree", type=Path, help="folder of cameras, with their masks")
    parser.add_argument("--model", default="skymatte-video-1", help="built-in name or ONNX file (%(default)s)")
    parser.add_argument("--cameras", help="only these, A,B,…")
    parser.add_argument("--held-out", type=int, metavar="N", help="only N cameras, drawn at random")
    parser.add_argument("--seed", type=int, default=0, help="of that draw (%(default)s)")
    options = parser.parse_args(arguments)
    cameras = options.cameras.split(",") if options.cameras else None
    if options.held_out:
        cameras = held_out((entry.place for entry in read_catalogue(options.tree)), options.held_out, options.seed)
    who = model_contestant(Model.load(options.model, "cpu"))
    scores = by_camera(tree_shots(options.tree, cameras), who)
    if not scores:
        parser.error(f"{options.tree}: holds none of the cameras {', '.join(cameras or [])}")
    print(camera_table(who.name, scores))


if __name__ == "__main__":
    main()
