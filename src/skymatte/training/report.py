"""What a run tells: lines for people, figures and pictures for TensorBoard."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray
from torch.utils.tensorboard import SummaryWriter

from skymatte.masks.overlay import overlay
from skymatte.picture.display import tone_map
from skymatte.training.validation import Sample, Validation

_WIDTH = 512
_NAMED = 4


def picture_of(sample: Sample) -> NDArray[np.uint8]:
    """The validated picture with its sky tinted, ``512`` px wide: H×W×3 uint8."""
    height = round(_WIDTH * sample.matte.shape[0] / sample.matte.shape[1])
    how = cv2.INTER_AREA if sample.matte.shape[1] > _WIDTH else cv2.INTER_LINEAR
    pixels, matte = (cv2.resize(part, (_WIDTH, height), interpolation=how) for part in (sample.pixels, sample.matte))
    return overlay(tone_map(np.asarray(pixels, np.float32)), np.asarray(matte, np.float32))


def log_validation(board: SummaryWriter, validation: Validation, batch: int) -> None:
    """Write the score, all figures and the worst pictures."""
    board.add_scalar("validation/iou", validation.score, batch)
    for name, value in validation.figures.items():
        board.add_scalar(f"validation/{name}", value, batch)
    for place, sample in enumerate(validation.worst):
        board.add_image(f"worst/{place}", picture_of(sample), batch, dataformats="HWC")


def lines_of(validation: Validation, batch: int, best: float) -> list[str]:
    """The validation in two lines."""
    figures = "  ".join(f"{name} {value:.4f}" for name, value in validation.figures.items())
    worst = ", ".join(f"{sample.name} {sample.iou:.3f}" for sample in validation.worst[:_NAMED])
    return [f"validation at {batch}: {validation.score:.4f} (best {best:.4f})  {figures}", f"  worst: {worst}"]
