"""Annotation files with anything in the wrong place: what cannot be used is said, and nothing breaks."""

from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from skymatte.datasets.categories import Categories
from skymatte.datasets.importing import read_drawings
from skymatte.datasets.painting import paint
from skymatte.errors import LabelError
from skymatte.masks import brush_rle, coco_rle
from tests.datasets.annotated import (
    BOX,
    HEIGHT,
    UPPER_HALF,
    WIDTH,
    annotation,
    coco,
    coco_annotation,
    coco_image,
    half_sky,
    percent,
    region,
    task,
    write_json,
)

MASK = half_sky() == 255
COCO = coco(
    [coco_image(1, "a.jpg"), coco_image(2, "b.jpg")],
    [
        coco_annotation(1, 1, [UPPER_HALF]),
        coco_annotation(2, 1, [BOX], 2),
        coco_annotation(3, 2, {"size": [HEIGHT, WIDTH], "counts": coco_rle.encode(MASK)}),
        coco_annotation(4, 2, {"size": [HEIGHT, WIDTH], "counts": [0, WIDTH * HEIGHT]}, 2),
    ],
)
LABEL_STUDIO = [
    task(1, "a.jpg", annotation(1, [region("r1", percent(UPPER_HALF)), region("r2", percent(BOX), "Hole")])),
    task(
        2, "b.jpg", annotation(2, [region("r3", {"format": "rle", "rle": brush_rle.encode(MASK)}, kind="brushlabels")])
    ),
]
JUNK: list[Any] = [
    None,
    True,
    -1,
    0,
    3,
    1e300,
    float("nan"),
    float("inf"),
    "",
    "x",
    [],
    {},
    [[]],
    [None],
    {"a": []},
    2**70,
    "\0",
]


def places(content: Any) -> list[tuple[Any, ...]]:
    """The path to every value in JSON content."""
    items = content.items() if isinstance(content, dict) else enumerate(content) if isinstance(content, list) else ()
    return [(), *((key, *deeper) for key, value in items for deeper in places(value))]


def replaced(content: Any, place: tuple[Any, ...], value: Any) -> Any:
    if not place:
        return value
    changed = copy.copy(content)
    changed[place[0]] = replaced(content[place[0]], place[1:], value)
    return changed


@pytest.mark.parametrize("content", [COCO, LABEL_STUDIO], ids=["coco", "label-studio"])
@settings(max_examples=400, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_anything_in_any_place(tmp_path: Path, content: Any, data: st.DataObject) -> None:
    broken = replaced(content, data.draw(st.sampled_from(places(content))), data.draw(st.sampled_from(JUNK)))
    path = write_json(tmp_path / "a.json", broken)
    try:
        read = read_drawings(path, Categories())
    except LabelError as error:
        assert str(path) in str(error)  # noqa: PT017 - there need not be an error
        return
    for drawing in read.drawings:
        if not drawing.problems:
            painted = paint(drawing, WIDTH, HEIGHT, repair=data.draw(st.booleans()))
            assert painted.problems or painted.label.shape == (HEIGHT, WIDTH)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (b"", "is no complete JSON (line 1, column 1"),
        (json.dumps(COCO).encode()[:200], "is no complete JSON (line 1, column"),
        (b"\xff\xfe\x00", "is no JSON text"),
        (b"[" * 100_000, "is no JSON text"),
        (b"PK\x03\x04", "is no complete JSON"),
        (b"{}", "is neither COCO"),
        (b"[]", "is neither COCO"),
        (b"17", "is neither COCO"),
        (b'{"images": {}, "annotations": []}', "is neither COCO"),
        (b'[{"a": 1}]', "is neither COCO"),
        (b'{"images": []}', "holds no annotated picture"),
    ],
)
def test_files_that_are_something_else(tmp_path: Path, text: bytes, said: str) -> None:
    path = tmp_path / "a.json"
    path.write_bytes(text)
    with pytest.raises(LabelError) as caught:
        read_drawings(path, Categories())
    assert str(caught.value).startswith(f"{path}: {said}")


def test_a_byte_order_mark_is_no_harm(tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    path.write_text(json.dumps(COCO), encoding="utf-8-sig")
    assert len(read_drawings(path, Categories()).drawings) == 2


def test_what_is_not_there_or_packed(tmp_path: Path) -> None:
    with pytest.raises(LabelError, match="no such file"):
        read_drawings(tmp_path / "a.json", Categories())
    with pytest.raises(LabelError, match="is an archive; unpack it"):
        read_drawings(tmp_path / "a.zip", Categories())
    (tmp_path / "a.json").touch()
    with pytest.raises(LabelError, match=r"holds no mask such as NAME.png.*give the file itself: a.json"):
        read_drawings(tmp_path, Categories())
