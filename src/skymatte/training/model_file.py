"""A model file as if it were the network it was made from, so that it is validated by the same code."""

from __future__ import annotations

import onnx
import onnxruntime
import torch
from torch import Tensor, nn

from skymatte.networks.base import SegmentationNetwork


class FileNetwork(SegmentationNetwork):
    """An ONNX model that answers with logits.

    Attributes:
        size: of the file in bytes.
    """

    def __init__(self, model: onnx.ModelProto, multiple: int, *, prior: bool = False) -> None:
        """Open a model.

        Args:
            model: as ``skymatte.training.export`` makes it, its card not needed.
            multiple: of how many pixels both sides of an input are multiples.
            prior: whether it takes a coarser answer as fourth channel.
        """
        super().__init__(0.0, 1.0)  # the file standardises by itself
        content = model.SerializeToString()
        self.size = len(content)
        self.multiple, self.prior = multiple, prior
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = torch.get_num_threads()
        self._session = onnxruntime.InferenceSession(content, options, providers=["CPUExecutionProvider"])

    @property
    def description(self) -> dict[str, str | int]:
        raise NotImplementedError("a file cannot be built again")

    def encoder_parameters(self) -> list[nn.Parameter]:
        return []

    def forward(self, x: Tensor) -> Tensor:
        (sky,) = self._session.run(["sky"], {"picture": x.contiguous().numpy()})
        return torch.from_numpy(sky).logit(eps=1e-7)
