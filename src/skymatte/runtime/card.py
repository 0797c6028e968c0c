"""The model card: what a caller must know about a model, carried inside the model's own file."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from typing import Any, TypeVar

from skymatte.errors import ModelError
from skymatte.picture.encoding import ENCODINGS

Card = TypeVar("Card")

METADATA_KEY = "skymatte.card"
"""Key of the card, as JSON, among the custom metadata of the ONNX file."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelCard:
    """What a model is and how it wants to be fed.

    Attributes:
        name: short name, as ``--model`` takes it.
        version: version of the weights.
        summary: one line for people.
        encoding: name of the map from exposed linear light to network input, one of ``ENCODINGS``.
        multiple: both sides of a network input are multiples of this many pixels.
        coarse_width: width in pixels at which a whole panorama is shown to the network.
        coarse_side: longer side in pixels at which any other picture is shown to it.
        threshold: probability in (0, 1) from which a pixel counts as sky.
        prior: the network takes a coarser answer as a fourth channel, and is shown pictures coarse to fine.
        training_data: what it learnt from.
        licence: SPDX identifier of the weights' licence.
        trained: how long, on what, by which recipe.
        metrics: measured figures by name.
    """

    name: str
    version: str
    summary: str
    encoding: str
    coarse_width: int
    coarse_side: int
    training_data: str
    licence: str
    multiple: int = 32
    threshold: float = 0.5
    prior: bool = False
    trained: str = ""
    metrics: dict[str, float] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for name in ("name", "version", "summary", "encoding", "training_data", "licence", "trained"):
            if not isinstance(getattr(self, name), str):
                raise ModelError(f"model card: {name!r} must be text, not {getattr(self, name)!r}")
        for name in ("multiple", "coarse_width", "coarse_side"):
            value = getattr(self, name)
            if not isinstance(value, int) or isinstance(value, bool) or value < 1:
                raise ModelError(f"model card: {name!r} must be a positive whole number of pixels, not {value!r}")
        if self.encoding not in ENCODINGS:
            raise ModelError(
                f"model card: unknown encoding {self.encoding!r}; this version knows {', '.join(ENCODINGS)}"
            )
        if not is_number(self.threshold) or not 0 < self.threshold < 1:
            raise ModelError(f"model card: 'threshold' must lie between 0 and 1, not {self.threshold!r}")
        if not isinstance(self.prior, bool):
            raise ModelError(f"model card: 'prior' must be true or false, not {self.prior!r}")
        if not isinstance(self.metrics, dict) or not all(is_number(value) for value in self.metrics.values()):
            raise ModelError("model card: 'metrics' must map names to numbers")

    def as_dict(self) -> dict[str, Any]:
        """The card as plain values, ready for JSON."""
        return asdict(self)

    def to_json(self) -> str:
        """What is stored under ``METADATA_KEY``."""
        return json.dumps(self.as_dict(), ensure_ascii=False, sort_keys=True)

    @classmethod
    def from_json(cls, text: str) -> ModelCard:
        """Read a card; fields that this version does not know are passed over, so that newer cards still work.

        Raises:
            ModelError: it is no JSON object, a field is missing or a value is out of range.
        """
        values = values_of(text)
        if values.get("task", "sky") != "sky":
            raise ModelError(f"is a model for {_task(values)}, not for finding the sky{_taken_by(values)}")
        return made(cls, values)


_TASKS = {"superres": "super-resolution", "joint-sky": "super-resolution and the sky in one go"}
_VERBS = {"superres": "skymatte upscale"}


def _task(values: dict[str, Any]) -> str:
    return _TASKS.get(str(values["task"]), repr(values["task"]))


def _taken_by(values: dict[str, Any]) -> str:
    verb = _VERBS.get(str(values["task"]))
    return f"; `{verb}` takes it" if verb else ""


def card_text(metadata: Mapping[str, str]) -> str:
    """The card among a model's metadata, as JSON.  Raises ModelError where there is none."""
    text = metadata.get(METADATA_KEY)
    if text is None:
        raise ModelError(
            f"an ONNX model without a skymatte card (metadata {METADATA_KEY!r}): not made for this program"
        )
    return text


def values_of(text: str) -> dict[str, Any]:
    """What a card of any task says, unchecked.

    Raises:
        ModelError: it is no JSON object.
    """
    try:
        values = json.loads(text)
    except json.JSONDecodeError as error:
        raise ModelError(f"model card is no JSON: {error}") from None
    if not isinstance(values, dict):
        raise ModelError("model card must be a JSON object")
    return values


def made(kind: type[Card], values: dict[str, Any]) -> Card:
    """A card of the dataclass ``kind``, without the values that it does not know.

    Raises:
        ModelError: a field is missing, or a value is out of range.
    """
    known = {each.name for each in fields(kind)}  # type: ignore[arg-type]
    try:
        return kind(**{name: value for name, value in values.items() if name in known})
    except TypeError as error:
        missing = str(error).partition("missing")[2].partition(":")[2].strip()
        raise ModelError(f"model card lacks {missing}") from None


def is_number(value: object) -> bool:
    """Whether a value of a card is a number; truth values are none."""
    return isinstance(value, int | float) and not isinstance(value, bool)
