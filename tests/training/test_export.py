"""The model file computes what the network computes, at any size, and carries its card and nothing else."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

import numpy as np
import onnx
import onnxruntime
import pytest
import torch

from skymatte.errors import ModelError
from skymatte.networks.base import SegmentationNetwork
from skymatte.networks.build import build
from skymatte.networks.classic_unet import ClassicUnet
from skymatte.networks.unet import SkyNet
from skymatte.runtime.card import METADATA_KEY, ModelCard
from skymatte.training.checkpoint import BEST, LATEST
from skymatte.training.export import average, export, load_trained
from skymatte.training.quantise import to_half, to_int8
from tests.models import CARD, write_model
from tests.networks.small import small
from tests.training.conftest import Trained


@pytest.mark.parametrize("architecture", ["classic-unet", "unet", "pspnet"])
def test_every_architecture_can_be_written_for_any_size(architecture: str, tmp_path: Path) -> None:
    """Three that stand for all: ours, the usual, and one whose pooling exporters find hard."""
    network = small(architecture, mean=[1.0, 2.0, 3.0])
    assert export(network, CARD, tmp_path / "model.onnx") < 1e-4
    session = onnxruntime.InferenceSession(tmp_path / "model.onnx", providers=["CPUExecutionProvider"])
    for count, rows, columns in ((1, 1, 1), (2, 5, 3)):
        picture = 3 * torch.rand(count, 3, rows * network.multiple, columns * network.multiple)
        (theirs,) = session.run(["sky"], {"picture": picture.numpy()})
        with torch.inference_mode():
            np.testing.assert_allclose(theirs, network(picture).sigmoid().numpy(), atol=1e-4)
    model = onnx.load(tmp_path / "model.onnx")
    for smaller, least in ((to_half(model), 0.9999), (to_int8(model, [picture.numpy()]), 0.98)):
        session = onnxruntime.InferenceSession(smaller.SerializeToString(), providers=["CPUExecutionProvider"])
        (rounded,) = session.run(["sky"], {"picture": picture.numpy()})
        assert np.corrcoef(rounded.ravel(), theirs.ravel())[0, 1] > least


class _Undecided(ClassicUnet):
    """Computes something else for dark pictures, which no graph can say."""

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return super().forward(x) if x.sum() > 0 else x[:, :1]


def test_a_network_that_is_no_graph_is_named(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="classic-unet cannot be written for pictures of any size: Could not guard on"):
        export(_Undecided(width=2), CARD, tmp_path / "model.onnx")
    assert list(tmp_path.iterdir()) == []


@pytest.fixture(scope="module")
def session(trained: Trained) -> onnxruntime.InferenceSession:
    return onnxruntime.InferenceSession(trained.model, providers=["CPUExecutionProvider"])


@pytest.mark.parametrize(("count", "height", "width"), [(1, 32, 32), (1, 96, 160), (3, 64, 32), (2, 256, 32)])
def test_the_file_computes_what_the_network_computes(
    trained: Trained, session: onnxruntime.InferenceSession, count: int, height: int, width: int
) -> None:
    picture = np.random.default_rng(height).normal(0, 1, (count, 3, height, width)).astype(np.float32)
    (theirs,) = session.run(["sky"], {"picture": picture})
    with torch.inference_mode():
        ours = load_trained(trained.folder / BEST).network(torch.from_numpy(picture)).sigmoid().numpy()
    assert theirs.shape == (count, 1, height, width)
    assert theirs.dtype == np.float32
    np.testing.assert_allclose(theirs, ours, atol=1e-4)


def test_its_interface_is_the_one_that_is_promised(session: onnxruntime.InferenceSession) -> None:
    (picture,), (sky,) = session.get_inputs(), session.get_outputs()
    assert (picture.name, picture.type, picture.shape[1]) == ("picture", "tensor(float)", 3)
    assert (sky.name, sky.type, sky.shape[1]) == ("sky", "tensor(float)", 1)
    assert all(isinstance(picture.shape[axis], str) for axis in (0, 2, 3))


def test_its_card_is_inside_and_alone(session: onnxruntime.InferenceSession) -> None:
    properties = session.get_modelmeta().custom_metadata_map
    assert list(properties) == [METADATA_KEY]
    assert ModelCard.from_json(properties[METADATA_KEY]).name == "tiny"


def test_it_is_small_enough_to_ship_and_tells_nothing_of_where_it_was_made(trained: Trained) -> None:
    assert trained.model.stat().st_size < 20e6
    model = onnx.load(trained.model)
    onnx.checker.check_model(model)
    for tensor in model.graph.initializer:
        tensor.ClearField("raw_data")
    text = str(model)
    for trace in ("site-packages", ".py", str(Path(__file__).parents[2])):
        assert trace not in text


def test_a_file_that_differs_from_the_network_is_not_written(
    trained: Trained, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The exporter hands back another network's graph."""
    other = SimpleNamespace(model_proto=onnx.load(trained.model))
    monkeypatch.setattr(torch.export, "export", lambda *_, **__: None)
    monkeypatch.setattr(torch.onnx, "export", lambda *_, **__: other)
    torch.manual_seed(8)
    network = SkyNet(mean=2.0)
    with pytest.raises(ModelError, match=r"skynet: ONNX Runtime differs from torch by .* in probability; not written"):
        export(network, CARD, tmp_path / "model.onnx")
    assert list(tmp_path.iterdir()) == []


