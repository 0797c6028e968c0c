"""Model files in smaller number formats: half precision, and 8-bit integers calibrated on training pictures."""

from __future__ import annotations

import logging
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import onnx
from numpy.typing import NDArray

_CONVOLUTIONS = ("Conv", "ConvTranspose")
_WEIGHTED = (*_CONVOLUTIONS, "Gemm", "MatMul")
"""Operators with weights, which is where the time goes."""

_BETWEEN = ("Clip", "Relu", "Add", "Resize")
"""What stands between them and stays in 8 bits: a clip becomes part of the rounding before it, which is one rounding
less; joins lose more than they gain."""


def to_half(model: onnx.ModelProto) -> onnx.ModelProto:
    """The model with weights and arithmetic in half precision; its input and output stay float32.

    Operators whose inputs must be float32 (sizes of ``Resize``) keep them.
    """
    from onnxruntime.transformers.float16 import convert_float_to_float16

    copy = onnx.ModelProto()
    copy.CopyFrom(model)
    _own_sizes(copy.graph)
    half: onnx.ModelProto = convert_float_to_float16(copy, keep_io_types=True)
    _sort(half.graph)
    return half


def _sort(graph: onnx.GraphProto) -> None:
    """Put nodes behind those that they read from, as the format wants: the converter adds its casts at the end."""
    waiting = list(graph.node)
    made = {"", *(each.name for each in graph.input), *(each.name for each in graph.initializer)}
    ordered: list[onnx.NodeProto] = []
    while waiting:
        ready = [node for node in waiting if made.issuperset(node.input)]
        waiting = [node for node in waiting if not made.issuperset(node.input)]
        made.update(name for node in ready for name in node.output)
        ordered += ready
    del graph.node[:]
    graph.node.extend(ordered)


def _own_sizes(graph: onnx.GraphProto) -> None:
    """Give each ``Resize`` constants of its own: the converter names its casts after what they cast."""
    constants = {tensor.name: tensor for tensor in graph.initializer}
    shared = set()
    for node in graph.node:
        for place, name in enumerate(node.input):
            if node.op_type == "Resize" and name in constants:
                own = graph.initializer.add()
                own.CopyFrom(constants[name])
                own.name = node.input[place] = f"{node.name}.{place}"
                shared.add(name)
    for name in shared.difference(name for node in graph.node for name in node.input):
        graph.initializer.remove(constants[name])


def to_int8(model: onnx.ModelProto, calibration: Iterable[NDArray[np.float32]]) -> onnx.ModelProto:
    """The model with convolutions, matrix products and sums in 8 bits (Jacob et al. 2018).

    Their inputs and outputs get the range that they have on the calibration pictures; weights a scale per output
    channel and 7 of 8 bits, so that sums do not saturate on processors without VNNI. The first convolutions, which read
    the picture, and the last one stay float32: HDR light spans more than 256 steps, and so does the probability in the
    edge band.

    Args:
        model: as ``skymatte.training.export`` writes it.
        calibration: encoded pictures, N×3×H×W float32 each.
    """
    from onnxruntime.quantization import CalibrationMethod, QuantFormat, QuantType, quantize_static
    from onnxruntime.quantization.shape_inference import quant_pre_process

    with tempfile.TemporaryDirectory() as folder, _quiet():
        given, prepared, small = (Path(folder) / f"{name}.onnx" for name in ("given", "prepared", "small"))
        onnx.save(model, given)
        quant_pre_process(given, prepared, skip_symbolic_shape=True)
        quantize_static(
            prepared,
            small,
            _Reader(calibration),
            quant_format=QuantFormat.QDQ,
            per_channel=True,
            reduce_range=True,
            activation_type=QuantType.QUInt8,
            weight_type=QuantType.QInt8,
            calibrate_method=CalibrationMethod.MinMax,
            op_types_to_quantize=(*_WEIGHTED, *_BETWEEN),
            nodes_to_exclude=border(onnx.load(prepared)),
            extra_options={"MatMulConstBOnly": True},
        )
        return onnx.load(small)


def border(model: onnx.ModelProto) -> list[str]:
    """Names of the nodes between picture and inner convolutions, and between those and the answer.

    These are the nodes that read the picture, directly or through nodes that are no convolution, with the first
    convolutions on the way; and those that only nodes without a convolution separate from the output, with the last.
    """
    nodes = list(model.graph.node)
    read = {value.name for value in model.graph.input}
    chosen = set()
    for node in nodes:
        if read.intersection(node.input):
            chosen.add(node.name)
            if node.op_type not in (*_CONVOLUTIONS, "Shape"):
                read.update(node.output)
    wanted = {value.name for value in model.graph.output}
    for node in reversed(nodes):
        if wanted.intersection(node.output):
            chosen.add(node.name)
            if node.op_type not in _CONVOLUTIONS:
                wanted.update(node.input)
    return sorted(chosen)


class _Reader:
    """The calibration pictures as ONNX Runtime asks for them: one after the other, then ``None``."""

    def __init__(self, pictures: Iterable[NDArray[np.float32]]) -> None:
        self._pictures = iter(pictures)

    def get_next(self) -> dict[str, Any] | None:
        picture = next(self._pictures, None)
        return None if picture is None else {"picture": picture}

    def __iter__(self) -> Iterator[dict[str, Any]]:
        while (item := self.get_next()) is not None:
            yield item


@contextmanager
def _quiet() -> Iterator[None]:
    """Without the advice that ONNX Runtime's quantiser logs to the root logger."""
    before = logging.root.level
    logging.root.setLevel(logging.ERROR)
    try:
        yield
    finally:
        logging.root.setLevel(before)
