"""The three tasks about streets, from pictures to model files: tiny but whole."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
import pytest
import torch
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator
from torch.nn import functional
from typer.testing import CliRunner, Result

from skymatte.cli.main import app
from skymatte.datasets.street_classes import VOID
from skymatte.datasets.street_pictures import shrunk
from skymatte.datasets.streets import read_streets
from skymatte.networks.base import Network
from skymatte.networks.guided import GuidedDcscn
from skymatte.networks.joint import JointNetwork
from skymatte.networks.pspnet import PspNet
from skymatte.training import street_export
from skymatte.training.checkpoint import BEST, LATEST, read_checkpoint
from skymatte.training.export import load_trained
from skymatte.training.street_answers import brought_back, classes_in, guide_of, joint_answer
from skymatte.training.street_export import street_graph
from skymatte.training.street_segment import segmentation_loss
from tests.datasets.street_trees import write_camvid_streets, write_cityscapes_streets

COMMON = ("batch=2", "batches=2", "validate_every=1", "data.crop=32", "precision.cpu=float32", "data.folder=.")
PSP = ("network.width=8", "network.weights=none")
RUNS = {
    "segment": ("pspnet-camvid", (*PSP,)),
    "sharpen": ("guided-camvid-x4", ("network.size=compact", "network.start=null", "data.guide=null")),
    "guided": ("guided-camvid-x4", ("network.size=compact", "network.start=sharpen", "data.guide=segment")),
    "retrained": ("pspnet-camvid", (*PSP, "data.scale=4", "data.sharpen=sharpen", "network.start=segment")),
    "joint": ("joint-camvid-x4", (*PSP, "network.size=compact", "network.sharpen=sharpen", "network.segment=segment")),
}


def train(recipe: str, data: Path, folder: Path, *overrides: str) -> Result:
    arguments = ["train", recipe, "--data", str(data), "-o", str(folder), "--workers", "0", "--threads", "1"]
    return CliRunner().invoke(app, [*arguments, *COMMON, *overrides])


@dataclass(frozen=True, slots=True)
class Trained:
    """Folder of all runs side by side, and what was said of each."""

    folder: Path
    data: Path
    results: dict[str, Result]

    def model(self, run: str) -> Path:
        return self.folder / run / f"{RUNS[run][0]}.onnx"


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Trained:
    folder = tmp_path_factory.mktemp("streets")
    data = write_camvid_streets(folder / "camvid")
    with pytest.MonkeyPatch.context() as patch:
        # Turning networks into graphs takes most of the time; there is a test of that alone.
        patch.setattr(street_export, "street_graph", lambda _: (nothing(), 0.0))
        results = {name: train(recipe, data, folder / name, *own) for name, (recipe, own) in RUNS.items()}
    return Trained(folder, data, results)


def nothing() -> onnx.ModelProto:
    """A graph that gives back what it gets."""
    value = onnx.helper.make_tensor_value_info("x", onnx.TensorProto.FLOAT, [1])
    node = onnx.helper.make_node("Identity", ["x"], ["x2"])
    out = onnx.helper.make_tensor_value_info("x2", onnx.TensorProto.FLOAT, [1])
    return onnx.helper.make_model(onnx.helper.make_graph([node], "nothing", [value], [out]))


@pytest.mark.parametrize("name", RUNS)
def test_a_run_ends_with_a_model_file(trained: Trained, name: str) -> None:
    result = trained.results[name]
    assert result.exit_code == 0, result.output
    assert "4 training pictures, 2 validation pictures" in result.output
    assert trained.model(name).is_file()
    card = json.loads({prop.key: prop.value for prop in onnx.load(trained.model(name)).metadata_props}["skymatte.card"])
    assert card["task"] == {"segment": "street", "retrained": "street", "joint": "joint"}.get(name, "guided")
    assert len(card["classes"]) == 11
    figures = {"street": {"pixel_accuracy", "mean_iou", "sky_iou"}, "guided": {"psnr"}}
    assert set(card["metrics"]) == figures.get(card["task"], figures["street"] | figures["guided"])


def test_one_run_starts_where_others_ended(trained: Trained) -> None:
    said = " ".join(trained.results["joint"].output.split())
    assert "starting from the weights of" in said
    assert "sharpen/best.pt and" in said


@pytest.mark.parametrize(
    ("network", "inputs", "names"),
    [
        (GuidedDcscn(3, "compact", 2), {"luma": (1, 7, 5), "guide": (2, 7, 5)}, ["residual"]),
        (JointNetwork(4, 3, "compact", width=8), {"picture": (3, 8, 20)}, ["residual", "classes"]),
    ],
)
def test_the_file_answers_as_the_network_does_at_other_sizes(
    network: Network, inputs: dict[str, tuple[int, ...]], names: list[str]
) -> None:
    """PSPNet is a part of the joint network; exporters take long over it."""
    model, difference = street_graph(network)
    assert difference < 1e-4
    given = {name: torch.rand(1, *shape) for name, shape in inputs.items()}
    with torch.inference_mode():
        answers = network(*given.values())
    ours = list(answers) if isinstance(answers, tuple) else [answers]
    if names[-1] == "classes":
        ours[-1] = ours[-1].softmax(1)
    session = onnxruntime.InferenceSession(model.SerializeToString(), providers=["CPUExecutionProvider"])
    told = session.run(names, {name: part.numpy() for name, part in given.items()})
    for mine, theirs in zip(ours, told, strict=True):
        np.testing.assert_allclose(mine.numpy(), theirs, atol=1e-4)


def test_a_stopped_run_goes_on_exactly(trained: Trained, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Two batches at once, or one and then the other: the same weights."""
    monkeypatch.setattr(street_export, "street_graph", lambda _: (nothing(), 0.0))
    runs = tmp_path / "runs"
    runs.mkdir()
    for name in ("sharpen", "segment"):
        (runs / name).symlink_to(trained.folder / name)
    recipe, own = RUNS["joint"]
    # The poly schedule asks how long the whole run is, of which the first part knows nothing.
    constant = ("optimiser.schedule=cosine", "optimiser.decay=0")
    for batches in (1, 2):
        result = train(recipe, trained.data, runs / "parts", *own, *constant, f"batches={batches}")
        assert result.exit_code == 0, result.output
    once = train(recipe, trained.data, runs / "once", *own, *constant)
    assert once.exit_code == 0, once.output
    parts, one = (read_checkpoint(runs / name / LATEST)["network"] for name in ("parts", "once"))
    assert all(torch.equal(parts[name], one[name]) for name in one)


