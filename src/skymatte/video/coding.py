"""Which encoder writes what is drawn into which container."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from skymatte.errors import OutputError

_QUICK = {"preset": "superfast", "crf": "20"}
_QUICK_HEVC = {"preset": "ultrafast", "crf": "18"}
_LOSSLESS = {"preset": "superfast", "qp": "0"}
_VP9_FAST = {"deadline": "realtime", "cpu-used": "8", "row-mt": "1"}
_VP9 = {**_VP9_FAST, "crf": "24", "b": "0"}
_FFV1 = {"level": "3", "slices": "4", "slicecrc": "1"}


@dataclass(frozen=True, slots=True)
class Coding:
    """How frames are encoded.

    Attributes:
        codec: name of FFmpeg's encoder.
        pixel_format: FFmpeg's name of what it is given.
        options: of the encoder.
        tag: four letters that name the codec in the container, where players want other ones than FFmpeg's.
        even: the encoder takes only even widths and heights.
        full: luma goes from 0 to the largest number, and not as television has it from 16 (of 255) to 235.
    """

    codec: str
    pixel_format: str
    options: dict[str, str] = field(default_factory=dict)
    tag: str | None = None
    even: bool = False
    full: bool = False


_H264 = Coding("libx264", "yuv420p", _QUICK, even=True)
_HEVC = Coding("libx265", "yuv420p10le", _QUICK_HEVC, tag="hvc1", even=True)
_FILES: dict[tuple[int, int], Coding] = {
    (3, 8): _H264,
    (3, 16): _HEVC,
    (1, 8): Coding("libx264", "gray", _LOSSLESS, full=True),
    (1, 16): Coding("libx264", "gray10le", _LOSSLESS, full=True),
}
_PRORES = Coding("prores_ks", "yuva444p10le", {"profile": "4444", "alpha_bits": "16"}, even=True)

_TABLE: Final[dict[str, dict[tuple[int, int], Coding]]] = {
    ".mp4": _FILES,
    ".m4v": _FILES,
    ".mov": {**_FILES, (4, 8): _PRORES, (4, 16): _PRORES},
    ".mkv": {
        (3, 8): _H264,
        (3, 16): Coding("libx265", "yuv420p10le", _QUICK_HEVC, even=True),
        (1, 8): Coding("ffv1", "gray", _FFV1, full=True),
        (1, 16): Coding("ffv1", "gray16le", _FFV1, full=True),
        (4, 8): Coding("ffv1", "bgra", _FFV1),
        (4, 16): Coding("ffv1", "rgba64le", _FFV1),
    },
    ".webm": {
        (3, 8): Coding("libvpx-vp9", "yuv420p", _VP9),
        (1, 8): Coding("libvpx-vp9", "yuv420p", {**_VP9_FAST, "lossless": "1"}, full=True),
        (4, 8): Coding("libvpx-vp9", "yuva420p", {**_VP9, "auto-alt-ref": "0"}),
    },
}
"""Suffix → (samples per pixel, bits per sample) → coding.

8-bit pictures are H.264, which plays everywhere, deeper ones HEVC, as HDR10 is; alpha is ProRes 4444, VP9 or lossless
FFV1; masks and mattes are lossless."""


def check_container(path: Path, channels: int) -> None:
    """Refuse at once what no frame can change.

    Raises:
        OutputError: a suffix that is not known, or alpha in a format that has none.
    """
    known = _TABLE.get(path.suffix.lower())
    if known is None:
        raise OutputError(
            f"{path}: the format {path.suffix or '(no suffix)'!r} cannot be written; use {', '.join(_TABLE)}, "
            "a pattern such as sky.%04d.png, or a folder"
        )
    if channels == 4 and (4, 8) not in known:
        raise OutputError(f"{path}: has no alpha; use .mov (ProRes 4444), .webm (VP9), .mkv (FFV1) or sky.%04d.png")


def coding_for(path: Path, channels: int, bits: int) -> Coding:
    """How frames of *channels* samples of *bits* (8, 16, or 32 for floating point) are written into *path*.

    Raises:
        OutputError: the format cannot hold them.
    """
    check_container(path, channels)
    coding = _TABLE[path.suffix.lower()].get((channels, bits))
    if coding is None and bits == 32:
        raise OutputError(f"{path}: a video has no linear light; write sky.%04d.exr")
    if coding is None:
        raise OutputError(f"{path}: {path.suffix} holds 8 bits only; use .mp4, .mov or .mkv")
    return coding
