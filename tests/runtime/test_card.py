"""The card survives its file, and a wrong one is refused with the reason."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from skymatte.errors import ModelError
from skymatte.picture.encoding import ENCODINGS
from skymatte.runtime.card import ModelCard
from tests.models import CARD


@given(
    name=st.text(max_size=8),
    encoding=st.sampled_from(ENCODINGS),
    threshold=st.floats(0.01, 0.99),
    metrics=st.dictionaries(st.text(max_size=5), st.floats(-1, 1), max_size=3),
)
def test_json_brings_the_same_card_back(name: str, encoding: str, threshold: float, metrics: dict[str, float]) -> None:
    card = ModelCard(
        name=name,
        version="1",
        summary="",
        encoding=encoding,
        coarse_width=64,
        coarse_side=32,
        training_data="",
        licence="",
        threshold=threshold,
        metrics=metrics,
    )
    assert ModelCard.from_json(card.to_json()) == card


def test_fields_of_newer_cards_are_passed_over() -> None:
    assert ModelCard.from_json(json.dumps({**CARD.as_dict(), "from_the_future": 1})) == CARD


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"encoding": "magic"}, "unknown encoding 'magic'"),
        ({"threshold": 1.5}, "between 0 and 1"),
        ({"threshold": "high"}, "between 0 and 1"),
        ({"multiple": 0}, "'multiple' must be a positive whole number"),
        ({"coarse_side": 12.5}, "'coarse_side' must be a positive whole number"),
        ({"prior": 1}, "'prior' must be true or false"),
        ({"name": 3}, "'name' must be text"),
        ({"metrics": {"iou": "good"}}, "'metrics' must map names to numbers"),
    ],
)
def test_wrong_values_are_refused(change: dict[str, object], message: str) -> None:
    with pytest.raises(ModelError, match=message):
        ModelCard.from_json(json.dumps({**CARD.as_dict(), **change}))


@pytest.mark.parametrize(
    ("text", "message"),
    [("{", "no JSON"), ("[1]", "JSON object"), ('{"name": "x"}', "lacks 'version'")],
)
def test_what_is_no_card_is_refused(text: str, message: str) -> None:
    with pytest.raises(ModelError, match=message):
        ModelCard.from_json(text)
