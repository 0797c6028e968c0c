"""Networks of segmentation-models-pytorch, any architecture over any encoder, behind skymatte's interface."""

from __future__ import annotations

from collections.abc import Callable
from difflib import get_close_matches
from importlib.util import find_spec
from typing import Any

from torch import Tensor, nn

from skymatte.errors import MissingExtra, RecipeError
from skymatte.networks.base import SegmentationNetwork, Statistic
from skymatte.networks.pooling import make_exportable
from skymatte.networks.torchvision_schemas import declare_missing_operators

_ENCODERS = {"dpt": "tu-vit_base_patch16_224"}
"""Encoders of those who want a special one; the others start from ResNet-34."""

_MULTIPLES = {"pan": 128}
"""Where 32 is not enough: PAN halves features of stride 16 three times more."""


def _library() -> Any:
    """The package segmentation-models-pytorch, which takes seconds to import.

    Raises:
        MissingExtra: it is not installed.
    """
    missing = [name for name in ("segmentation_models_pytorch", "timm") if find_spec(name) is None]
    if missing:
        raise MissingExtra(f"this network needs {', '.join(missing)}: install skymatte with its extra, skymatte[train]")
    declare_missing_operators()
    import segmentation_models_pytorch

    return segmentation_models_pytorch


def usual_encoder(architecture: str) -> str:
    """The encoder of an architecture that nobody chose one for."""
    return _ENCODERS.get(architecture, "resnet34")


def published_architectures() -> tuple[str, ...]:
    """Lower-case names of the architectures, ``unet`` first.

    Raises:
        MissingExtra: segmentation-models-pytorch is not installed.
    """
    return tuple(_library().MODEL_ARCHITECTURES_MAPPING)


class PublishedNetwork(SegmentationNetwork):
    """An architecture of segmentation-models-pytorch with one class, sky."""

    def __init__(
        self, architecture: str, encoder: str, *, imagenet: bool, mean: Statistic = 0.0, deviation: Statistic = 1.0
    ) -> None:
        """Make the network.

        Args:
            architecture: one of ``published_architectures``.
            encoder: a name of segmentation-models-pytorch (``resnet34``), or ``tu-`` and a name of timm.
            imagenet: fetch the encoder's ImageNet weights.
            mean: of the encoded input.
            deviation: of the encoded input.

        Raises:
            RecipeError: there is no such encoder, it does not go with the architecture, or its weights cannot be
                fetched.
            MissingExtra: segmentation-models-pytorch is not installed.
        """
        super().__init__(mean, deviation)
        self.multiple = _MULTIPLES.get(architecture, 32)
        self._architecture, self._encoder = architecture, encoder
        self.model = _create(architecture, encoder, imagenet=imagenet)
        make_exportable(self.model)

    @property
    def description(self) -> dict[str, str | int]:
        return {"architecture": self._architecture, "encoder": self._encoder}

    def encoder_parameters(self) -> list[nn.Parameter]:
        return list(self.model.encoder.parameters())

    def forward(self, x: Tensor) -> Tensor:
        logits: Tensor = self.model(self.standardise(x))
        return logits


def published_encoder(encoder: str, *, imagenet: bool, stride: int) -> Any:
    """An encoder of segmentation-models-pytorch alone, its last levels dilated so that it ends at ``stride``.

    Raises:
        RecipeError: there is no such encoder, it cannot be dilated, or its weights cannot be fetched.
        MissingExtra: segmentation-models-pytorch is not installed.
    """
    library = _library()
    _check_encoder(library.encoders.get_encoder_names(), encoder)
    weights = (True if encoder.startswith("tu-") else "imagenet") if imagenet else None
    return _made(
        f"no PSPNet over the encoder {encoder!r} at stride {stride}",
        encoder,
        lambda: library.encoders.get_encoder(encoder, weights=weights, output_stride=stride),
    )


def _create(architecture: str, encoder: str, *, imagenet: bool) -> Any:
    library = _library()
    _check_encoder(library.encoders.get_encoder_names(), encoder)
    # timm's encoders are told yes or no: which weights is part of their name.
    weights = (True if encoder.startswith("tu-") else "imagenet") if imagenet else None
    # Its vision transformer takes pictures of one size unless it is asked.
    special = {"dynamic_img_size": True} if architecture == "dpt" else {}
    return _made(
        f"no {architecture} over the encoder {encoder!r}{' with ImageNet weights' if imagenet else ''}",
        encoder,
        lambda: library.create_model(architecture, encoder, weights, in_channels=3, classes=1, **special),
    )


def _made(failed: str, encoder: str, make: Callable[[], Any]) -> Any:
    try:
        return make()
    except OSError as error:
        raise RecipeError(
            f"network.weights: the ImageNet weights of {encoder} cannot be fetched ({_first_line(error)}); connect "
            "this machine to the network for the first run, or start without them: network.weights=none"
        ) from None
    except (KeyError, ValueError, RuntimeError, NotImplementedError, AssertionError) as error:
        raise RecipeError(f"network.encoder: {failed}: {_first_line(error)}") from None


def _check_encoder(known: list[str], encoder: str) -> None:
    """timm looks up its own names."""
    if encoder.startswith("tu-") or encoder in known:
        return
    near = get_close_matches(encoder, known, n=1)
    hint = f"did you mean {near[0]}? " if near else ""
    raise RecipeError(
        f"network.encoder: no {encoder!r}; {hint}choose one of segmentation-models-pytorch's, such as resnet34, or tu- "
        "and a name of timm"
    )


def _first_line(error: BaseException) -> str:
    text = str(error.args[0]) if error.args else type(error).__name__
    return text.partition("\n")[0].partition(". ")[0]
