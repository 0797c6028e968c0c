"""Finds the sky in HDR pictures.

    import skymatte

    result = skymatte.segment("demo.exr")
    result.mask, result.matte, result.report

Everything named in ``__all__`` is public and is loaded when it is first used: importing the package costs next to
nothing and never imports torch.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from skymatte.errors import SkymatteError
    from skymatte.picture.model import Picture
    from skymatte.picture.read import read
    from skymatte.runtime.model import Model
    from skymatte.sky.segment import Segmentation, segment
    from skymatte.superres.arrays import upscale

__version__ = "0.1.0"

__all__ = ["Model", "Picture", "Segmentation", "SkymatteError", "__version__", "read", "segment", "upscale"]

_HOMES = {
    "Model": "skymatte.runtime.model",
    "Picture": "skymatte.picture.model",
    "Segmentation": "skymatte.sky.segment",
    "SkymatteError": "skymatte.errors",
    "read": "skymatte.picture.read",
    "segment": "skymatte.sky.segment",
    "upscale": "skymatte.superres.arrays",
}


if not TYPE_CHECKING:  # type checkers would take it for a promise that every name exists

    def __getattr__(name: str) -> object:
        if name not in _HOMES:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        value = getattr(import_module(_HOMES[name]), name)
        globals()[name] = value
        return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
