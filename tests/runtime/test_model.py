"""Models are found, opened and asked; broken ones are refused with a reason."""

from __future__ import annotations

import hashlib
import os
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import onnx
import OpenEXR
import OpenImageIO
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from onnx import TensorProto, helper, numpy_helper

from skymatte.errors import ModelError, RuntimeUnavailable
from skymatte.runtime import model as model_module
from skymatte.runtime import providers
from skymatte.runtime.card import METADATA_KEY
from skymatte.runtime.engine import Batch
from skymatte.runtime.model import Model, built_in_models
from skymatte.runtime.onnx_runtime import OnnxRuntime
from skymatte.runtime.providers import limit_threads, thread_count
from tests.models import CARD, expected, write_model


@pytest.fixture(scope="module")
def bright(tmp_path_factory: pytest.TempPathFactory) -> Model:
    return Model.load(write_model(tmp_path_factory.mktemp("models") / "bright.onnx"))


def test_a_model_knows_its_card_and_its_file(tmp_path: Path) -> None:
    path = write_model(tmp_path / "m.onnx", threshold=0.25)
    model = Model.load(path)
    assert model.card.name == CARD.name
    assert model.card.threshold == 0.25
    assert model.sha256 == hashlib.sha256(path.read_bytes()).hexdigest()
    assert model.runtime_asked == "auto"
    assert model.runtime_used in ("cpu", "cuda", "openvino")


@settings(max_examples=25, deadline=None)
@given(st.integers(1, 70), st.integers(1, 70), st.integers(0, 99))
def test_any_size_gets_an_answer_of_its_size(bright: Model, height: int, width: int, seed: int) -> None:
    encoded = np.random.default_rng(seed).random((height, width, 3), np.float32)
    answer = bright.predict(encoded)
    assert answer.dtype == np.float32
    np.testing.assert_allclose(answer, expected(encoded), atol=1e-5)


def test_batches_are_answered_one_by_one(bright: Model) -> None:
    batch = np.random.default_rng(0).random((3, 20, 40, 3), np.float32)
    answers = bright.predict(batch)
    assert answers.shape == (3, 20, 40)
    for picture, answer in zip(batch, answers, strict=True):
        np.testing.assert_allclose(bright.predict(picture), answer, atol=1e-6)


def test_padding_reflects_so_that_the_border_sees_its_like(tmp_path: Path) -> None:
    """A constant picture must stay constant at the padded sides; zeros there would darken them."""
    model = Model.load(write_model(tmp_path / "m.onnx", blur=5))
    answer = model.predict(np.full((40, 40, 3), 0.4, np.float32))
    assert answer[20, -1] == pytest.approx(answer[20, 20], abs=1e-6)
    assert answer[-1, 20] == pytest.approx(answer[20, 20], abs=1e-6)


@pytest.mark.parametrize(("known", "total"), [(1, 32), (2, 32), (5, 32), (30, 32), (32, 32)])
def test_a_mirror_is_numpy_s(known: int, total: int) -> None:
    line = np.arange(known)
    mirrored = np.concatenate((line, line[model_module._reflected(known, total)]))
    np.testing.assert_array_equal(mirrored, np.pad(line, (0, total - known), mode="reflect"))


def test_a_built_in_model_is_found_by_its_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_model(tmp_path / "skymatte-3.onnx")
    monkeypatch.setattr(model_module, "BUILT_IN", tmp_path)
    assert built_in_models() == ("skymatte-3",)
    assert Model.load("skymatte-3").path == tmp_path / "skymatte-3.onnx"
    assert Model.load().path == tmp_path / "skymatte-3.onnx"


def test_a_missing_model_names_what_there_is() -> None:
    with pytest.raises(ModelError, match=r"'nothing.onnx': no such file.*built in:"):
        Model.load("nothing.onnx")


@pytest.mark.parametrize("content", [b"", b"not a model at all", b"\x08\x08\x12" + bytes(range(200))])
def test_a_corrupt_file_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "m.onnx"
    path.write_bytes(content)
    with pytest.raises(ModelError, match=r"m\.onnx: no ONNX model"):
        Model.load(path)


def test_a_truncated_file_is_refused(tmp_path: Path) -> None:
    path = write_model(tmp_path / "m.onnx")
    path.write_bytes(path.read_bytes()[:200])
    with pytest.raises(ModelError, match=r"m\.onnx: "):
        Model.load(path)


