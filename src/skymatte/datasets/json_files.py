"""JSON that strangers' programs wrote."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Hashable, Iterable
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from skymatte.errors import LabelError


def read_json(path: Path) -> Any:
    """The content of a JSON file.

    Raises:
        LabelError: missing, unreadable, or no JSON; the message says where it breaks off.
    """
    try:
        return json.loads(path.read_text(encoding="utf-8-sig"))
    except FileNotFoundError:
        raise LabelError(f"{path}: no such file; check the path") from None
    except OSError as error:
        raise LabelError(f"{path}: cannot be read ({error.strerror}); check the path and its permissions") from None
    except json.JSONDecodeError as error:
        raise LabelError(
            f"{path}: is no complete JSON (line {error.lineno}, column {error.colno}: {error.msg}); export it again"
        ) from None
    except (UnicodeDecodeError, RecursionError):
        raise LabelError(f"{path}: is no JSON text; export it again, and unpack it first if it is an archive") from None


def first_fault(error: ValidationError) -> str:
    """What is wrong with a record, in one line: the first field and why."""
    fault = error.errors(include_url=False, include_input=False, include_context=False)[0]
    place = ".".join(str(part) for part in fault["loc"])
    message = fault["msg"][:1].lower() + fault["msg"][1:]
    return f"{place}: {message}" if place else message


def repeated(ids: Iterable[Hashable]) -> set[Hashable]:
    """What occurs more than once; ``None`` stands for "no id" and never counts."""
    return {each for each, count in Counter(ids).items() if count > 1 and each is not None}
