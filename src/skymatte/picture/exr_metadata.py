"""What an OpenEXR header tells of the shot, and which stays true when the picture is projected or resized."""

from __future__ import annotations

import struct
from collections.abc import Mapping
from pathlib import Path

from skymatte.picture.exr_layout import read_layout

_TEXTS = (
    *("owner", "comments", "capDate", "reelName", "imageCounter"),
    *("cameraMake", "cameraModel", "cameraSerialNumber", "cameraFirmwareVersion", "cameraUuid", "cameraLabel"),
    *("lensMake", "lensModel", "lensSerialNumber", "lensFirmwareVersion"),
)
_NUMBERS = (
    *("utcOffset", "longitude", "latitude", "altitude", "whiteLuminance"),
    *("expTime", "aperture", "tStop", "isoSpeed", "cameraCCTSetting", "cameraTintSetting"),
)


def shot_attributes(path: Path, part: int = 0) -> Mapping[str, str | float]:
    """Attributes that say who took the picture, when, where, and with which exposure, as OpenEXR's bindings take them.

    Names and meanings: OpenEXR, "Standard Attributes".  Windows, matrices, the projection, the primaries and renderers'
    own attributes are not among them: they say nothing of other pixels.

    Raises:
        PictureError: *path* is no OpenEXR file.
    """
    found: dict[str, str | float] = {}
    for attribute in read_layout(path).parts[part].attributes:
        name = attribute.name.decode("utf-8", "replace")
        if name in _TEXTS and attribute.type == b"string":
            found[name] = attribute.value.decode("utf-8", "replace")
        elif name in _NUMBERS and attribute.type == b"float":
            found[name] = struct.unpack("<f", attribute.value)[0]
    return found
