"""How annotation tools name the pictures: above all Label Studio, in its own export and in the COCO that it writes."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import PurePosixPath
from typing import Any, Final
from urllib.parse import parse_qs, unquote, urlsplit

_UPLOAD_PREFIX: Final = re.compile(r"^[0-9a-f]{8}-")
"""What Label Studio puts before the name of an uploaded file."""

_SUFFIX: Final = re.compile(r"\.[a-z0-9]{2,5}$", re.IGNORECASE)
_NOT_KEPT: Final = re.compile(r"[^-\w.]")
_FIRST_KEY: Final = "image"
_LONGEST: Final = 4096


def references(task: dict[str, Any]) -> tuple[tuple[str, ...], ...]:
    """What may name the picture of a task: the value ``image`` of its data, else every value like a file name.

    Returns:
        For each such value its possible file names, the surest first.
    """
    data = task.get("data")
    values = dict(data) if isinstance(data, dict) else {}
    if _FIRST_KEY in values:
        values = {_FIRST_KEY: values[_FIRST_KEY]}
    found = [file_names(text) for value in values.values() for text in _texts(value)]
    if not any(found):
        found = [file_names(text) for text in _texts(task.get("file_upload"))]
    return tuple(dict.fromkeys(names for names in found if names))


def file_names(text: str) -> tuple[str, ...]:
    """The possible file names in a value: ``/data/upload/1/0a1b2c3d-a.jpg`` → that path, the same without the prefix.

    Understood are uploads, local files (``/data/local-files/?d=shoot/a.jpg``), cloud storage and web addresses.

    Returns:
        Paths with ``/``; none if the value names no file.
    """
    if len(text) > _LONGEST or text.startswith("data:"):
        return ()
    try:
        parts = urlsplit(text)
        local = parse_qs(parts.query).get("d", [""])[0]
    except ValueError:
        return ()
    # A plain path may hold # and ?, an address may not.
    path = local or (unquote(parts.path) if parts.scheme or parts.path.startswith("/data/") else text)
    path = path.replace("\\", "/").lstrip("/")
    name = PurePosixPath(path).name
    if not _SUFFIX.search(name):
        return ()
    bare = _UPLOAD_PREFIX.sub("", name)
    return (path,) if bare == name else (path, str(PurePosixPath(path).with_name(bare)))


def as_uploaded(name: str) -> str:
    """A name as upload forms change it: blanks become ``_``, other signs are dropped; in lower case, to compare."""
    return _NOT_KEPT.sub("", name.strip().replace(" ", "_")).casefold()


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, list):
        yield from (each for each in value if isinstance(each, str))
