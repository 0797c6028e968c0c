"""A model, opened and ready to say where the sky is."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Self

import numpy as np
from numpy.typing import NDArray

from skymatte.errors import ModelError
from skymatte.runtime.card import METADATA_KEY, ModelCard
from skymatte.runtime.providers import Engine, open_engine

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
    def load(cls, name_or_path: str | Path | None = None, runtime: str = "auto") -> Self:
        """Open a model by its built-in name or its path; the default model without either.

        Args:
            name_or_path: ``"skymatte-3"``, or an ONNX file that carries a card.
            runtime: ``auto``, ``cpu``, ``cuda`` or ``openvino``.

        Raises:
            ModelError: there is no such model, the file is damaged, or it carries no card.
            RuntimeUnavailable: the runtime is not on this machine.
        """
        path = find_model(DEFAULT_MODEL if name_or_path is None else name_or_path)
        try:
            content = path.read_bytes()
        except OSError as error:
            raise ModelError(f"{path}: cannot be read: {error.strerror}") from None
        try:
            engine = open_engine(content, runtime)
            card = _card(engine)
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
        """
        batch = encoded if encoded.ndim == 4 else encoded[None]
        if self.card.prior:
            known = np.full(batch.shape[:3], _OPEN, np.float32) if prior is None else prior.reshape(batch.shape[:3])
            batch = np.concatenate((batch, known[..., None]), axis=3)
        height, width = batch.shape[1:3]
        rows, columns = (-side % self.card.multiple for side in (height, width))
        planes = np.moveaxis(batch, 3, 1)
        padded = np.pad(planes, ((0, 0), (0, 0), (0, rows), (0, columns)), mode="reflect")
        answer = self._engine(np.ascontiguousarray(padded, np.float32))
        sky = np.clip(answer[:, 0, :height, :width], 0, 1)
        return sky if encoded.ndim == 4 else np.ascontiguousarray(sky[0])


def _card(engine: Engine) -> ModelCard:
    text = engine.metadata.get(METADATA_KEY)
    if text is None:
        raise ModelError(
            f"an ONNX model without a skymatte card (metadata {METADATA_KEY!r}): not made for this program"
        )
    return ModelCard.from_json(text)
