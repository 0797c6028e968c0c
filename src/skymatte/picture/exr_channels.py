"""Which channels of an OpenEXR part are the picture."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from skymatte.errors import PictureError
from skymatte.picture.exr_layout import Layout, Part

_MAIN_LAYERS = ("combined", "beauty", "rgba", "rgb", "color", "colour", "main", "final", "left", "c")
"""Last word of a layer's name that renderers give to the finished picture, best first."""
_DATA_LAYERS = ("crypto", "normal", "position", "motion", "vector", "depth", "uv", "denoising", "sky")
"""Layers that hold something else in channels named R, G, B."""


@dataclass(frozen=True, slots=True)
class ColorChannels:
    """Names of the channels that are the picture: three (R, G, B or Y, RY, BY) or one (grey)."""

    names: tuple[str, ...]
    luminance_chroma: bool = False
    others: tuple[str, ...] = ()

    @property
    def layer(self) -> str:
        return self.names[0].rpartition(".")[0]


def find_color(names: Iterable[str]) -> ColorChannels | None:
    """Choose among channel *names*: R, G, B; Y, RY, BY; R, G, B of a layer (the finished picture first); Y alone.

    Case does not matter (``r``, ``red`` and ``Red`` are R).  Returns ``None`` where there is no colour: alpha,
    depth, data.
    """
    layers: dict[str, dict[str, str]] = {}
    for name in names:
        layer, _, channel = name.rpartition(".")
        short = {"red": "r", "green": "g", "blue": "b"}.get(channel.lower(), channel.lower())
        layers.setdefault(layer, {}).setdefault(short, name)
    bare = layers.get("", {})
    if {"r", "g", "b"} <= bare.keys():
        return ColorChannels((bare["r"], bare["g"], bare["b"]))
    if {"y", "ry", "by"} <= bare.keys():
        return ColorChannels((bare["y"], bare["ry"], bare["by"]), luminance_chroma=True)
    ranked = sorted((_rank(layer), layer) for layer, found in layers.items() if {"r", "g", "b"} <= found.keys())
    if ranked:
        found = layers[ranked[0][1]]
        return ColorChannels((found["r"], found["g"], found["b"]), others=tuple(layer for _, layer in ranked[1:]))
    grey = [layer for layer, found in layers.items() if "y" in found and not {"x", "z"} & found.keys()]
    if grey:
        return ColorChannels((layers[min(grey)]["y"],))
    return None


def _rank(layer: str) -> int:
    lowered = layer.lower()
    last = lowered.rpartition(".")[2]
    if last in _MAIN_LAYERS:
        return _MAIN_LAYERS.index(last)
    return 200 if any(word in last for word in _DATA_LAYERS) else 100


def choose_part(layout: Layout, wanted: int | str | None) -> tuple[Part, ColorChannels]:
    """The part to read: the one *wanted* by index or name, else the first with R, G, B, else the first with grey.

    Raises:
        PictureError: no such part, deep data, or no colour channels.
    """
    if wanted is not None:
        part = _wanted_part(layout, wanted)
        color = find_color(part.channel_names)
        if part.deep:
            raise _deep(layout)
        if color is None:
            raise PictureError(
                f"{layout.path}: part {wanted!r} has no colour channels, only {_listed(part.channel_names)}"
            )
        return part, color
    flat = [(part, find_color(part.channel_names)) for part in layout.parts if not part.deep]
    colored = [(part, color) for part, color in flat if color is not None]
    if colored:
        return max(colored, key=lambda found: len(found[1].names))  # the first of those with most channels
    if not flat:
        raise _deep(layout)
    names = _listed([name for part, _ in flat for name in part.channel_names])
    raise PictureError(f"{layout.path}: has no colour channels (R, G, B or Y), only {names}; export it with colour")


def _wanted_part(layout: Layout, wanted: int | str) -> Part:
    for part in layout.parts:
        if wanted in (part.index, part.name):
            return part
    parts = ", ".join(f"{part.index} {part.name!r}" for part in layout.parts)
    raise PictureError(f"{layout.path}: has no part {wanted!r}; its parts are: {parts}")


def _deep(layout: Layout) -> PictureError:
    return PictureError(
        f"{layout.path}: holds deep data (several samples per pixel), which has no single colour per pixel; "
        "flatten it to an ordinary OpenEXR first"
    )


def _listed(names: Iterable[str]) -> str:
    names = list(names)
    return ", ".join(names[:8]) + (f" and {len(names) - 8} more" if len(names) > 8 else "") or "none at all"
