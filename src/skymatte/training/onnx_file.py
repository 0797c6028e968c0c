"""An ONNX model with its card inside: read and written, without torch."""

from __future__ import annotations

from pathlib import Path

import onnx

from skymatte.picture.atomic import replacing
from skymatte.runtime.card import METADATA_KEY, ModelCard
from skymatte.runtime.model import Model
from skymatte.runtime.superres_card import SuperresCard
from skymatte.training.street_card import StreetCard


def read_model(path: Path) -> tuple[onnx.ModelProto, ModelCard]:
    """A model file and its card.

    Raises:
        ModelError: it is no ONNX model, or carries no card.
    """
    card = Model.load(path, "cpu").card
    return onnx.load(path), card


def write_model(model: onnx.ModelProto, card: ModelCard | SuperresCard | StreetCard, target: Path) -> None:
    """Write an ONNX model with its card inside and no other metadata.

    Raises:
        OutputError: it cannot be written.
    """
    del model.metadata_props[:]
    onnx.helper.set_model_props(model, {METADATA_KEY: card.to_json()})
    with replacing(target) as temporary:
        onnx.save(model, str(temporary))
