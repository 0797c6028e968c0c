"""Whether an OpenEXR file holds all that another one held, bit for bit."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import OpenEXR

from skymatte.picture.exr_layout import read_layout
from tests.picture.exr_files import Array

MAY_CHANGE = {b"channels"}


def decoded(path: Path) -> list[dict[str, Any]]:
    """Every part's channels, by the bindings' own whole-file reader."""
    parts = OpenEXR.File(str(path), separate_channels=True).parts
    return [{name: (c.pixels, c.pLinear, c.xSampling) for name, c in part.channels.items()} for part in parts]


def same_bits(a: Array, b: Array) -> bool:
    if a.dtype == object:  # deep
        return all(np.array_equal(x, y) for x, y in zip(a.flat, b.flat, strict=True))
    return a.dtype == b.dtype and a.shape == b.shape and a.tobytes() == b.tobytes()


def assert_everything_kept(source: Path, target: Path, part: int, channel: str = "sky.A") -> None:
    before, after = decoded(source), decoded(target)
    assert len(after) == len(before)
    for index, (old, new) in enumerate(zip(before, after, strict=True)):
        assert new.keys() - old.keys() == ({channel} if index == part else set())
        for name, (pixels, *flags) in old.items():
            assert same_bits(pixels, new[name][0]), f"part {index} channel {name}"
            assert list(new[name][1:]) == flags
    old_layout, new_layout = read_layout(source), read_layout(target)
    for old_part, new_part in zip(old_layout.parts, new_layout.parts, strict=True):
        changed = MAY_CHANGE if old_part.index == part else set()
        assert [a.name for a in old_part.attributes] == [a.name for a in new_part.attributes]
        for old_attribute, new_attribute in zip(old_part.attributes, new_part.attributes, strict=True):
            assert old_attribute == new_attribute or old_attribute.name in changed
    headers = (OpenEXR.File(str(path), header_only=True).parts for path in (source, target))
    for old_header, new_header in zip(*headers, strict=True):
        assert repr({**old_header.header, "channels": 0}) == repr({**new_header.header, "channels": 0})
