"""A model file as TensorRT takes it: one picture at a time, of one size or of a range, of operators that it has."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Self

import numpy as np
import onnx
import onnxruntime

from skymatte.errors import ModelError
from skymatte.runtime.fit import fitted
from skymatte.training.onnx_file import read_model, write_model
from skymatte.training.precision import Precision
from skymatte.training.quantise import to_half
from skymatte.training.tensorrt_operators import obstacles

Size = tuple[int, int]
"""(height, width) in pixels."""

_TOLERANCE = {Precision.FP32: 1e-3, Precision.FP16: 0.1}
"""The most that a probability may change: by rearranged sums, and by half precision in the steep part of an edge."""

_TYPICAL = {Precision.FP32: 1e-5, Precision.FP16: 1e-2}
"""The most that probabilities may change on average."""


_REDUCED = (onnx.TensorProto.FLOAT16, onnx.TensorProto.INT8)


@dataclass(frozen=True, slots=True)
class Profile:
    """Sizes of the pictures that an engine is built for; all the same for an engine of one size.

    Attributes:
        least: the smallest.
        best: what it is tuned for.
        most: the largest.
    """

    least: Size
    best: Size
    most: Size

    @property
    def static(self) -> bool:
        """Whether there is one size only."""
        return self.least == self.best == self.most

    def rounded(self, multiple: int) -> Self:
        """With all sides brought to the nearest multiples of the network's, as frames of a video are."""
        near = [(fitted(height, multiple), fitted(width, multiple)) for height, width in self._sizes()]
        return replace(self, least=near[0], best=near[1], most=near[2])

    def _sizes(self) -> tuple[Size, Size, Size]:
        return self.least, self.best, self.most

    def check(self) -> None:
        """Check that the sizes are in order.

        Raises:
            ModelError: they are not.
        """
        for axis, side in enumerate(("height", "width")):
            least, best, most = (size[axis] for size in self._sizes())
            if not 0 < least <= best <= most:
                raise ModelError(
                    f"sizes of an engine: each {side} must be at least the last one: {least}, {best}, {most}"
                )


@dataclass(frozen=True, slots=True)
class Written:
    """What was written.

    Attributes:
        profile: its sizes, multiples of the network's.
        difference: the largest in probability from the model that it was made from.
        commands: that build its engine, with what each is for.
    """

    profile: Profile
    difference: float
    commands: tuple[tuple[str, str], ...]


def export_tensorrt(source: Path, target: Path, profile: Profile, precision: Precision = Precision.FP32) -> Written:
    """Write a model file in the form that ``trtexec`` and TensorRT's parser take.

    The batch is one picture; sides are fixed if the profile has one size, and everything that follows from them is
    worked out beforehand.  The card goes along.

    Args:
        source: a model file with its card.
        target: the .onnx file.
        profile: sizes of pictures; the nearest multiples of the card's are taken.
        precision: ``fp32`` or ``fp16``; input and output are float32 in both.

    Raises:
        ModelError: it is no such model, TensorRT lacks one of its operators, or what was written would not answer as
            it does; nothing is written.
        OutputError: it cannot be written.
    """
    profile.check()
    model, card = read_model(source)
    if any(tensor.data_type in _REDUCED for tensor in model.graph.initializer):
        raise ModelError(f"{source}: is in a smaller number format; give the float32 model that it was made from")
    profile = profile.rounded(card.multiple)
    small = _folded(_sized(model, profile))
    if precision is Precision.FP16:
        small = to_half(small)
        card = replace(card, trained=f"{card.trained}; weights and arithmetic in half precision".removeprefix("; "))
    in_the_way = obstacles(small)
    if in_the_way:
        raise ModelError(f"{source}: TensorRT cannot take it: {'; '.join(in_the_way)}")
    difference = _compared(source, model, small, profile, precision)
    write_model(small, card, target)
    return Written(profile, difference, tuple(_commands(target, small, profile, precision)))


def _sized(model: onnx.ModelProto, profile: Profile) -> onnx.ModelProto:
    """One picture at a time; sides fixed where there is one size."""
    sized = onnx.ModelProto()
    sized.CopyFrom(model)
    del sized.graph.value_info[:]  # said for any size
    names = {0: 1, 2: "height", 3: "width"}
    if profile.static:
        names |= {2: profile.best[0], 3: profile.best[1]}
    for value in (*sized.graph.input, *sized.graph.output):
        for axis, side in names.items():
            dimension = value.type.tensor_type.shape.dim[axis]
            if isinstance(side, int):
                dimension.dim_value = side
            else:
                dimension.dim_param = side
    return sized


def _folded(model: onnx.ModelProto) -> onnx.ModelProto:
    """What does not depend on the picture worked out: sizes of fixed ones, batch normalisation into convolutions."""
    with tempfile.TemporaryDirectory() as folder:
        options = onnxruntime.SessionOptions()
        options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_ENABLE_BASIC
        options.optimized_model_filepath = str(Path(folder) / "folded.onnx")
        options.log_severity_level = 4
        _session(model, options)
        folded = onnx.load(options.optimized_model_filepath)
    used = {node.domain for node in folded.graph.node}
    for place in reversed(range(len(folded.opset_import))):
        if folded.opset_import[place].domain not in used:  # the optimiser names all that it knows
            del folded.opset_import[place]
    return folded


def _session(model: onnx.ModelProto, options: Any = None) -> Any:
    return onnxruntime.InferenceSession(model.SerializeToString(), options, providers=["CPUExecutionProvider"])


def _compared(
    source: Path, model: onnx.ModelProto, small: onnx.ModelProto, profile: Profile, precision: Precision
) -> float:
    before, after = _session(model), _session(small)
    (picture,) = before.get_inputs()
    worst = mean = 0.0
    for height, width in dict.fromkeys((profile.least, profile.best, profile.most)):
        batch = _picture(int(picture.shape[1]), height, width)
        ours, theirs = (each.run(None, {picture.name: batch})[0] for each in (before, after))
        difference = np.abs(ours - theirs)
        worst, mean = max(worst, float(difference.max())), max(mean, float(difference.mean()))
    if worst > _TOLERANCE[precision] or mean > _TYPICAL[precision] or np.isnan(worst):
        raise ModelError(
            f"{source}: for TensorRT in {precision} it would differ by {worst:.2g} in probability, {mean:.2g} on "
            "average; not written"
        )
    return worst


def _picture(channels: int, height: int, width: int) -> np.ndarray[Any, np.dtype[np.float32]]:
    """As encoded pictures are: smooth, bright above and dark below, with some noise."""
    light = np.linspace(0.6, 0, height, dtype=np.float32)[:, None]
    noise = np.random.default_rng(0).random((1, channels, height, width), np.float32)
    return np.asarray(light + noise / 10, np.float32)


def _commands(target: Path, model: onnx.ModelProto, profile: Profile, precision: Precision) -> list[tuple[str, str]]:
    picture = model.graph.input[0]
    channels = picture.type.tensor_type.shape.dim[1].dim_value
    command = f"trtexec --onnx={target} --saveEngine={target.with_suffix('.engine')}"
    if not profile.static:
        for name, (height, width) in (("min", profile.least), ("opt", profile.best), ("max", profile.most)):
            command += f" --{name}Shapes={picture.name}:1x{channels}x{height}x{width}"
    if precision is Precision.FP16:
        return [("TensorRT 10 and later", f"{command} --stronglyTyped")]
    return [("TensorRT 10 and later", command), ("half precision, TensorRT 10 only", f"{command} --fp16")]
