"""Pictures whose detail and sky one network finds, which sees them whole."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Lock
from typing import Final

import numpy as np
from numpy.typing import NDArray

from skymatte.errors import PictureError
from skymatte.picture.atomic import replacing
from skymatte.picture.exposure import exposure_scale
from skymatte.picture.luma import SPAN
from skymatte.picture.model import Picture
from skymatte.picture.oiio import write_png8
from skymatte.runtime.joint_model import JointModel
from skymatte.superres.coding import Light
from skymatte.superres.hints import Hints

MOST_PIXELS: Final = 640 * 480
"""Of a picture: its network works at the large size, too, and takes some 12 kB of memory for each, 4 GB in all."""

THRESHOLD: Final = 0.5
"""Probability from which a pixel counts as sky: the one that the network is validated with."""


class Joint:
    """Looks at whole pictures.  Safe to call from several threads; the network answers one at a time.

    Args:
        model: says what bicubic interpolation misses, and where the sky is.
    """

    def __init__(self, model: JointModel) -> None:
        self.model = model
        self._turn = Lock()

    def __call__(self, picture: Picture) -> Hints:
        """The residual and the sky of a picture.

        Raises:
            PictureError: it has more than ``MOST_PIXELS``.
        """
        if picture.width * picture.height > MOST_PIXELS:
            raise PictureError(
                f"{picture.path or 'array'}: {picture.width}×{picture.height} pixels are more than 640×480, too "
                "large for a network that sees the picture whole; use --method segmentation-guided"
            )
        exposure = exposure_scale(picture.pixels)
        with self._turn:
            residual, sky = self.model.answer(Light(self.model.card.scale, exposure).encode(picture.pixels))
        residual *= np.float32(1 / SPAN)
        return Hints(residual=residual, sky=sky, exposure=exposure, linear=picture.linear)


def mask_of(target: Path) -> Path:
    """The file of the sky beside a large picture: ``<name>.x4.mask.png``."""
    return target.with_suffix(".mask.png")


@contextmanager
def mask_beside(target: Path, sky: NDArray[np.float32] | None) -> Iterator[None]:
    """Write the mask of a large picture, 255 = sky; it appears after the picture that the block writes, or not at all.

    Args:
        target: the large picture.
        sky: H×W in [0, 1]; without, nothing is written.

    Raises:
        OutputError: the mask cannot be written.
    """
    if sky is None:
        yield
        return
    with replacing(mask_of(target)) as temporary:
        write_png8(temporary, (sky >= THRESHOLD).view(np.uint8) * np.uint8(255))
        yield
