"""Small pictures on disk: bright above, dark below, so that the model of :mod:`tests.models` finds the upper part."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import OpenEXR
import OpenImageIO
from numpy.typing import NDArray

SKY = 4.0
GROUND = 0.05
FRACTION = 0.5
"""Share of the rows that is sky."""


def pixels(height: int = 64, width: int = 96) -> NDArray[np.float32]:
    """H×W×3 float32 linear light: the upper half bright, the lower half dark, with a little texture."""
    rng = np.random.default_rng(height * 10007 + width)
    light = np.where(np.arange(height)[:, None] < height * FRACTION, SKY, GROUND)
    return np.asarray(light[..., None] * rng.uniform(0.9, 1.1, (height, width, 3)), np.float32)


def write_exr(path: Path, light: NDArray[np.float32] | None = None, names: str = "RGB") -> Path:
    """Write H×W×C light as half channels of these one-letter names."""
    light = pixels() if light is None else light
    header = {"compression": OpenEXR.ZIP_COMPRESSION, "type": OpenEXR.scanlineimage}
    planes = {name: np.ascontiguousarray(light[..., i].astype(np.float16)) for i, name in enumerate(names)}
    path.parent.mkdir(parents=True, exist_ok=True)
    OpenEXR.File(header, planes).write(str(path))
    return path


def write_other(path: Path, light: NDArray[np.float32] | None = None) -> Path:
    """Write by OpenImageIO in the format of the suffix; .hdr keeps the light, 8-bit formats clip it."""
    light = pixels() if light is None else light
    spec = OpenImageIO.ImageSpec(light.shape[1], light.shape[0], 3, "float" if path.suffix == ".hdr" else "uint8")
    path.parent.mkdir(parents=True, exist_ok=True)
    output = OpenImageIO.ImageOutput.create(str(path))
    assert output is not None
    assert output.open(str(path), spec), output.geterror()
    assert output.write_image(light), output.geterror()
    output.close()
    return path


def read_exr(path: Path) -> dict[str, NDArray[np.float16]]:
    """Channels by name, as the official bindings read them."""
    with OpenEXR.File(str(path), separate_channels=True) as file:
        return {name: np.array(channel.pixels) for name, channel in file.channels().items()}


def read_values(path: Path) -> NDArray[np.float32]:
    """H×W×C float32 as OpenImageIO reads it."""
    buffer = OpenImageIO.ImageBuf(str(path))
    assert not buffer.has_error, buffer.geterror()
    return np.asarray(buffer.get_pixels(OpenImageIO.FLOAT), np.float32)
