"""What TensorRT's ONNX parser takes, as its documentation says, and what of a model it does not.

Source: ``docs/operators.md`` of onnx-tensorrt for TensorRT 10.15.  Of operators with restrictions those are looked at
that exporters of vision networks break.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

import onnx

OPSETS = range(9, 25)

_NAMES = """
Abs Acos Acosh Add And ArgMax ArgMin Asin Asinh Atan Atanh AveragePool BatchNormalization Cast CastLike Ceil Celu
Clip Concat Constant ConstantOfShape Conv ConvTranspose Cos Cosh CumSum DepthToSpace DequantizeLinear Div Dropout
Einsum Elu Equal Erf Exp Expand EyeLike Flatten Floor Gather GatherElements GatherND Gelu Gemm GlobalAveragePool
GlobalLpPool GlobalMaxPool Greater GreaterOrEqual GridSample GroupNormalization HardSigmoid HardSwish Identity
InstanceNormalization IsInf IsNaN LayerNormalization LeakyRelu Less LessOrEqual Log LogSoftmax LpNormalization
LpPool LRN MatMul Max MaxPool Mean Min Mish Mod Mul Neg Not Or Pad Pow PRelu QuantizeLinear Range Reciprocal
ReduceL1 ReduceL2 ReduceLogSum ReduceLogSumExp ReduceMax ReduceMean ReduceMin ReduceProd ReduceSum ReduceSumSquare
Relu Reshape Resize Round ScatterElements ScatterND Selu Shape Shrink Sigmoid Sign Sin Sinh Size Slice Softmax
Softplus Softsign SpaceToDepth Split Sqrt Squeeze Sub Sum Tan Tanh ThresholdedRelu Tile TopK Transpose Trilu
Unsqueeze Upsample Where Xor
"""

OPERATORS = frozenset(_NAMES.split())
"""Operators without control flow, sequences and text."""

_PLACES = ("half_pixel", "pytorch_half_pixel", "tf_half_pixel_for_nn", "asymmetric", "align_corners")

_RESIZE = {
    "coordinate_transformation_mode": _PLACES,
    "mode": ("nearest", "linear"),
    "nearest_mode": ("floor", "ceil", "round_prefer_floor", "round_prefer_ceil"),
    "keep_aspect_ratio_policy": ("stretch",),
    "antialias": (0,),
}


def obstacles(model: onnx.ModelProto) -> list[str]:
    """Why TensorRT would not take a model, one phrase each; empty if it would."""
    found = [
        f"opset {each.version} lies outside of {OPSETS.start} to {OPSETS.stop - 1}"
        for each in model.opset_import
        if each.domain in ("", "ai.onnx") and each.version not in OPSETS
    ]
    constants = {tensor.name: tensor for tensor in model.graph.initializer}
    for node in model.graph.node:
        found += _obstacles(node, constants)
    return list(dict.fromkeys(found))


def _obstacles(node: onnx.NodeProto, constants: dict[str, onnx.TensorProto]) -> Iterator[str]:
    if node.domain not in ("", "ai.onnx") or node.op_type not in OPERATORS:
        yield f"it has no operator {node.domain + '.' if node.domain else ''}{node.op_type}"
    attributes = {each.name: onnx.helper.get_attribute_value(each) for each in node.attribute}
    if node.op_type == "Resize":
        yield from _resize(attributes)
    if node.op_type in ("AveragePool", "MaxPool", "LpPool") and math.prod(attributes.get("dilations", ())) > 1:
        yield f"{node.op_type} with dilations"
    if node.op_type in ("QuantizeLinear", "DequantizeLinear") and len(node.input) > 2 and node.input[2]:
        zero = constants.get(node.input[2])
        if zero is None or onnx.numpy_helper.to_array(zero).any():
            yield f"{node.op_type} whose zero point is not 0"


def _resize(attributes: dict[str, Any]) -> Iterator[str]:
    for name, taken in _RESIZE.items():
        value = attributes.get(name, taken[0])
        value = value.decode() if isinstance(value, bytes) else value
        if value not in taken:
            yield f"Resize with {name} {value}"
