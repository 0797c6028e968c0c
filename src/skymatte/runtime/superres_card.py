"""The card of a super-resolution model, carried inside its file as a sky model's is."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from typing import Any, Final, Literal

from skymatte.errors import ModelError
from skymatte.runtime.card import is_number, made, values_of

METHOD_OF: Final = {"superres": "dcscn", "joint-sky": "joint"}
"""Tasks of models, and the method of ``skymatte upscale`` that takes them."""

SCALES: Final = (2, 3, 4)
"""How many times larger a picture can become."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SuperresCard:
    """What a super-resolution model is.

    It takes luma of encoded light, or all its colours if it finds the sky too, and says what bicubic interpolation
    misses.

    Attributes:
        name: short name, as ``--model`` takes it.
        version: version of the weights.
        summary: one line for people.
        scale: how many times larger a picture becomes, one of ``SCALES``.
        training_data: what it learnt from.
        licence: SPDX identifier of the weights' licence.
        trained: how long, on what, by which recipe.
        metrics: measured figures by name.
        task: ``superres``, or ``joint-sky`` of a model that finds the sky at the large size, too.
    """

    name: str
    version: str
    summary: str
    scale: int
    training_data: str
    licence: str
    trained: str = ""
    metrics: dict[str, float] = field(default_factory=dict)
    task: Literal["superres", "joint-sky"] = "superres"

    def __post_init__(self) -> None:
        for name in ("name", "version", "summary", "training_data", "licence", "trained"):
            if not isinstance(getattr(self, name), str):
                raise ModelError(f"model card: {name!r} must be text, not {getattr(self, name)!r}")
        if isinstance(self.scale, bool) or self.scale not in SCALES:
            raise ModelError(f"model card: 'scale' must be one of {', '.join(map(str, SCALES))}, not {self.scale!r}")
        if not isinstance(self.metrics, dict) or not all(is_number(value) for value in self.metrics.values()):
            raise ModelError("model card: 'metrics' must map names to numbers")

    def as_dict(self) -> dict[str, Any]:
        """The card as plain values, ready for JSON."""
        return asdict(self)

    def to_json(self) -> str:
        """What is stored under ``METADATA_KEY``."""
        return json.dumps(self.as_dict(), ensure_ascii=False, sort_keys=True)

    @classmethod
    def from_json(cls, text: str) -> SuperresCard:
        """Read a card; fields that this version does not know are passed over, so that newer cards still work.

        Raises:
            ModelError: it is no JSON object, is the card of another kind of model, a field is missing or a value is out
                of range.
        """
        values = values_of(text)
        if values.get("task") is None:
            raise ModelError("is a model for finding the sky, not for super-resolution; `skymatte segment` takes it")
        if values["task"] not in METHOD_OF:
            raise ModelError(f"is a model for {values['task']!r}, not for super-resolution")
        return made(cls, values)