def test_an_exporter_without_an_answer_is_an_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch.onnx, "export", lambda *_, **__: None)
    with pytest.raises(ModelError, match="gave no program"):
        export(ClassicUnet(width=2), CARD, tmp_path / "model.onnx")


def test_a_graph_that_does_not_run_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The exporter hands back a graph that wants an input of another name."""
    other = SimpleNamespace(model_proto=onnx.load(write_model(tmp_path / "other.onnx")))
    other.model_proto.graph.input[0].name = other.model_proto.graph.node[0].input[0] = "image"
    monkeypatch.setattr(torch.export, "export", lambda *_, **__: None)
    monkeypatch.setattr(torch.onnx, "export", lambda *_, **__: other)
    with pytest.raises(ModelError, match=r"classic-unet: ONNX Runtime cannot run what torch wrote: .*picture"):
        export(ClassicUnet(width=2), CARD, tmp_path / "model.onnx")


def test_the_average_is_what_is_exported(trained: Trained) -> None:
    state = torch.load(trained.folder / LATEST, weights_only=True)
    loaded = load_trained(trained.folder / LATEST).network
    assert not loaded.training
    for name, tensor in loaded.state_dict().items():
        assert torch.equal(tensor, state["average"][name])


@pytest.mark.parametrize("content", [b"", b"not a checkpoint", b"\x80\x02garbage", bytes(1000)])
def test_a_file_that_is_no_checkpoint_is_named(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "best.pt").write_bytes(content)
    with pytest.raises(ModelError, match=r"best\.pt: not a checkpoint of `skymatte train`"):
        load_trained(tmp_path / "best.pt")


@pytest.mark.parametrize("state", [{}, {"average": {}}, {"average": {"weight": torch.zeros(1)}}, [1, 2]])
def test_a_checkpoint_of_something_else_is_named(tmp_path: Path, state: object) -> None:
    torch.save(state, tmp_path / "best.pt")
    with pytest.raises(ModelError, match=r"best\.pt: not a checkpoint of `skymatte train`"):
        load_trained(tmp_path / "best.pt")


def test_a_cut_off_checkpoint_is_named(trained: Trained, tmp_path: Path) -> None:
    content = (trained.folder / BEST).read_bytes()
    (tmp_path / "best.pt").write_bytes(content[: len(content) // 2])
    with pytest.raises(ModelError, match=r"best\.pt: not a checkpoint"):
        load_trained(tmp_path / "best.pt")


def test_a_missing_checkpoint_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match=r"best\.pt: no such checkpoint; `skymatte train` writes it"):
        load_trained(tmp_path / "best.pt")


def test_a_checkpoint_says_which_network_it_holds(tmp_path: Path) -> None:
    torch.manual_seed(5)
    network = build("classic-unet", width=2, mean=[0.1, 0.2, 0.3])
    _save(tmp_path / "best.pt", network)
    loaded = load_trained(tmp_path / "best.pt").network
    assert loaded.description == network.description
    assert all(torch.equal(loaded.state_dict()[name], tensor) for name, tensor in network.state_dict().items())


def test_a_checkpoint_of_before_there_was_a_choice_holds_a_skynet(trained: Trained, tmp_path: Path) -> None:
    state = torch.load(trained.folder / BEST, weights_only=True)
    del state["description"]
    torch.save(state, tmp_path / "best.pt")
    assert isinstance(load_trained(tmp_path / "best.pt").network, SkyNet)


def test_different_networks_are_not_averaged(tmp_path: Path) -> None:
    for width in (2, 4):
        _save(tmp_path / f"{width}.pt", build("classic-unet", width=width))
    with pytest.raises(ModelError, match=r"4\.pt: holds .*4.*, but .*2\.pt .*2.*; average checkpoints of one run"):
        average([tmp_path / "2.pt", tmp_path / "4.pt"])


def _save(path: Path, network: SegmentationNetwork) -> None:
    state = {"average": network.state_dict(), "description": network.description, "batch": 1, "seconds": 1.0}
    torch.save(state, path)


def test_checkpoints_are_averaged_weight_by_weight(trained: Trained, tmp_path: Path) -> None:
    state = torch.load(trained.folder / LATEST, weights_only=True)
    moved = {name: tensor + 2 if tensor.is_floating_point() else tensor for name, tensor in state["average"].items()}
    torch.save({**state, "average": moved, "batch": state["batch"] + 7}, tmp_path / "later.pt")
    mean = average([trained.folder / LATEST, tmp_path / "later.pt"])
    assert mean.batches == state["batch"] + 7
    for name, tensor in mean.network.state_dict().items():
        expected = state["average"][name]
        torch.testing.assert_close(tensor, expected + 1 if tensor.is_floating_point() else expected)
