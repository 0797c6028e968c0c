"""Any file made larger."""

from __future__ import annotations

from pathlib import Path

from skymatte.errors import PictureError
from skymatte.picture.limits import check_file
from skymatte.picture.oiio import FORMATS
from skymatte.picture.raw import RAW_SUFFIXES
from skymatte.superres.drawing import Progress
from skymatte.superres.exr_file import upscale_exr
from skymatte.superres.method import Method
from skymatte.superres.stored_file import upscale_stored
from skymatte.superres.video import OUTPUT_SUFFIX, SUFFIXES, upscale_video


def target_suffix(source: Path) -> str:
    """Suffix of what a file becomes: its own, of videos that of MP4."""
    return OUTPUT_SUFFIX if source.suffix.lower() in SUFFIXES else source.suffix


def upscale_file(
    source: Path, target: Path, method: Method, *, projection: str = "auto", progress: Progress | None = None
) -> list[str]:
    """Make a picture or a video larger.

    Args:
        source: an OpenEXR, Radiance HDR, TIFF, PNG, JPEG or video file.
        target: where to, with :func:`target_suffix`; it, and its mask if the method finds one, appear whole or not at
            all.
        method: how.
        projection: of a picture, as :func:`skymatte.picture.read.read` takes it.
        progress: told (steps done, steps in all); may raise to stop.

    Returns:
        What a person should know.

    Raises:
        PictureError: the picture cannot be read, or there is no writing it again.
        StreamError: the video cannot be read.
        OutputError: *target* cannot be written.
    """
    check_file(source)
    suffix = source.suffix.lower()
    if suffix in SUFFIXES:
        return upscale_video(source, target, method, progress=progress)
    if suffix == ".exr":
        return upscale_exr(source, target, method, projection=projection, progress=progress)
    if suffix in FORMATS:
        return upscale_stored(source, target, method, projection=projection, progress=progress)
    if suffix in RAW_SUFFIXES:
        raise PictureError(f"{source}: camera RAW cannot be written; develop it to TIFF or OpenEXR first")
    raise PictureError(f"{source}: the format {suffix or '(no suffix)'!r} is not known; known are pictures and videos")