def test_tensorboard_has_figures_and_pictures(trained: Trained) -> None:
    board = EventAccumulator(str(trained.folder / "joint"))
    board.Reload()
    assert {"loss", "validation/score", "validation/psnr", "validation/mean_iou"} <= set(board.Tags()["scalars"])
    shown = board.Images("worst/0")[-1]
    assert (shown.height, shown.width) == (48, 4 * 64)


def test_the_figures_are_those_of_whole_pictures(trained: Trained) -> None:
    """Of the best checkpoint, counted by hand."""
    network = load_trained(trained.folder / "segment" / BEST).network
    assert isinstance(network, PspNet)
    right = known = 0
    for street in read_streets(trained.data, "val"):
        found = classes_in(network, street.picture)
        right += int(((found == street.classes) & (street.classes != VOID)).sum())
        known += int((street.classes != VOID).sum())
    folder = trained.folder / "segment"
    best = int(np.argmax(scalars(folder, "validation/miou")))
    assert scalars(folder, "validation/pixel_accuracy")[best] == pytest.approx(right / known)


def scalars(folder: Path, tag: str) -> list[float]:
    board = EventAccumulator(str(folder))
    board.Reload()
    return [event.value for event in board.Scalars(tag)]


def test_whole_pictures_are_answered(trained: Trained) -> None:
    picture = read_streets(trained.data, "test")[0].picture
    small = shrunk(picture, 4)
    segment, guided, joint = (
        load_trained(trained.folder / name / BEST).network for name in ("segment", "guided", "joint")
    )
    assert isinstance(segment, PspNet)
    assert isinstance(guided, GuidedDcscn)
    assert isinstance(joint, JointNetwork)
    guide = guide_of(segment, small, 4)
    assert guide.shape == (12, 16, 11)
    assert abs(guide.sum(2, dtype=int) - 255).max() <= 6
    assert brought_back(guided, small, guide).shape == picture.shape
    sharp, classes = joint_answer(joint, small)
    assert (sharp.shape, classes.shape) == (picture.shape, picture.shape[:2])


