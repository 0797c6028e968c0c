"""Tiny super-resolution models with a card, whose answers can be computed by hand."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper

from skymatte.runtime.card import METADATA_KEY
from skymatte.runtime.superres_card import SuperresCard

CARD = SuperresCard(
    name="sharp",
    version="1",
    summary="for tests",
    scale=2,
    training_data="none",
    licence="CC0-1.0",
    metrics={"psnr": 30.5},
)

GUIDE_GAIN = 0.05
"""What the guided model adds where it is all sky; minus that where it is none."""

_STEPS = 9
_KERNELS = 0.1


def kernels(scale: int) -> NDArray[np.float32]:
    """Convolution weights scale²×1×9×9: as many pixels for each, each from its own blend of its neighbours; the sum of
    each is 0, so that even pictures stay as they are."""
    weights = np.random.default_rng(scale).normal(0, _KERNELS, (scale**2, 1, _STEPS, _STEPS)).astype(np.float32)
    return np.asarray(weights - weights.mean((2, 3), keepdims=True), np.float32)


def write_superres(
    path: Path, scale: int = 2, card: SuperresCard | None = CARD, *, guided: bool = True, says: int | None = None
) -> Path:
    """Write a network of one convolution and a pixel shuffle as ONNX; beyond the picture it sees 0.

    Args:
        path: the file.
        scale: of the network.
        card: what it carries; ``None`` for a stranger's model.
        guided: whether it takes a guide: ``GUIDE_GAIN`` times (sky − anything else) is added to all its pixels.
        says: scale of the card, if it is another one.
    """
    side = _STEPS // 2
    tensors = [numpy_helper.from_array(kernels(scale), "weight")]
    nodes = [helper.make_node("Conv", ["luma", "weight"], ["drawn"], pads=[side] * 4)]
    inputs = [helper.make_tensor_value_info("luma", TensorProto.FLOAT, ["n", 1, "h", "w"])]
    if guided:
        gain = np.full((scale**2, 2, 1, 1), GUIDE_GAIN, np.float32) * np.array([1, -1], np.float32)[None, :, None, None]
        tensors.append(numpy_helper.from_array(gain, "gain"))
        inputs.append(helper.make_tensor_value_info("guide", TensorProto.FLOAT, ["n", 2, "h", "w"]))
        nodes.append(helper.make_node("Conv", ["guide", "gain"], ["told"]))
        nodes.append(helper.make_node("Add", ["drawn", "told"], ["together"]))
    last = "together" if guided else "drawn"
    nodes.append(helper.make_node("DepthToSpace", [last], ["residual"], blocksize=scale, mode="CRD"))
    output = helper.make_tensor_value_info("residual", TensorProto.FLOAT, ["n", 1, "sh", "sw"])
    graph = helper.make_graph(nodes, "sharp", inputs, [output], tensors)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    if card is not None:
        helper.set_model_props(model, {METADATA_KEY: replace(card, scale=says or scale).to_json()})
    onnx.save(model, path)
    return path


def expected_residual(luma: NDArray[np.float32], scale: int) -> NDArray[np.float32]:
    """What :func:`write_superres`'s network answers without a guide: H×W float32 → (scale·H)×(scale·W) float32."""
    side = _STEPS // 2
    around = np.lib.stride_tricks.sliding_window_view(np.pad(luma, side), (_STEPS, _STEPS))
    drawn = np.einsum("hwij,kij->hwk", around.astype(np.float64), kernels(scale)[:, 0])
    height, width = luma.shape
    blocks = drawn.reshape(height, width, scale, scale).transpose(0, 2, 1, 3)
    return np.asarray(blocks.reshape(scale * height, scale * width), np.float32)


def write_joint(path: Path, scale: int = 4) -> Path:
    """Write a network that answers (red − blue)/10 and green, each repeated scale×scale times; it refuses sides that
    are no multiples of 4."""
    weight = np.array([[0.1, 0, -0.1], [0, 1, 0]], np.float32)[:, :, None, None].repeat(scale**2, 0)
    nodes = [
        helper.make_node("SpaceToDepth", ["picture"], ["checked"], blocksize=4),
        helper.make_node("DepthToSpace", ["checked"], ["same"], blocksize=4),
        helper.make_node("Conv", ["same", "weight"], ["drawn"]),
        helper.make_node("DepthToSpace", ["drawn"], ["answer"], blocksize=scale, mode="CRD"),
    ]
    graph = helper.make_graph(
        nodes,
        "joint",
        [helper.make_tensor_value_info("picture", TensorProto.FLOAT, ["n", 3, "h", "w"])],
        [helper.make_tensor_value_info("answer", TensorProto.FLOAT, ["n", 2, "sh", "sw"])],
        [numpy_helper.from_array(weight, "weight")],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    card = replace(CARD, name="both", task="joint-sky", scale=scale)
    helper.set_model_props(model, {METADATA_KEY: card.to_json()})
    onnx.save(model, path)
    return path
