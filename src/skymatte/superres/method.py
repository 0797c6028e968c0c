"""How pictures are made larger: the methods that people choose from, opened."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from skymatte.errors import ModelError
from skymatte.picture.model import Picture
from skymatte.runtime.model import Model
from skymatte.runtime.superres_card import SCALES
from skymatte.runtime.superres_model import SuperresModel, default_superres_model
from skymatte.sky.segment import segment
from skymatte.superres.enlarge import Enlarger

METHODS: Final = ("dcscn", "bicubic", "segmentation-guided")


@dataclass(frozen=True, slots=True)
class Method:
    """A way to make pictures larger; may be used from several threads.

    Attributes:
        name: one of ``METHODS``.
        enlarger: makes colours larger.
        finder: finds the sky that guides it, if it is guided.
    """

    name: str
    enlarger: Enlarger
    finder: Model | None = None

    @property
    def scale(self) -> int:
        """How many times larger."""
        return self.enlarger.scale

    def matte(self, picture: Picture) -> NDArray[np.float32] | None:
        """The sky of a picture that is to guide its enlargement; ``None`` where nothing does."""
        return None if self.finder is None else segment(picture, model=self.finder).matte


def open_method(name: str = "dcscn", scale: int = 2, model: str | Path | None = None, runtime: str = "auto") -> Method:
    """Open what a method needs.

    Args:
        name: one of ``METHODS``.
        scale: one of ``SCALES``.
        model: a built-in name or an ONNX file; the built-in one of that scale without.
        runtime: what executes the models.

    Raises:
        ModelError: the model cannot be used, or is of another scale, or takes no guide where there is one.
        RuntimeUnavailable: the runtime is not on this machine.
        ValueError: there is no such method or scale, or a model is given for a method that has none.
    """
    if name not in METHODS:
        raise ValueError(f"unknown method {name!r}; choose one of {', '.join(METHODS)}")
    if scale not in SCALES:
        raise ValueError(f"a scale of {scale} is not possible; choose one of {', '.join(map(str, SCALES))}")
    if name == "bicubic":
        if model is not None:
            raise ValueError("bicubic interpolation takes no model; leave one of the two out")
        return Method(name, Enlarger(scale))
    opened = SuperresModel.load(default_superres_model(scale) if model is None else model, runtime)
    if opened.card.scale != scale:
        raise ModelError(
            f"{opened.path}: makes pictures {opened.card.scale} times larger, not {scale}; "
            f"use --scale {opened.card.scale} or another model"
        )
    if name == "dcscn":
        return Method(name, Enlarger(scale, opened))
    if not opened.guided:
        raise ModelError(f"{opened.path}: takes no guide; use --method dcscn or another model")
    return Method(name, Enlarger(scale, opened), Model.load(None, runtime))
