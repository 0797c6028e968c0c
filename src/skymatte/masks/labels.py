"""What a label is: the three values of an annotated mask, and the checks that every measure makes first."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from skymatte.errors import LabelError

SKY: Final = 255
NON_SKY: Final = 0
IGNORE: Final = 128


def check_label(label: NDArray[np.uint8], what: str = "the label") -> None:
    """Refuse anything but an H×W uint8 array of 255 (sky), 0 (non-sky) and 128 (ignore).

    Raises:
        LabelError: another shape, dtype or value; the message names the values found.
    """
    if label.ndim != 2 or label.size == 0 or label.dtype != np.uint8:
        raise LabelError(
            f"{what} must be one 8-bit channel with at least one pixel, not {label.dtype} of shape {label.shape}: "
            "save it as an 8-bit greyscale PNG"
        )
    known = sum(int(np.count_nonzero(label == value)) for value in (SKY, NON_SKY, IGNORE))
    if known != label.size:
        raise LabelError(
            f"{what} holds values that mean nothing ({_strange_values(label)}): "
            "a label is 255 for sky, 0 for non-sky, 128 for ignore; save it as an 8-bit greyscale PNG with these only"
        )


def check_pair(mask: NDArray[np.bool_], label: NDArray[np.uint8]) -> None:
    """Refuse a mask that is not H×W bool or not of the label's size.

    Raises:
        LabelError: the two cannot be compared.
    """
    check_label(label)
    if mask.dtype != np.bool_:
        raise LabelError(
            f"the mask must be bool (True = sky), not {mask.dtype}: compare a matte with a threshold first"
        )
    if mask.shape != label.shape:
        raise LabelError(f"the mask has shape {mask.shape}, the label {label.shape}: bring both to one size first")


def truth_matte(label: NDArray[np.uint8]) -> NDArray[np.float32]:
    """The H×W float32 matte that a label stands for: 1 where it says sky, 0 elsewhere (ignore included)."""
    return np.asarray(label == SKY, np.float32)


def _strange_values(label: NDArray[np.uint8], most: int = 6) -> str:
    strange = [int(value) for value in np.unique(label) if value not in (SKY, NON_SKY, IGNORE)]
    text = ", ".join(str(value) for value in strange[:most])
    return text if len(strange) <= most else f"{text} and {len(strange) - most} more"
