"""How each channel of an OpenEXR picture is made larger: said by the names that renderers give."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from enum import Enum
from typing import Final

_DATA: Final = frozenset(
    (
        *("crypto", "cryptomatte", "normal", "normals", "position", "pos", "motion", "vector", "velocity", "depth"),
        *("uv", "st", "id", "ids", "index", "mesh", "object", "material", "denoising"),
    )
)
"""Words in a layer's name that say: numbers whose mean means nothing."""

_SHARES: Final = frozenset(("a", "alpha", "ar", "ag", "ab", "mask", "matte", "opacity", "coverage", "confidence"))
_RED_GREEN_BLUE: Final = (("r", "g", "b"), ("red", "green", "blue"))
_WORD = re.compile(r"[a-z]+")


class Way(Enum):
    """How a channel is made larger."""

    LIGHT = "light"
    """One of red, green, blue of a further layer of light."""
    SHARE = "share"
    """Alpha, a mask, a matte: interpolated."""
    DATA = "data"
    """Depths, identities, directions: repeated."""


def ways(names: Iterable[str], whole_numbers: Collection[str] = ()) -> dict[str, Way]:
    """The way of each channel that is not the picture itself.

    Args:
        names: of the channels.
        whole_numbers: those that hold integers, which are identities.
    """
    layers: dict[str, list[str]] = {}
    for name in names:
        layers.setdefault(name.rpartition(".")[0], []).append(name)
    return {name: way for layer, members in layers.items() for name, way in _ways(layer, members, whole_numbers)}


def lights(found: dict[str, Way]) -> list[tuple[str, ...]]:
    """Red, green and blue of each layer of light."""
    layers: dict[str, dict[str, str]] = {}
    for name, way in found.items():
        if way is Way.LIGHT:
            layer, _, channel = name.rpartition(".")
            layers.setdefault(layer, {})[channel.lower()[0]] = name
    return [tuple(members[colour] for colour in "rgb") for members in layers.values()]


def _ways(layer: str, members: list[str], whole_numbers: Collection[str]) -> Iterable[tuple[str, Way]]:
    short = {name: name.rpartition(".")[2].lower() for name in members}
    is_data = any(word in _DATA or word.startswith("crypto") for word in _WORD.findall(layer.lower()))
    coloured = [set(colours) for colours in _RED_GREEN_BLUE if set(colours) <= set(short.values())]
    for name in members:
        if is_data or name in whole_numbers:
            yield name, Way.DATA
        elif coloured and short[name] in coloured[0]:
            yield name, Way.LIGHT
        else:
            yield name, Way.SHARE if short[name] in _SHARES else Way.DATA
