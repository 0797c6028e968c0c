"""The card of a super-resolution model survives its file, and no model is taken for one of the other kind."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from skymatte.errors import ModelError
from skymatte.runtime.card import ModelCard
from skymatte.runtime.superres_card import SCALES, SuperresCard
from tests.models import CARD

SUPERRES = SuperresCard(name="tiny", version="1", summary="for tests", scale=2, training_data="none", licence="CC0-1.0")


@given(
    name=st.text(max_size=8),
    scale=st.sampled_from(SCALES),
    metrics=st.dictionaries(st.text(max_size=5), st.floats(-1, 1), max_size=3),
)
def test_json_brings_the_same_card_back(name: str, scale: int, metrics: dict[str, float]) -> None:
    card = SuperresCard(name=name, version="1", summary="", scale=scale, training_data="", licence="", metrics=metrics)
    assert SuperresCard.from_json(card.to_json()) == card


def test_fields_of_newer_cards_are_passed_over() -> None:
    assert SuperresCard.from_json(json.dumps({**SUPERRES.as_dict(), "from_the_future": 1})) == SUPERRES


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"scale": 5}, "'scale' must be one of 2, 3, 4, not 5"),
        ({"scale": True}, "'scale' must be one of"),
        ({"scale": "2"}, "'scale' must be one of"),
        ({"name": 3}, "'name' must be text"),
        ({"metrics": {"psnr": "good"}}, "'metrics' must map names to numbers"),
        ({"task": "depth"}, "is a model for 'depth', not for super-resolution"),
    ],
)
def test_wrong_values_are_refused(change: dict[str, object], message: str) -> None:
    with pytest.raises(ModelError, match=message):
        SuperresCard.from_json(json.dumps({**SUPERRES.as_dict(), **change}))


@pytest.mark.parametrize(
    ("text", "message"),
    [("{", "no JSON"), ("[1]", "JSON object"), ('{"task": "superres", "name": "x"}', "lacks 'version'")],
)
def test_what_is_no_card_is_refused(text: str, message: str) -> None:
    with pytest.raises(ModelError, match=message):
        SuperresCard.from_json(text)


def test_no_model_is_taken_for_one_of_the_other_kind() -> None:
    with pytest.raises(ModelError, match="for super-resolution, not for finding the sky; `skymatte upscale` takes it"):
        ModelCard.from_json(SUPERRES.to_json())
    with pytest.raises(ModelError, match="for finding the sky, not for super-resolution; `skymatte segment` takes it"):
        SuperresCard.from_json(CARD.to_json())
    with pytest.raises(ModelError, match=r"is a model for 'depth', not for finding the sky$"):
        ModelCard.from_json(json.dumps({**CARD.as_dict(), "task": "depth"}))
