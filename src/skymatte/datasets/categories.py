"""Which category of an annotation means what."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from skymatte.datasets.drawings import Role

_KNOWN_NAMES: Final = {
    "sky": Role.SKY,
    "hole": Role.HOLE,
    "non-sky": Role.HOLE,
    "nonsky": Role.HOLE,
    "not-sky": Role.HOLE,
    "no-sky": Role.HOLE,
    "ground": Role.HOLE,
    "ignore": Role.IGNORE,
    "void": Role.IGNORE,
}
_KNOWN_IDS: Final = {"1": Role.SKY, "2": Role.HOLE}
_ALL_OTHERS: Final = "*"


class Categories:
    """Names and numbers of categories and their roles.

    Names count before numbers: programs number categories as they like, Label Studio from 0 in alphabetical order.
    Without any name 1 is sky and 2 is a hole in it.
    """

    def __init__(self, given: Mapping[str, Role] | None = None) -> None:
        """Args:
        given: roles by name or number, before the known ones; ``*`` stands for all that is not known.
        """
        self._given = {_normal(key): role for key, role in (given or {}).items()}

    def role(self, name: str, number: int | None = None) -> Role | None:
        """What a category means; ``None`` if nobody said.

        Args:
            name: of the category, empty if it has none; case, blanks and ``_`` for ``-`` do not count.
            number: of the category, if the file numbers them.
        """
        key, digits = _normal(name), "" if number is None else str(number)
        for table in (self._given, _KNOWN_NAMES):
            if key in table:
                return table[key]
        if digits in self._given:
            return self._given[digits]
        if key in ("", digits) and digits in _KNOWN_IDS:
            return _KNOWN_IDS[digits]
        return self._given.get(_ALL_OTHERS)


def parse_categories(text: str) -> dict[str, Role]:
    """Roles written as ``1=sky,2=hole,car=hole,*=hole``.

    Raises:
        ValueError: not of that form; the message says what is wrong.
    """
    roles = {}
    for item in filter(None, (item.strip() for item in text.split(","))):
        key, sign, role = (part.strip() for part in item.rpartition("="))
        if not sign or not key:
            raise ValueError(f"{item!r} is not CATEGORY=ROLE, as in 1=sky,2=hole")
        if role not in tuple(Role):
            raise ValueError(f"{item!r}: {role!r} is not one of {', '.join(Role)}")
        roles[key] = Role(role)
    return roles


def _normal(name: str) -> str:
    return "-".join(name.casefold().replace("_", " ").replace("-", " ").split())
