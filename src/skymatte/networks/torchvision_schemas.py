"""torchvision without its compiled part.

timm and segmentation-models-pytorch import torchvision, whose Python part refuses to load when its shared library was
built for another torch: ``operator torchvision::nms does not exist``. Neither calls an operator of it, so it is enough
that the two whose schemas are looked up at import are declared.
"""

from __future__ import annotations

import sys
from functools import cache
from importlib.machinery import PathFinder
from importlib.util import find_spec

import torch

_MISSING = ("nms", "qnms")
_SCHEMA = "(Tensor dets, Tensor scores, float iou_threshold) -> Tensor"


@cache
def declare_missing_operators() -> torch.library.Library | None:
    """Declare torchvision's operators if its shared library cannot be loaded beside this torch.

    To be called before the first import of torchvision; does nothing where torchvision is whole or not installed.

    Returns:
        the declarations, which live as long as this value (it is kept), or ``None`` where none were needed.
    """
    if "torchvision" in sys.modules or _library_loads():
        return None
    library = torch.library.Library("torchvision", "DEF")  # type: ignore[no-untyped-call]
    for name in _MISSING:
        library.define(name + _SCHEMA)  # type: ignore[no-untyped-call]
    return library


def _library_loads() -> bool:
    """Whether torchvision's shared library can be loaded; also true where there is no torchvision to mend."""
    package = find_spec("torchvision")
    if package is None:
        return True
    binary = PathFinder.find_spec("_C", package.submodule_search_locations)
    if binary is None or binary.origin is None:
        return False
    try:
        torch.ops.load_library(binary.origin)  # type: ignore[no-untyped-call]
    except OSError:
        return False
    return True
