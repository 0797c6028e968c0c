"""The colour tags of a frame that PyAV decoded."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

import numpy as np

from skymatte.video.colour import Colour

if TYPE_CHECKING:
    import av


def read_tags(frame: av.VideoFrame) -> Colour:
    """Primaries, transfer, matrix, mastering display and light levels."""
    data = {item.type.name: bytes(item) for item in cast("Any", frame.side_data)}
    return Colour(
        primaries=frame.color_primaries,
        transfer=frame.color_trc,
        matrix=frame.colorspace,
        mastering=_mastering(data.get("MASTERING_DISPLAY_METADATA")),
        light=_light(data.get("CONTENT_LIGHT_LEVEL")),
    )


def _mastering(data: bytes | None) -> tuple[float, ...] | None:
    """FFmpeg's ``AVMasteringDisplayMetadata``: ten fractions (R, G, B, white, darkest, brightest) and two flags."""
    if data is None:
        return None
    numbers = np.frombuffer(data, np.int32, 22)
    if not numbers[20] or not numbers[21] or not numbers[1:20:2].all():
        return None
    *xy, darkest, brightest = (numbers[:20:2] / numbers[1:20:2]).tolist()
    return (*xy, brightest, darkest)


def _light(data: bytes | None) -> tuple[int, int] | None:
    """FFmpeg's ``AVContentLightMetadata``."""
    if data is None:
        return None
    brightest, average = np.frombuffer(data, np.uint32, 2).tolist()
    return brightest, average
