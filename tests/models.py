"""Tiny ONNX models with a card, whose answers can be computed by hand."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper

from skymatte.runtime.card import METADATA_KEY, ModelCard

CARD = ModelCard(
    name="bright",
    version="1",
    summary="calls bright pixels sky",
    encoding="log",
    multiple=32,
    coarse_width=256,
    coarse_side=128,
    threshold=0.5,
    training_data="none",
    licence="CC0-1.0",
    metrics={"iou": 0.5},
)

GAIN = 12.0
LEVEL = 0.22
"""Encoded value that is half sky: about middle grey through the encoding ``log``."""


def expected(encoded: NDArray[np.float32]) -> NDArray[np.float32]:
    """What :func:`write_model`'s network answers without blur: …×3 float32 → … float32."""
    return np.asarray(1 / (1 + np.exp(-GAIN * (encoded.mean(axis=-1, dtype=np.float64) - LEVEL))), np.float32)


def write_model(path: Path, card: ModelCard | None = CARD, *, blur: int = 1, **changes: Any) -> Path:
    """Write ``sigmoid(GAIN * (mean of RGB over blur×blur pixels - LEVEL))`` as ONNX.

    Args:
        path: the file.
        card: what it carries; ``None`` for a stranger's model.
        blur: odd side of the box that is averaged; beyond the picture the network sees 0.
        changes: fields of the card that differ.
    """
    weight = np.full((1, 3, blur, blur), GAIN / (3 * blur * blur), np.float32)
    bias = np.array([-GAIN * LEVEL], np.float32)
    nodes = [
        helper.make_node("Conv", ["picture", "weight", "bias"], ["logit"], pads=[blur // 2] * 4),
        helper.make_node("Sigmoid", ["logit"], ["sky"]),
    ]
    graph = helper.make_graph(
        nodes,
        "bright",
        [helper.make_tensor_value_info("picture", TensorProto.FLOAT, ["n", 3, "h", "w"])],
        [helper.make_tensor_value_info("sky", TensorProto.FLOAT, ["n", 1, "h", "w"])],
        [numpy_helper.from_array(weight, "weight"), numpy_helper.from_array(bias, "bias")],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    if card is not None:
        helper.set_model_props(model, {METADATA_KEY: replace(card, **changes).to_json()})
    onnx.save(model, path)
    return path
