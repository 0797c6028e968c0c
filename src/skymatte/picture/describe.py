"""What a reader sees in a picture, as plain data."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from skymatte.picture.exposure import luminance
from skymatte.picture.exr import part_color
from skymatte.picture.exr_layout import COMPRESSIONS, LINE_ORDERS, PIXEL_TYPES, Part, read_layout
from skymatte.picture.model import Picture, Window
from skymatte.picture.read import read


def describe(path: Path | str, *, projection: str = "auto", part: int | str | None = None) -> dict[str, Any]:
    """Read a picture and tell what is in it, in types that JSON knows.

    Luminance is in EV = log2 of linear light (1.0 is 0 EV): of the pixels
    above zero the darkest, the median and the brightest.

    Raises:
        PictureError: as :func:`skymatte.picture.read.read`.
        MissingExtra: as :func:`skymatte.picture.read.read`.
    """
    picture = read(path, projection=projection, part=part)
    description = {
        "path": str(path),
        "format": picture.format,
        "width": picture.width,
        "height": picture.height,
        "bits": picture.bits,
        "data_window": _window(picture.data_window),
        "display_window": _window(picture.display_window),
        "channels": list(picture.channels),
        "color": "linear Rec.709" if picture.linear else "sRGB, decoded to linear Rec.709",
        "projection": str(picture.projection),
        "projection_source": picture.projection_source,
        "luminance_ev": luminance_range(picture),
        "repairs": {
            "nan": picture.repairs.nan,
            "inf": picture.repairs.inf,
            "negative": picture.repairs.negative,
        },
        "warnings": list(picture.warnings),
    }
    if picture.format == "exr":
        layout = read_layout(Path(path))
        description["color"] = part_color(layout.parts[picture.part]).description
        description["part"] = picture.part
        description["parts"] = [_part(p) for p in layout.parts]
    return description


def luminance_range(picture: Picture) -> dict[str, float] | None:
    """Least, median and greatest luminance above zero in EV, and their distance; ``None`` for a black picture."""
    rows = max(1, (1 << 20) // picture.width)
    blocks = [luminance(picture.pixels[top : top + rows]) for top in range(0, picture.height, rows)]
    light = np.concatenate([block[block > 0] for block in blocks])
    if not light.size:
        return None
    low, middle, high = (float(np.log2(value)) for value in (light.min(), np.median(light), light.max()))
    return {"min": round(low, 2), "median": round(middle, 2), "max": round(high, 2), "range": round(high - low, 2)}


def _part(part: Part) -> dict[str, Any]:
    tiles = part.tiles
    return {
        "index": part.index,
        "name": part.name,
        "channels": {c.name: PIXEL_TYPES[c.pixel_type] for c in part.channels},
        "compression": COMPRESSIONS[part.compression],
        "line_order": LINE_ORDERS[part.line_order],
        "tiles": f"{tiles.width}×{tiles.height}{' with levels' if tiles.levels else ''}" if tiles else None,
        "deep": part.deep,
        "data_window": _window(part.data_window),
    }


def _window(window: Window | None) -> list[int] | None:
    return None if window is None else [window.x0, window.y0, window.x1, window.y1]
