"""``skymatte export --tensorrt``: a model, sizes, and how to build the engine."""

from __future__ import annotations

import shlex
from pathlib import Path

import onnx
import pytest
from typer.testing import CliRunner, Result

from skymatte.cli.main import app
from skymatte.runtime.model import Model
from tests.models import write_model


def export(*arguments: object) -> Result:
    return CliRunner().invoke(app, ["export", *map(str, arguments)])


def said(result: Result) -> str:
    return " ".join(result.stderr.replace("│", " ").split())


@pytest.fixture
def model(tmp_path: Path) -> Path:
    return write_model(tmp_path / "m.onnx")


def test_one_size_and_the_command_that_builds_its_engine(model: Path, tmp_path: Path) -> None:
    target = tmp_path / "out.onnx"
    result = export("--tensorrt", model, target, "--size", "120x60")
    assert result.exit_code == 0, result.output
    assert "out.onnx: 0.0 MB, for inputs of 128×64" in result.stderr
    assert "differs from m.onnx by at most" in result.stderr
    plain, half = [line for line in result.stdout.splitlines() if not line.startswith("#")]
    engine = tmp_path / "out.engine"
    assert shlex.split(plain) == ["trtexec", f"--onnx={target}", f"--saveEngine={engine}"]
    assert shlex.split(half) == [*shlex.split(plain), "--fp16"]
    assert [side.dim_value for side in onnx.load(target).graph.input[0].type.tensor_type.shape.dim] == [1, 3, 64, 128]
    assert Model.load(target, "cpu").card == Model.load(model, "cpu").card


def test_a_range_of_sizes(model: Path, tmp_path: Path) -> None:
    sizes = ("--min", "64x32", "--opt", "128x64", "--max", "256x128")
    result = export(model, tmp_path / "out.onnx", "--tensorrt", *sizes, "--precision", "fp16")
    assert result.exit_code == 0, result.output
    assert "64×32 to 256×128, 128×64 best" in result.stderr
    (command,) = [line for line in result.stdout.splitlines() if not line.startswith("#")]
    shapes = ["--minShapes=picture:1x3x32x64", "--optShapes=picture:1x3x64x128", "--maxShapes=picture:1x3x128x256"]
    assert shlex.split(command)[3:] == [*shapes, "--stronglyTyped"]


def test_a_built_in_model_goes_by_its_name(tmp_path: Path) -> None:
    result = export("--tensorrt", "skymatte-3", tmp_path / "out.onnx", "--size", "64x32")
    assert result.exit_code == 0, result.output
    assert "differs from skymatte-3.onnx by" in result.stderr


@pytest.mark.parametrize(
    ("options", "reason"),
    [
        ((), "say which sizes: --size WxH, or all of --min, --opt and --max"),
        (("--size", "64x64", "--max", "128x128"), "say which sizes"),
        (("--min", "64x64", "--max", "128x128"), "say which sizes"),
        (("--size", "640"), "'640' is no size; write for example 640x480"),
        (("--size", "0x480"), "'0x480' is no size"),
        (("--min", "64x64", "--opt", "32x64", "--max", "128x128"), "each width must be at least the last one"),
        (("--size", "64x64", "--precision", "int8"), "int8 files are made for processors"),
        (("--size", "64x64", "--data", "x"), "goes with a run only"),
        (("--size", "64x64", "-o", "x"), "goes with a run only"),
        (("--size", "64x64", "--checkpoint", "x"), "goes with a run only"),
        (("--size", "64x64", "threshold=0.5"), "goes with a run only"),
    ],
)
def test_what_does_not_fit_together_is_refused(
    model: Path, tmp_path: Path, options: tuple[str, ...], reason: str
) -> None:
    result = export("--tensorrt", model, tmp_path / "out.onnx", *options)
    assert result.exit_code == 2
    assert reason in said(result)
    assert not (tmp_path / "out.onnx").exists()


@pytest.mark.parametrize(
    ("option", "value"), [("--size", "64x64"), ("--min", "8x8"), ("--opt", "8x8"), ("--max", "8x8")]
)
def test_sizes_are_for_tensorrt(tmp_path: Path, option: str, value: str) -> None:
    result = export("skymatte-3", tmp_path / "out.onnx", "--data", tmp_path, "-o", tmp_path, option, value)
    assert result.exit_code == 2
    assert "goes with --tensorrt only" in said(result)


@pytest.mark.parametrize(("given", "missing"), [("-o", "--data"), ("--data", "-o")])
def test_a_run_needs_its_data_and_its_folder(tmp_path: Path, given: str, missing: str) -> None:
    result = export("skymatte-3", tmp_path / "out.onnx", given, tmp_path)
    assert result.exit_code == 2
    assert f"Invalid value for {missing}: missing:" in said(result)


def test_files_that_cannot_be_are_refused(model: Path, tmp_path: Path) -> None:
    before = model.read_bytes()
    for source, target, reason in (
        (model, model, "is the model itself"),
        (model, tmp_path / "out.engine", "TensorRT takes .onnx files"),
        (tmp_path / "none.onnx", tmp_path / "out.onnx", "no such file, and no built-in model has that name"),
    ):
        result = export("--tensorrt", source, target, "--size", "64x64")
        assert result.exit_code == 2
        assert reason in said(result)
    assert model.read_bytes() == before
    result = export("--tensorrt", model, tmp_path / "nowhere" / "out.onnx", "--size", "64x64")
    assert result.exit_code == 1
    assert "the folder does not exist" in said(result)


def test_a_missing_onnx_names_the_extra(model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("skymatte.cli.export_tensorrt.find_spec", lambda _: None)
    result = export("--tensorrt", model, tmp_path / "out.onnx", "--size", "64x64")
    assert result.exit_code == 2
    assert 'pip install "skymatte[train]"' in said(result)