def test_a_strangers_model_is_refused(tmp_path: Path) -> None:
    path = write_model(tmp_path / "m.onnx", card=None)
    with pytest.raises(ModelError, match="without a skymatte card"):
        Model.load(path)


def test_an_absent_runtime_is_refused_and_never_replaced(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = write_model(tmp_path / "m.onnx")
    monkeypatch.setattr("onnxruntime.get_available_providers", lambda: ["CPUExecutionProvider"])
    with pytest.raises(RuntimeUnavailable, match="pip install onnxruntime-gpu"):
        Model.load(path, "cuda")
    monkeypatch.setitem(sys.modules, "openvino", None)
    with pytest.raises(RuntimeUnavailable, match="pip install openvino"):
        Model.load(path, "openvino")
    with pytest.raises(RuntimeUnavailable, match="unknown runtime 'abacus'"):
        Model.load(path, "abacus")


def test_auto_falls_back_to_the_cpu_and_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("onnxruntime.get_available_providers", lambda: ["CPUExecutionProvider"])
    monkeypatch.setitem(sys.modules, "openvino", None)
    model = Model.load(write_model(tmp_path / "m.onnx"), "auto")
    assert (model.runtime_asked, model.runtime_used) == ("auto", "cpu")


@pytest.mark.parametrize(("error", "used"), [(1e-6, "openvino"), (1e-2, "cpu"), (np.nan, "cpu"), (None, "cpu")])
def test_auto_takes_openvino_only_where_it_answers_alike(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, error: float | None, used: str
) -> None:
    """A stand-in that is off by so much: 1e-2 is what bfloat16 costs; ``None``: it cannot run the model."""

    class StandIn(OnnxRuntime):
        def __init__(self, content: bytes, threads: int, *, at_once: int) -> None:
            super().__init__(content, "cpu", threads * at_once)
            self.used = "openvino"
            if error is None:
                raise ModelError("no such operator")

        def __call__(self, *batches: Batch) -> Batch:
            answer = super().__call__(*batches)
            assert 0.1 < answer.mean() < 0.9, "saturated answers would hide a difference"
            answer[0, 0, -1, -1] += error or 0
            return answer

    monkeypatch.setattr("onnxruntime.get_available_providers", lambda: ["CPUExecutionProvider"])
    monkeypatch.setattr(providers, "find_spec", lambda _: object())
    monkeypatch.setattr(providers, "OpenVino", StandIn)
    model = Model.load(write_model(tmp_path / "m.onnx"))
    assert (model.runtime_asked, model.runtime_used) == ("auto", used)


def test_auto_takes_openvino_for_the_built_in_model() -> None:
    pytest.importorskip("openvino", exc_type=ImportError)
    assert Model.load().runtime_used in ("openvino", "cuda")


def test_decoders_and_encoders_keep_to_the_threads(monkeypatch: pytest.MonkeyPatch) -> None:
    try:
        for count in (1, 2):
            monkeypatch.setenv("OMP_NUM_THREADS", str(count))
            limit_threads()
            assert cv2.getNumThreads() == count
            assert OpenImageIO.get_int_attribute("threads") == count
            assert OpenEXR.global_thread_count() == count
    finally:
        monkeypatch.undo()
        limit_threads()


def test_openvino_agrees_with_onnx_runtime(tmp_path: Path) -> None:
    pytest.importorskip("openvino", exc_type=ImportError)
    path = write_model(tmp_path / "m.onnx", blur=3)
    encoded = np.random.default_rng(0).random((50, 70, 3), np.float32)
    there = Model.load(path, "openvino")
    assert there.runtime_used == "openvino"
    np.testing.assert_allclose(there.predict(encoded), Model.load(path, "cpu").predict(encoded), atol=1e-5)


def test_threads_follow_the_environment_and_the_affinity(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OMP_NUM_THREADS", "3")
    assert thread_count() == 3
    monkeypatch.setenv("OMP_NUM_THREADS", "many")
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: {0, 5}, raising=False)
    assert thread_count() == 2


@pytest.mark.parametrize("runtime", ["cpu", "openvino"])
def test_several_answers_at_once_are_the_same_answers(tmp_path: Path, runtime: str) -> None:
    if runtime == "openvino":
        pytest.importorskip("openvino", exc_type=ImportError)
    path = write_model(tmp_path / "m.onnx", blur=3)
    batches = np.random.default_rng(0).random((24, 40, 50, 3), np.float32)
    alone = Model.load(path, runtime)
    shared = Model.load(path, runtime, threads=1)
    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(shared.predict, batches))
    for batch, answer in zip(batches, answers, strict=True):
        np.testing.assert_allclose(answer, alone.predict(batch), atol=1e-6)


