"""What is written for TensorRT: its sizes, its operators, its answers.

TensorRT itself is not at hand where these tests run: ONNX Runtime answers for it.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import onnx
import onnxruntime
import pytest
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper

from skymatte.errors import ModelError
from skymatte.runtime.model import Model, built_in_models, find_model
from skymatte.training.onnx_file import read_model, write_model
from skymatte.training.precision import Precision
from skymatte.training.tensorrt import Profile, export_tensorrt
from skymatte.training.tensorrt_operators import OPERATORS, obstacles
from tests.models import write_model as write_tiny

STATIC = Profile((120, 160), (120, 160), (120, 160))
RANGE = Profile((64, 96), (120, 160), (150, 220))


def answers(path: Path, batch: NDArray[np.float32]) -> Any:
    session = onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"])
    return session.run(["sky"], {"picture": batch})[0]


def sides(model: onnx.ModelProto, value: int = 0) -> list[int | str]:
    shape = (*model.graph.input, *model.graph.output)[value].type.tensor_type.shape
    return [side.dim_value or side.dim_param for side in shape.dim]


def picture(channels: int, height: int, width: int) -> NDArray[np.float32]:
    coarse = np.random.default_rng(height).normal(0.2, 0.2, (1, channels, height // 32, width // 32))
    return coarse.repeat(32, 2).repeat(32, 3).astype(np.float32)


@pytest.fixture(scope="module")
def shipped() -> Path:
    """The default model: its graph works out sizes, and it takes a prior as fourth channel."""
    return find_model("skymatte-3")


@pytest.mark.parametrize("precision", [Precision.FP32, Precision.FP16])
def test_one_size_is_fixed_and_nothing_is_left_to_work_out(shipped: Path, tmp_path: Path, precision: Precision) -> None:
    target = tmp_path / "static.onnx"
    written = export_tensorrt(shipped, target, STATIC, precision)
    assert written.profile == Profile((128, 160), (128, 160), (128, 160))
    model = onnx.load(target)
    onnx.checker.check_model(model, full_check=True)
    assert sides(model) == [1, 4, 128, 160]
    assert sides(model, 1) == [1, 1, 128, 160]
    operators = {node.op_type for node in model.graph.node}
    assert operators <= OPERATORS
    assert not operators & {"Shape", "Gather", "BatchNormalization"}
    assert {(each.domain, each.version) for each in model.opset_import} == {("", 20)}
    batch = picture(4, 128, 160)
    tolerance = 1e-5 if precision is Precision.FP32 else 0.02
    np.testing.assert_allclose(answers(target, batch), answers(shipped, batch), atol=tolerance)


def test_a_range_stays_open_between_its_ends(shipped: Path, tmp_path: Path) -> None:
    target = tmp_path / "range.onnx"
    written = export_tensorrt(shipped, target, RANGE)
    assert written.profile == Profile((64, 96), (128, 160), (160, 224))
    assert sides(onnx.load(target)) == [1, 4, "height", "width"]
    for height, width in ((64, 96), (96, 192), (160, 224)):
        batch = picture(4, height, width)
        np.testing.assert_allclose(answers(target, batch), answers(shipped, batch), atol=1e-5)
    ((_, plain), (_, half)) = written.commands
    assert plain == (
        f"trtexec --onnx={target} --saveEngine={tmp_path}/range.engine --minShapes=picture:1x4x64x96 "
        "--optShapes=picture:1x4x128x160 --maxShapes=picture:1x4x160x224"
    )
    assert half == f"{plain} --fp16"


def test_half_precision_is_in_the_file(shipped: Path, tmp_path: Path) -> None:
    """TensorRT 11 has no flag for it any more."""
    written = export_tensorrt(shipped, tmp_path / "half.onnx", STATIC, Precision.FP16)
    model, card = read_model(tmp_path / "half.onnx")
    stored = [each for each in model.graph.initializer if each.data_type == TensorProto.FLOAT16]
    assert sum(np.prod(each.dims) for each in stored) > 3e6
    assert model.graph.input[0].type.tensor_type.elem_type == TensorProto.FLOAT
    assert card.trained.endswith("; weights and arithmetic in half precision")
    assert [command.endswith(" --stronglyTyped") for _, command in written.commands] == [True]


def test_the_card_goes_along(shipped: Path, tmp_path: Path) -> None:
    """The card goes along, so that skymatte runs the file, too."""
    target = tmp_path / "default.onnx"
    small = Profile((96, 128), (96, 128), (96, 128))
    assert export_tensorrt(shipped, target, small).difference < 1e-5
    written, original = Model.load(target, "cpu"), Model.load(shipped, "cpu")
    assert written.card == original.card
    encoded = np.random.default_rng(0).random((90, 128, 3), np.float32)
    np.testing.assert_allclose(written.predict(encoded), original.predict(encoded), atol=1e-5)
    with pytest.raises(ModelError, match="was made for inputs of 1×4×96×128"):
        written.predict(np.zeros((96, 160, 3), np.float32))


@pytest.mark.parametrize("name", built_in_models())
def test_tensorrt_has_all_operators_of_the_shipped_models(name: str) -> None:
    assert obstacles(onnx.load(find_model(name))) == []


@pytest.mark.parametrize("kind", [np.float16, np.int8])
def test_a_reduced_file_is_refused(tmp_path: Path, kind: type) -> None:
    model, card = read_model(write_tiny(tmp_path / "m.onnx"))
    model.graph.initializer.append(numpy_helper.from_array(np.ones(3, kind), "weights"))
    write_model(model, card, tmp_path / "small.onnx")
    with pytest.raises(ModelError, match=r"small\.onnx: is in a smaller number format; give the float32 model"):
        export_tensorrt(tmp_path / "small.onnx", tmp_path / "out.onnx", STATIC)
    assert not (tmp_path / "out.onnx").exists()


def test_sizes_out_of_order_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="sizes of an engine: each width must be at least the last one: 640, 320, 640"):
        export_tensorrt(
            write_tiny(tmp_path / "m.onnx"), tmp_path / "out.onnx", Profile((480, 640), (480, 320), (480, 640))
        )


def model_of(*nodes: onnx.NodeProto, opset: int = 17, constants: tuple[onnx.TensorProto, ...] = ()) -> onnx.ModelProto:
    graph = helper.make_graph(list(nodes), "tiny", [], [], list(constants))
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", opset)])


@pytest.mark.parametrize(
    ("node", "reason"),
    [
        (helper.make_node("NonZero", ["x"], ["y"]), "it has no operator NonZero"),
        (helper.make_node("FusedConv", ["x"], ["y"], domain="com.microsoft"), "no operator com.microsoft.FusedConv"),
        (helper.make_node("Resize", ["x"], ["y"], mode="cubic"), "Resize with mode cubic"),
        (helper.make_node("Resize", ["x"], ["y"], mode="linear", antialias=1), "Resize with antialias 1"),
        (helper.make_node("MaxPool", ["x"], ["y"], dilations=[1, 2]), "MaxPool with dilations"),
        (helper.make_node("QuantizeLinear", ["x", "s", "z"], ["y"]), "QuantizeLinear whose zero point is not 0"),
        (helper.make_node("QuantizeLinear", ["x", "s", "unknown"], ["y"]), "whose zero point is not 0"),
        (helper.make_node("QuantizeLinear", ["x", "s", "0"], ["y"]), None),
        (helper.make_node("Resize", ["x"], ["y"], mode="nearest", nearest_mode="floor"), None),
        (helper.make_node("AveragePool", ["x"], ["y"], dilations=[1, 1]), None),
    ],
)
def test_what_tensorrt_lacks_is_named(node: onnx.NodeProto, reason: str | None) -> None:
    zeros = (numpy_helper.from_array(np.array(7, np.uint8), "z"), numpy_helper.from_array(np.array(0, np.int8), "0"))
    found = obstacles(model_of(node, constants=zeros))
    assert (len(found) == 1 and reason in found[0]) if reason else found == []


def test_an_opset_of_the_future_is_named() -> None:
    relu = helper.make_node("Relu", ["x"], ["y"])
    assert obstacles(model_of(relu, opset=25)) == ["opset 25 lies outside of 9 to 24"]


def test_what_tensorrt_lacks_is_not_written(tmp_path: Path) -> None:
    model, card = read_model(write_tiny(tmp_path / "m.onnx"))
    model.graph.node[-1].output[0] = "sigmoid"
    model.graph.node.append(helper.make_node("Shrink", ["sigmoid"], ["half"], lambd=0.0))
    model.graph.node.append(helper.make_node("MeanVarianceNormalization", ["half"], ["sky"]))
    write_model(model, card, tmp_path / "other.onnx")
    with pytest.raises(ModelError, match=r"other\.onnx: TensorRT cannot take it: it has no operator MeanVariance"):
        export_tensorrt(tmp_path / "other.onnx", tmp_path / "out.onnx", STATIC)
    assert not (tmp_path / "out.onnx").exists()
