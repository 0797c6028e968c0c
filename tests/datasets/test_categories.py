"""What categories mean."""

from __future__ import annotations

import pytest

from skymatte.datasets.categories import Categories, parse_categories
from skymatte.datasets.drawings import Role


@pytest.mark.parametrize(
    ("name", "number", "role"),
    [
        ("sky", 7, Role.SKY),
        ("Sky", None, Role.SKY),
        ("Hole", 0, Role.HOLE),
        ("non sky", None, Role.HOLE),
        ("NON_SKY", None, Role.HOLE),
        ("ignore", 3, Role.IGNORE),
        ("", 1, Role.SKY),
        ("", 2, Role.HOLE),
        ("2", 2, Role.HOLE),
        ("", 3, None),
        ("tree", 1, None),
        ("skyscraper", None, None),
        ("", None, None),
    ],
)
def test_what_is_known(name: str, number: int | None, role: Role | None) -> None:
    assert Categories().role(name, number) is role


def test_names_count_before_numbers() -> None:
    # Label Studio numbers from 0 in alphabetical order: there 1 is the sky, and so it is in ours, by luck.
    assert Categories().role("hole", 1) is Role.HOLE
    assert Categories().role("sky", 2) is Role.SKY


def test_what_is_given_counts_first() -> None:
    categories = Categories(parse_categories("3=sky, Tree Crown=ignore ,sky=hole,*=hole"))
    assert categories.role("cloud", 3) is Role.SKY
    assert categories.role("tree_crown", 9) is Role.IGNORE
    assert categories.role("sky", 1) is Role.HOLE
    assert categories.role("car", 77) is Role.HOLE
    assert categories.role("", 1) is Role.SKY


def test_an_empty_list_says_nothing() -> None:
    assert parse_categories("") == parse_categories(" , ") == {}


@pytest.mark.parametrize(
    ("text", "said"), [("sky", "not CATEGORY=ROLE"), ("=sky", "not CATEGORY=ROLE"), ("1=blue", "'blue' is not one of")]
)
def test_what_cannot_be_read(text: str, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        parse_categories(text)
