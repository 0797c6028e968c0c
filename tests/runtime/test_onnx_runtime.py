"""A GPU that was asked for computes, or nothing does: whatever way ONNX Runtime has of leaving it out is noticed.

No GPU is at hand where these tests run: the session is a stand-in around a real one on the CPU that says of itself what
ONNX Runtime says in each of these cases.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime
import pytest

from skymatte.errors import ModelError, RuntimeUnavailable
from skymatte.runtime.model import Model
from skymatte.runtime.onnx_runtime import CPU, misplaced
from tests.models import write_model

CUDA, TENSORRT = "CUDAExecutionProvider", "TensorrtExecutionProvider"


@dataclass
class Node:
    op_type: str


@dataclass
class Part:
    ep_name: str
    nodes: list[Node]

    def get_nodes(self) -> list[Node]:
        return self.nodes


class Machine:
    """What a GPU build of ONNX Runtime does on a machine with, or without, its device."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.provider_for_layers: str | None = None
        self.leaves_out = False
        self.fails: Exception | None = None
        self.fails_later: Exception | None = None
        self.asked: list[Any] = []
        real = onnxruntime.InferenceSession
        machine = self

        class Session:
            def __init__(self, content: bytes, options: Any, *, providers: list[Any], enable_fallback: int) -> None:
                assert enable_fallback == 0
                names = [each if isinstance(each, str) else each[0] for each in providers]
                machine.asked = providers
                if names != [CPU] and machine.fails:
                    raise machine.fails
                self.names = [CPU] if machine.leaves_out else names
                self.inner = real(content, options, providers=[CPU], enable_fallback=0)

            def __getattr__(self, name: str) -> Any:
                return getattr(self.inner, name)

            def get_providers(self) -> list[str]:
                return self.names

            def get_provider_graph_assignment_info(self) -> list[Part]:
                layers = machine.provider_for_layers or self.names[0]
                return [Part(layers, [Node("Conv"), Node("Sigmoid")]), Part(CPU, [Node("Shape")])]

            def run(self, *arguments: Any) -> Any:
                if machine.fails_later:
                    raise machine.fails_later
                return self.inner.run(*arguments)

        monkeypatch.setattr(onnxruntime, "InferenceSession", Session)
        monkeypatch.setattr(onnxruntime, "get_available_providers", lambda: [TENSORRT, CUDA, CPU])


@pytest.fixture
def machine(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Machine:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    return Machine(monkeypatch)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return write_model(tmp_path / "m.onnx")


@pytest.mark.parametrize("runtime", ["cuda", "tensorrt", "tensorrt-fp16"])
def test_what_runs_is_named(machine: Machine, path: Path, runtime: str) -> None:
    model = Model.load(path, runtime)
    assert machine.asked != [CPU]
    assert (model.runtime_asked, model.runtime_used) == (runtime, runtime)
    assert model.predict(np.zeros((32, 32, 3), np.float32)).shape == (32, 32)


@pytest.mark.parametrize("runtime", ["cuda", "tensorrt", "tensorrt-fp16"])
def test_a_session_without_the_provider_is_refused(machine: Machine, path: Path, runtime: str) -> None:
    machine.leaves_out = True
    with pytest.raises(RuntimeUnavailable, match=rf"'{runtime}' was asked for and cannot be used: its libraries"):
        Model.load(path, runtime)


@pytest.mark.parametrize(("runtime", "elsewhere"), [("cuda", CPU), ("tensorrt", CUDA), ("tensorrt", CPU)])
def test_a_provider_that_gets_none_of_the_work_is_refused(
    machine: Machine, path: Path, runtime: str, elsewhere: str
) -> None:
    machine.provider_for_layers = elsewhere
    with pytest.raises(RuntimeUnavailable, match="1 of 1 layers would run elsewhere; it needs an NVIDIA GPU"):
        Model.load(path, runtime)


def test_a_provider_that_does_not_start_is_refused(machine: Machine, path: Path) -> None:
    machine.fails = RuntimeError("libnvinfer.so.10: cannot open\nand a page of advice")
    with pytest.raises(RuntimeUnavailable, match=r"cannot be used: libnvinfer\.so\.10: cannot open;"):
        Model.load(path, "tensorrt")


def test_a_bad_file_is_not_the_gpu_s_fault(machine: Machine, tmp_path: Path) -> None:
    machine.fails = RuntimeError("protobuf parsing failed")
    (tmp_path / "m.onnx").write_bytes(b"not a model at all")
    with pytest.raises(ModelError, match=r"m\.onnx: no ONNX model that can run"):
        Model.load(tmp_path / "m.onnx", "cuda")


def test_auto_takes_cuda_and_does_without_where_it_cannot_be_used(
    machine: Machine, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert Model.load(path, "auto").runtime_used == "cuda"
    monkeypatch.setattr("skymatte.runtime.providers.find_spec", lambda _: None)
    machine.leaves_out = True
    assert Model.load(path, "auto").runtime_used == "cpu"


def test_a_device_that_gives_up_is_an_error(machine: Machine, path: Path) -> None:
    model = Model.load(path, "cuda")
    machine.fails_later = RuntimeError("CUDA failure 2: out of memory")
    with pytest.raises(RuntimeUnavailable, match="'cuda' failed: CUDA failure 2: out of memory"):
        model.predict(np.zeros((32, 32, 3), np.float32))


def test_tensorrt_leaves_sizes_to_cuda_and_keeps_its_engines(machine: Machine, path: Path, tmp_path: Path) -> None:
    Model.load(path, "tensorrt")
    (name, options), cuda, cpu = machine.asked
    assert (name, cuda, cpu) == (TENSORRT, CUDA, CPU)
    assert Path(options["trt_engine_cache_path"]).is_relative_to(tmp_path / "cache" / "skymatte" / "tensorrt")
    assert options["trt_fp16_enable"] is False
    Model.load(path, "tensorrt-fp16")
    assert machine.asked[0][1]["trt_fp16_enable"] is True


def test_layers_count_and_sizes_do_not() -> None:
    assert misplaced([(TENSORRT, ["Conv", "Relu"]), (CPU, ["Shape", "Concat"])], TENSORRT) is None
    split = [(TENSORRT, ["Conv", "MatMul"]), (CUDA, ["Conv"]), (CPU, ["Gemm"])]
    assert misplaced(split, TENSORRT) == "2 of 4 layers would run elsewhere"


def test_onnx_runtime_says_where_operators_run(path: Path) -> None:
    """The stand-in above speaks as the real one does."""
    options = onnxruntime.SessionOptions()
    options.add_session_config_entry("session.record_ep_graph_assignment_info", "1")
    session = onnxruntime.InferenceSession(path, options, providers=[CPU])
    parts = session.get_provider_graph_assignment_info()
    assert {part.ep_name for part in parts} == {CPU}
    assert sorted(node.op_type for part in parts for node in part.get_nodes()) == ["Conv", "Sigmoid"]
