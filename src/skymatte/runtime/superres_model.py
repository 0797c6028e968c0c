"""A super-resolution model, opened and ready to say what bicubic interpolation misses."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from pathlib import Path
from typing import Final, Self

import numpy as np
from numpy.typing import NDArray

from skymatte.errors import ModelError
from skymatte.runtime.card import card_text
from skymatte.runtime.engine import Engine
from skymatte.runtime.model import content_of, find_model
from skymatte.runtime.providers import open_engine
from skymatte.runtime.superres_card import METHOD_OF, SuperresCard

Array = NDArray[np.float32]

TASK: Final = "superres"

GUIDE_CHANNELS: Final = 2
"""Probability of sky, and of anything else; both 0 where nothing is known."""


def default_superres_model(scale: int) -> str:
    """Name of the built-in model that makes a picture *scale* times larger."""
    return f"dcscn-x{scale}"


class OpenedSuperres:
    """A network with its card.  Safe to use from several threads.

    Attributes:
        card: what the model says about itself.
        path: its file.
        sha256: hexadecimal SHA-256 of the file.
        runtime_asked: the runtime that was asked for.
        runtime_used: the runtime that runs it.
    """

    def __init__(self, engine: Engine, card: SuperresCard, path: Path, sha256: str, runtime_asked: str) -> None:
        self._engine = engine
        self.card = card
        self.path = path
        self.sha256 = sha256
        self.runtime_asked = runtime_asked
        self.runtime_used = engine.used


class SuperresModel(OpenedSuperres):
    """A network that says what bicubic interpolation misses."""

    @property
    def guided(self) -> bool:
        """Whether it takes a guide."""
        return len(self._engine.input_shapes) > 1

    @classmethod
    def load(cls, name_or_path: str | Path, runtime: str = "auto") -> Self:
        """Open a model by its built-in name or its path.

        Args:
            name_or_path: ``"dcscn-x2"``, or an ONNX file that carries a card.
            runtime: ``auto``, ``cpu``, ``cuda``, ``tensorrt``, ``tensorrt-fp16`` or ``openvino``.

        Raises:
            ModelError: there is no such model, the file is damaged, carries no card, or is no model for
                super-resolution.
            RuntimeUnavailable: the runtime is not on this machine.
            OutputError: TensorRT's engines cannot be kept.
        """
        return cls(*open_superres(name_or_path, runtime, TASK, ([1], [1, GUIDE_CHANNELS])))

    def residual(self, luma: Array, guide: Array | None = None) -> Array:
        """What is to be added to the luma that bicubic interpolation makes.

        Args:
            luma: H×W float32, see :func:`skymatte.picture.luma.luma`.
            guide: 2×H×W float32 in [0, 1]; see :data:`GUIDE_CHANNELS`.  Without, nothing is known.

        Returns:
            (scale·H)×(scale·W) float32.

        Raises:
            ModelError: a guide is given to a model that takes none.
            RuntimeUnavailable: the device gave up.
        """
        if guide is not None and not self.guided:
            raise ModelError(f"{self.path}: takes no guide; use another model, or another method than a guided one")
        batches = [np.ascontiguousarray(luma[None, None], np.float32)]
        if self.guided:
            shape = (1, GUIDE_CHANNELS, *luma.shape)
            batches.append(np.zeros(shape, np.float32) if guide is None else np.ascontiguousarray(guide[None]))
        answer = self._engine(*batches)
        expected = tuple(self.card.scale * side for side in luma.shape)
        if answer.shape[2:] != expected:
            raise ModelError(
                f"{self.path}: answers {answer.shape[2:]} pixels for {luma.shape}, not {expected} as its card says; "
                "export it again"
            )
        return np.asarray(answer[0, 0], np.float32)


def open_superres(
    name_or_path: str | Path, runtime: str, task: str, inputs: Sequence[list[int]]
) -> tuple[Engine, SuperresCard, Path, str, str]:
    """Open a file whose card is a :class:`SuperresCard`.

    Args:
        name_or_path: as of :meth:`SuperresModel.load`.
        runtime: likewise.
        task: that its card must tell.
        inputs: the channels of its inputs, in any of these ways.

    Returns:
        The engine, the card, the file's path and SHA-256, and the runtime asked for.

    Raises:
        ModelError, RuntimeUnavailable, OutputError: as of :meth:`SuperresModel.load`.
    """
    path = find_model(name_or_path)
    content = content_of(path)
    try:
        engine = open_engine(content, runtime)
        card = SuperresCard.from_json(card_text(engine.metadata))
        if card.task != task:
            raise ModelError(f"is a model for {card.task!r}, not for {task!r}; use --method {METHOD_OF[card.task]}")
        _check_inputs(engine, inputs)
    except ModelError as error:
        raise ModelError(f"{path}: {error}") from None
    return engine, card, path, hashlib.sha256(content).hexdigest(), runtime


def _check_inputs(engine: Engine, known: Sequence[list[int]]) -> None:
    channels = [shape[1] if len(shape) == 4 else None for shape in engine.input_shapes]
    if channels not in known:
        wanted = " or ".join(map(str, known))
        raise ModelError(f"takes inputs of {channels} channels, not {wanted} as its card lets expect; export it again")
