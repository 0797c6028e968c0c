"""Validation on TensorBoard: figures, and the pictures that went worst."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray
from torch.utils.tensorboard import SummaryWriter

from skymatte.masks.overlay import overlay
from skymatte.picture.display import tone_map
from skymatte.training.validate import Validated, score, summary

_WIDTH = 512
_WORST = 6


def picture_of(result: Validated) -> NDArray[np.uint8]:
    """The validated picture with its sky tinted, ``512`` px wide: H×W×3 uint8."""
    height = round(_WIDTH * result.matte.shape[0] / result.matte.shape[1])
    pixels = cv2.resize(result.source.pixels, (_WIDTH, height), interpolation=cv2.INTER_AREA)
    matte = cv2.resize(result.matte, (_WIDTH, height), interpolation=cv2.INTER_AREA)
    return overlay(tone_map(np.asarray(pixels, np.float32)), np.asarray(matte, np.float32))


def log_validation(board: SummaryWriter, results: list[Validated], batch: int) -> None:
    """Write the score, each stratum's figures and the worst pictures."""
    board.add_scalar("validation/iou", score(results), batch)
    for name, value in summary(results).items():
        board.add_scalar(f"validation/{name}", value, batch)
    for place, result in enumerate(sorted(results, key=lambda r: r.iou)[:_WORST]):
        board.add_image(f"worst/{place}", picture_of(result), batch, dataformats="HWC")
