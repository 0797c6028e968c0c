"""Camera RAW files through LibRaw (extra ``[raw]``)."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from skymatte.errors import MissingExtra, PictureError
from skymatte.picture.limits import check_size
from skymatte.picture.model import Picture, Window
from skymatte.picture.quiet import quiet
from skymatte.picture.repair import repair

RAW_SUFFIXES = frozenset(
    [
        ".3fr",
        ".arw",
        ".cr2",
        ".cr3",
        ".crw",
        ".dcr",
        ".dng",
        ".erf",
        ".iiq",
        ".k25",
        ".kdc",
        ".mef",
        ".mos",
        ".mrw",
        ".nef",
        ".nrw",
        ".orf",
        ".pef",
        ".raf",
        ".raw",
        ".rw2",
        ".rwl",
        ".sr2",
        ".srf",
        ".srw",
        ".x3f",
    ]
)
"""Suffixes of camera RAW files, lower case."""

_BLOCK_ROWS = 256


def read_raw(path: Path) -> Picture:
    """Develop a RAW file to linear Rec.709: camera white balance, no auto-brightening, 16 bit; 1.0 is sensor white.

    The camera's orientation is applied.

    Raises:
        MissingExtra: rawpy is not installed.
        PictureError: LibRaw cannot read the file.
    """
    try:
        import rawpy
    except ImportError:
        raise MissingExtra(f"{path}: RAW files need rawpy; install it with: pip install 'skymatte[raw]'") from None
    said: list[str] = []
    try:
        with quiet(said), rawpy.imread(str(path)) as raw:
            check_size(path, raw.sizes.raw_width, raw.sizes.raw_height)
            developed: NDArray[Any] = raw.postprocess(
                use_camera_wb=True,
                no_auto_bright=True,
                output_bps=16,
                gamma=(1, 1),
                output_color=rawpy.ColorSpace.sRGB,
            )
    except (rawpy.LibRawError, MemoryError) as error:
        raise PictureError(
            f"{path}: cannot be read as RAW ({_text(error)}); the file is corrupt, or its camera is not known to LibRaw"
        ) from None
    if any("data corrupted" in line.lower() or "unexpected end" in line.lower() for line in said):
        raise PictureError(f"{path}: is truncated or corrupt ({said[0]}); copy it from the camera again")
    height, width, count = developed.shape
    pixels = np.empty((height, width, 3), dtype=np.float32)
    for top in range(0, height, _BLOCK_ROWS):  # a monochrome camera gives one channel, which is replicated
        np.divide(developed[top : top + _BLOCK_ROWS], np.float32(65535.0), out=pixels[top : top + _BLOCK_ROWS])
    window = Window(0, 0, width - 1, height - 1)
    return Picture(
        pixels=pixels,
        path=path,
        data_window=window,
        display_window=window,
        format="raw",
        bits=16,
        linear=True,
        channels=("R", "G", "B") if count == 3 else ("Y",),
        repairs=repair(pixels),
    )


def _text(error: BaseException) -> str:
    """LibRaw's message; rawpy hands it over as bytes."""
    message = error.args[0] if error.args else type(error).__name__
    return message.decode(errors="replace") if isinstance(message, bytes) else str(message)