def test_void_is_not_learnt() -> None:
    logits = torch.randn(2, 3, 4, 4)
    classes = torch.randint(0, 3, (2, 4, 4))
    classes[:, :2] = VOID
    loss = segmentation_loss((logits, 2 * logits), classes, 0.4, lambda part: part)
    seen = [part[:, :, 2:] for part in (logits, 2 * logits)]
    main, beside = (functional.cross_entropy(part, classes[:, 2:]) for part in seen)
    torch.testing.assert_close(loss, main + 0.4 * beside)
    nothing = segmentation_loss((logits, logits), torch.full_like(classes, VOID), 0.4, lambda part: part)
    assert float(nothing) == 0


def test_cityscapes_goes_through_the_same_recipe(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(street_export, "street_graph", lambda _: (nothing(), 0.0))
    data = write_cityscapes_streets(tmp_path / "cityscapes")
    result = train("pspnet-camvid", tmp_path, tmp_path / "run", *PSP, f"data.folder={data.name}", "batches=1")
    assert result.exit_code == 0, result.output
    card = json.loads(
        {p.key: p.value for p in onnx.load(tmp_path / "run/pspnet-camvid.onnx").metadata_props}["skymatte.card"]
    )
    assert len(card["classes"]) == 19


@pytest.mark.parametrize(
    ("recipe", "overrides", "what"),
    [
        ("joint-camvid-x4", ("network.size=tiny",), "network.size: Input should be 'full', 'medium' or 'compact'"),
        ("pspnet-camvid", ("data.folder=nowhere",), "nowhere: no such folder"),
        ("pspnet-camvid", ("data.scale=5",), r"data.scale: Input should be 1, 2, 3 or 4"),
        ("pspnet-camvid", ("data.zom=2",), "data.zom: Extra inputs are not permitted"),
        ("pspnet-camvid", ("data.crop=320",), "data.crop: 320 is more than the 48 px"),
        ("pspnet-camvid", ("data.scale=4", "data.sharpen=nobody"), "data.sharpen: neither nobody nor"),
        ("pspnet-camvid", ("data.scale=2", "data.sharpen=sharpen"), "not DCSCN of scale 2"),
        ("pspnet-camvid", ("network.start=sharpen",), "which does not fit"),
        ("guided-camvid-x4", ("data.guide=sharpen",), "not PSPNet with 11 classes"),
        ("joint-camvid-x4", ("data.scale=1",), "data.scale: Input should be 2, 3 or 4"),
        ("joint-camvid-x4", ("network.sharpen=segment",), "network.sharpen: .*which does not fit"),
        ("joint-camvid-x4", ("batch=0",), "batch: Input should be greater than 0"),
    ],
)
def test_what_does_not_go_together_is_refused(
    trained: Trained, recipe: str, overrides: tuple[str, ...], what: str
) -> None:
    usual = next(own for name, own in RUNS.values() if name == recipe and "data.scale=4" not in own)
    usual = RUNS["joint"][1] if recipe.startswith("joint") else usual
    result = train(recipe, trained.data, trained.folder / "refused", *usual, *overrides)
    assert result.exit_code == 2, result.output
    assert re.search(what, " ".join(result.output.split()))
