"""How pictures are made larger: the methods that people choose from, opened."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Final

from skymatte.errors import ModelError
from skymatte.picture.model import Picture
from skymatte.picture.read import read
from skymatte.runtime.joint_model import DEFAULT_JOINT_MODEL, JointModel
from skymatte.runtime.model import Model
from skymatte.runtime.superres_card import SCALES
from skymatte.runtime.superres_model import SuperresModel, default_superres_model
from skymatte.sky.segment import segment
from skymatte.superres.enlarge import Enlarger
from skymatte.superres.hints import NO_HINTS, Hints
from skymatte.superres.joint import Joint

METHODS: Final = ("dcscn", "bicubic", "segmentation-guided", "joint")


@dataclass(frozen=True, slots=True)
class Method:
    """A way to make pictures larger; may be used from several threads.

    Attributes:
        name: one of ``METHODS``.
        enlarger: makes colours larger.
        finder: finds the sky that guides it, if it is guided.
        joint: finds detail and sky at once, if it does that.
    """

    name: str
    enlarger: Enlarger
    finder: Model | None = None
    joint: Joint | None = None

    @property
    def scale(self) -> int:
        """How many times larger."""
        return self.enlarger.scale

    def hints(self, picture: Picture) -> Hints:
        """What it must know of a picture before it makes it larger.

        Raises:
            PictureError: the picture is too large to be seen whole, by a joint method.
        """
        if self.joint is not None:
            return self.joint(picture)
        return NO_HINTS if self.finder is None else Hints(segment(picture, model=self.finder).matte)

    def hints_of_file(self, path: Path, projection: str) -> Hints:
        """:meth:`hints` of a file, which is read only if need be; *projection* as of
        :func:`skymatte.picture.read.read`."""
        if self.finder is None and self.joint is None:
            return NO_HINTS
        return self.hints(read(path, projection=projection))


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
    if name == "joint":
        joint = JointModel.load(DEFAULT_JOINT_MODEL if model is None else model, runtime)
        _check_scale(joint, scale)
        return Method(name, Enlarger(scale), joint=Joint(joint))
    opened = SuperresModel.load(default_superres_model(scale) if model is None else model, runtime)
    _check_scale(opened, scale)
    if name == "dcscn":
        return Method(name, Enlarger(scale, opened))
    if not opened.guided:
        raise ModelError(f"{opened.path}: takes no guide; use --method dcscn or another model")
    return Method(name, Enlarger(scale, opened), Model.load(None, runtime))


def _check_scale(opened: SuperresModel | JointModel, scale: int) -> None:
    if opened.card.scale != scale:
        raise ModelError(
            f"{opened.path}: makes pictures {opened.card.scale} times larger, not {scale}; "
            f"use --scale {opened.card.scale} or another model"
        )
