"""A model, opened and ready to say where the sky is."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from pathlib import Path
from typing import Self

import cv2
import numpy as np
from numpy.typing import NDArray

from skymatte.errors import ModelError
from skymatte.runtime.card import ModelCard, card_text
from skymatte.runtime.engine import Engine
from skymatte.runtime.providers import open_engine

Array = NDArray[np.float32]

BUILT_IN = Path(__file__).resolve().parent.parent / "models"
"""Folder of the models that come with the package."""

DEFAULT_MODEL = "skymatte-3"


def built_in_models() -> tuple[str, ...]:
    """Names of the models that come with the package, sorted."""
    return tuple(sorted(path.stem for path in BUILT_IN.glob("*.onnx")))


def find_model(name_or_path: str | Path) -> Path:
    """The file of a built-in model's name, or the path itself.

    Raises:
        ModelError: there is neither.
    """
    asked = str(name_or_path)
    built_in = BUILT_IN / f"{asked}.onnx"
    if isinstance(name_or_path, str) and Path(asked).name == asked and built_in.is_file():
        return built_in
    path = Path(name_or_path).expanduser()
    if path.is_file():
        return path
    known = ", ".join(built_in_models()) or "none in this installation"
    raise ModelError(f"model {asked!r}: no such file, and no built-in model has that name; built in: {known}")


def content_of(path: Path) -> bytes:
    """A model file's bytes.  Raises ModelError where it cannot be read."""
    try:
        return path.read_bytes()
    except OSError as error:
        raise ModelError(f"{path}: cannot be read: {error.strerror}") from None


_OPEN = 0.5
"""A prior that says nothing."""


class Model:
    """A network with its card.  Safe to use from several threads.

    Attributes:
        card: what the model says about itself.
        path: its file.
        sha256: hexadecimal SHA-256 of the file.
        runtime_asked: the runtime that was asked for.
        runtime_used: the runtime that runs it.
    """

    def __init__(self, engine: Engine, card: ModelCard, path: Path, sha256: str, runtime_asked: str) -> None:
        self._engine = engine
        self.card = card
        self.path = path
        self.sha256 = sha256
        self.runtime_asked = runtime_asked
        self.runtime_used = engine.used

    @classmethod
    def load(cls, name_or_path: str | Path | None = None, runtime: str = "auto", *, threads: int | None = None) -> Self:
        """Open a model by its built-in name or its path; the default model without either.

        Args:
            name_or_path: ``"skymatte-3"``, or an ONNX file that carries a card.
            runtime: ``auto``, ``cpu``, ``cuda``, ``tensorrt``, ``tensorrt-fp16`` or ``openvino``.
            threads: to compute one answer with on the CPU, for callers that ask for several at once from threads of
                their own; by default one answer after the other is computed, with all cores.

        Raises:
            ModelError: there is no such model, the file is damaged, or it carries no card.
            RuntimeUnavailable: the runtime is not on this machine.
            OutputError: TensorRT's engines cannot be kept.
        """
        path = find_model(DEFAULT_MODEL if name_or_path is None else name_or_path)
        content = content_of(path)
        try:
            engine = open_engine(content, runtime, threads)
            card = ModelCard.from_json(card_text(engine.metadata))
        except ModelError as error:
            raise ModelError(f"{path}: {error}") from None
        return cls(engine, card, path, hashlib.sha256(content).hexdigest(), runtime)

    def predict(self, encoded: Array, prior: Array | None = None) -> Array:
        """Probability of sky for encoded pictures of any size.

        Pictures are padded by reflection at the right and the bottom to the card's multiple, and cropped back.

        Args:
            encoded: H×W×3 or N×H×W×3 float32, ``encode(card.encoding, exposed linear light)``.
            prior: H×W or N×H×W float32 in [0, 1], what a coarser look said, for models that take it; without, nothing.

        Returns:
            H×W or N×H×W float32 in [0, 1].

        Raises:
            ModelError: the file takes pictures of one size only, and not of this one.
            RuntimeUnavailable: the device gave up.
        """
        batch = encoded if encoded.ndim == 4 else encoded[None]
        height, width = batch.shape[1:3]
        known = None if prior is None else prior.reshape(batch.shape[:3])
        answer = self._engine(self._planes(batch, known))
        sky = np.clip(answer[:, 0, :height, :width], 0, 1)
        return sky if encoded.ndim == 4 else np.ascontiguousarray(sky[0])

    def _planes(self, batch: Array, prior: Array | None) -> Array:
        """N×H×W×3 and, for models that take it, N×H×W → N×C×H'×W', padded to the card's multiple."""
        count, height, width, colours = batch.shape
        rows, columns = (side + -side % self.card.multiple for side in (height, width))
        planes = np.empty((count, colours + self.card.prior, rows, columns), np.float32)
        self._check(planes.shape)
        for place, picture in enumerate(batch):
            target = planes[place, :colours, :height, :width]
            if (apart := np.moveaxis(picture, 2, 0)).flags.c_contiguous:  # planes already, seen as a picture
                target[:] = apart
            else:
                cv2.split(np.asarray(picture, np.float32), list(target))
        if self.card.prior:
            planes[:, colours, :height, :width] = _OPEN if prior is None else prior
        planes[:, :, height:, :width] = planes[:, :, _reflected(height, rows), :width]
        planes[..., width:] = planes[..., _reflected(width, columns)]
        return planes

    def _check(self, shape: tuple[int, ...]) -> None:
        (takes,) = self._engine.input_shapes
        if any(isinstance(known, int) and known != side for known, side in zip(takes, shape, strict=True)):
            raise ModelError(
                f"{self.path}: was made for inputs of {_by(takes)} and cannot take {_by(shape)} (pictures, channels, "
                "rows, columns); use the model that it was made from"
            )


def _reflected(known: int, total: int) -> NDArray[np.intp]:
    """Which of ``known`` places continue them up to ``total`` as in a mirror: … 2 1 0 1 2 1 0 1 … for three."""
    period = max(1, 2 * (known - 1))
    place = np.arange(known, total) % period
    return np.minimum(place, period - place) if known > 1 else place


def _by(shape: Sequence[int | str | None]) -> str:
    return "×".join(str(side) if isinstance(side, int) else "any" for side in shape)