def test_threads_reach_the_runtimes(monkeypatch: pytest.MonkeyPatch) -> None:
    """One batch after the other with all cores, or as many at once as there are cores for."""
    opened: list[dict[str, object]] = []

    def onnx_runtime(_: bytes, runtime: str, threads: int, *, shared: bool) -> None:
        opened.append({"runtime": runtime, "threads": threads, "shared": shared})

    def openvino(_: bytes, threads: int, *, at_once: int) -> None:
        opened.append({"runtime": "openvino", "threads": threads, "at_once": at_once})

    monkeypatch.setenv("OMP_NUM_THREADS", "4")
    monkeypatch.setattr(providers, "OnnxRuntime", onnx_runtime)
    monkeypatch.setattr(providers, "OpenVino", openvino)
    for threads in (None, 1, 3, 8):
        for runtime in ("cpu", "openvino"):
            providers.open_engine(b"", runtime, threads)
    assert [list(each.values()) for each in opened[::2]] == [
        ["cpu", 4, False], ["cpu", 1, True], ["cpu", 3, True], ["cpu", 8, True],
    ]  # fmt: skip
    assert [list(each.values())[1:] for each in opened[1::2]] == [[4, 1], [1, 4], [3, 1], [8, 1]]


def test_a_model_of_one_size_refuses_others(tmp_path: Path) -> None:
    path = write_model(tmp_path / "m.onnx")
    proto = onnx.load(path)
    for axis, side in ((0, 1), (2, 64), (3, 96)):
        proto.graph.input[0].type.tensor_type.shape.dim[axis].dim_value = side
    onnx.save(proto, path)
    model = Model.load(path)
    assert model.predict(np.zeros((50, 70, 3), np.float32)).shape == (50, 70)
    with pytest.raises(ModelError, match=r"m\.onnx: was made for inputs of 1×3×64×96 and cannot take 1×3×64×128"):
        model.predict(np.zeros((64, 100, 3), np.float32))


def test_a_prior_is_the_fourth_plane(tmp_path: Path) -> None:
    """The answer is the mean of colour and prior, so what arrives where can be told."""
    weight = np.array([0.1, 0.2, 0.3, 0.4], np.float32).reshape(1, 4, 1, 1)
    graph = helper.make_graph(
        [helper.make_node("Conv", ["picture", "weight"], ["sky"])],
        "mean",
        [helper.make_tensor_value_info("picture", TensorProto.FLOAT, ["n", 4, "h", "w"])],
        [helper.make_tensor_value_info("sky", TensorProto.FLOAT, ["n", 1, "h", "w"])],
        [numpy_helper.from_array(weight, "weight")],
    )
    proto = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    helper.set_model_props(proto, {METADATA_KEY: replace(CARD, prior=True).to_json()})
    onnx.save(proto, tmp_path / "m.onnx")
    model = Model.load(tmp_path / "m.onnx", "cpu")
    random = np.random.default_rng(3)
    for sides in ((64, 96), (41, 33)):
        encoded, prior = random.random((2, *sides, 3), np.float32), random.random((2, *sides), np.float32)
        colour = encoded @ weight.ravel()[:3]
        np.testing.assert_allclose(model.predict(encoded, prior), colour + 0.4 * prior, atol=1e-5)
        np.testing.assert_allclose(model.predict(encoded), colour + 0.2, atol=1e-5)
        np.testing.assert_allclose(model.predict(encoded[0], prior[0]), (colour + 0.4 * prior)[0], atol=1e-5)


def test_planes_seen_as_a_picture_are_the_same_picture(tmp_path: Path) -> None:
    """Frames of a video come so: nothing is taken apart that is apart already."""
    model = Model.load(write_model(tmp_path / "bright.onnx", blur=5), "cpu")
    planes = np.random.default_rng(3).random((3, 50, 70), np.float32)
    seen = np.moveaxis(planes, 0, 2)
    np.testing.assert_array_equal(model.predict(seen), model.predict(np.ascontiguousarray(seen)))
