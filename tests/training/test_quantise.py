"""Half precision changes next to nothing; 8 bits stay close where the picture and the answer are not rounded."""

from __future__ import annotations

import numpy as np
import onnx
import onnxruntime
import pytest
import torch
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper

from skymatte.training.model_file import FileNetwork
from skymatte.training.quantise import border, to_half, to_int8
from tests.training.conftest import Trained


def pictures(count: int, seed: int = 0, height: int = 64, width: int = 96) -> NDArray[np.float32]:
    """Smooth ones, as encoded pictures are."""
    coarse = np.random.default_rng(seed).normal(0.2, 0.3, (count, 3, height // 8, width // 8))
    return coarse.repeat(8, 2).repeat(8, 3).astype(np.float32)


def answer(model: onnx.ModelProto, picture: NDArray[np.float32]) -> NDArray[np.float32]:
    session = onnxruntime.InferenceSession(model.SerializeToString(), providers=["CPUExecutionProvider"])
    (sky,) = session.run(["sky"], {"picture": picture})
    return np.asarray(sky)


def weights(model: onnx.ModelProto) -> dict[int, int]:
    """How many numbers of each type are stored."""
    stored: dict[int, int] = {}
    for tensor in model.graph.initializer:
        stored[tensor.data_type] = stored.get(tensor.data_type, 0) + int(np.prod(tensor.dims))
    return stored


@pytest.fixture(scope="module")
def model(trained: Trained) -> onnx.ModelProto:
    return onnx.load(trained.model)


@pytest.fixture(scope="module")
def eight(model: onnx.ModelProto) -> onnx.ModelProto:
    return to_int8(model, [pictures(4, seed) for seed in range(1, 5)])


def test_half_precision_is_half_the_size_and_nearly_the_same(model: onnx.ModelProto) -> None:
    before = model.SerializeToString()
    half = to_half(model)
    assert model.SerializeToString() == before
    assert half.ByteSize() < 0.55 * model.ByteSize()
    assert weights(half)[TensorProto.FLOAT16] > 0.99 * weights(model)[TensorProto.FLOAT]
    picture = pictures(2)
    np.testing.assert_allclose(answer(half, picture), answer(model, picture), atol=5e-3)
    for each in (*half.graph.input, *half.graph.output):
        assert each.type.tensor_type.elem_type == TensorProto.FLOAT


def test_eight_bits_are_a_third_of_the_size_and_close(model: onnx.ModelProto, eight: onnx.ModelProto) -> None:
    assert eight.ByteSize() < 0.35 * model.ByteSize()
    assert weights(eight)[TensorProto.INT8] > 0.95 * weights(model)[TensorProto.FLOAT]
    for height, width in ((64, 96), (32, 160)):
        picture = pictures(2, 9, height, width)
        difference = np.abs(answer(eight, picture) - answer(model, picture))
        assert difference.mean() < 0.02
        assert difference.max() < 0.2


def test_eight_bits_know_weights_by_channel_and_7_bits(eight: onnx.ModelProto) -> None:
    stored = [numpy_helper.to_array(each) for each in eight.graph.initializer if each.data_type == TensorProto.INT8]
    large = [each for each in stored if each.ndim == 4]
    assert len(large) > 40
    assert max(int(np.abs(each.astype(int)).max()) for each in large) == 64


def test_picture_and_answer_are_not_rounded(eight: onnx.ModelProto) -> None:
    """No 8-bit steps between the picture and the first convolutions, nor behind the last one."""
    made_by = {name: node for node in eight.graph.node for name in node.output}
    readers = [node for node in eight.graph.node if "picture" in node.input]
    assert "QuantizeLinear" not in [node.op_type for node in readers]
    behind: list[str] = []
    name = "sky"
    while not behind or behind[-1] not in ("Conv", "QuantizeLinear"):
        node = made_by[name]
        behind.append(node.op_type)
        name = node.input[0]
    assert behind[0] == "Sigmoid"
    assert behind[-1] == "Conv"


def test_the_border_is_what_no_inner_convolution_hides() -> None:
    """picture → scale → first → relu → inner → last → sigmoid, and picture → skip → joined → last."""
    names = ["scale", "first", "relu", "inner", "skip", "joined", "last", "sigmoid"]
    kinds = ["Mul", "Conv", "Relu", "Conv", "Identity", "Concat", "Conv", "Sigmoid"]
    inputs = [["picture"], ["scale"], ["first"], ["relu"], ["picture"], ["inner", "skip"], ["joined"], ["last"]]
    nodes = [
        helper.make_node(kind, reads, [name], name=name) for name, kind, reads in zip(names, kinds, inputs, strict=True)
    ]
    ends = [helper.make_tensor_value_info(name, TensorProto.FLOAT, None) for name in ("picture", "sigmoid")]
    graph = helper.make_graph(nodes, "tiny", ends[:1], ends[1:])
    assert border(helper.make_model(graph)) == ["first", "joined", "last", "scale", "sigmoid", "skip"]


def test_a_file_answers_like_the_network(model: onnx.ModelProto) -> None:
    network = FileNetwork(model, 32)
    assert network.size == model.ByteSize()
    assert (network.multiple, network.encoder_parameters()) == (32, [])
    picture = pictures(2)
    logits = network(torch.from_numpy(picture))
    np.testing.assert_allclose(logits.sigmoid().numpy(), answer(model, picture), atol=1e-6)
    saturated = network(torch.full((1, 3, 32, 32), 1e9))
    assert torch.isfinite(saturated).all()
