"""The card of a model about streets, carried inside its file as those of other models are."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field


@dataclass(frozen=True, slots=True, kw_only=True)
class StreetCard:
    """What a model about streets is; no command of skymatte takes one, other programs may.

    Attributes:
        task: ``street``, ``guided`` or ``joint``, as its recipe says.
        name: short name.
        version: of skymatte.
        summary: one line for people.
        scale: how many times larger a picture becomes; 1 = stays as it is.
        classes: names, in the order of the channels.
        training_data: what it learnt from.
        licence: of the pictures that it learnt from, which may not be stated.
        trained: how long, by which recipe.
        metrics: measured figures by name.
    """

    task: str
    name: str
    version: str
    summary: str
    scale: int
    classes: Sequence[str]
    training_data: str
    licence: str
    trained: str
    metrics: dict[str, float] = field(default_factory=dict)

    def to_json(self) -> str:
        """What is stored in the file."""
        return json.dumps(asdict(self), ensure_ascii=False, sort_keys=True)
