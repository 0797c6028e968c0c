"""A network as an ONNX graph, as torch writes it."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from typing import Any

import onnx
import torch
from torch import Tensor, nn

from skymatte.errors import ModelError

LARGEST = 16384
"""Longest side, in pixels, that a file promises to take at once."""


def graph_of(
    module: nn.Module,
    examples: tuple[Tensor, ...],
    sizes: tuple[dict[int, Any], ...],
    inputs: Sequence[str],
    outputs: Sequence[str],
    named: str,
) -> onnx.ModelProto:
    """The graph of a module for inputs of any size.

    Args:
        module: in evaluation mode.
        examples: inputs, so large that no level of a network has one row or column only: the exporter would take that
            for granted.
        sizes: which axes of each input may vary, by :class:`torch.export.Dim`.
        inputs: names of the graph's inputs.
        outputs: names of its outputs.
        named: what the network is called, for messages.

    Raises:
        ModelError: torch cannot write it.
    """
    with warnings.catch_warnings():
        # What torch's exporter finds old in torch itself is not for those who train.
        warnings.simplefilter("ignore", FutureWarning)
        # Nor that inputs of one size share the names of their sides.
        warnings.filterwarnings("ignore", "# The axis name", UserWarning)
        try:
            # Traced outside the exporter: some networks compute something else inside it.
            traced = torch.export.export(module, examples, dynamic_shapes=sizes, strict=False)
            program = torch.onnx.export(
                traced,
                examples,
                dynamo=True,
                input_names=inputs,
                output_names=outputs,
                dynamic_shapes=sizes,
                verbose=False,
            )
        except Exception as error:  # noqa: BLE001 - whatever a network's own code raises when it is traced
            raise ModelError(f"{named} cannot be written for pictures of any size: {cause(error)}") from None
    if program is None:
        raise ModelError("torch.onnx.export gave no program")
    model: onnx.ModelProto = program.model_proto
    for node in model.graph.node:
        # The exporter notes where in the source tree each node came from; that is nobody's business but ours.
        del node.metadata_props[:]
        node.doc_string = ""
    return model


def cause(error: BaseException) -> str:
    """The first line of what the exporter stumbled over."""
    while error.__cause__ is not None:
        error = error.__cause__
    return str(error).strip().partition("\n")[0] or type(error).__name__
