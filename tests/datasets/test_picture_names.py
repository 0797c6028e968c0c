"""Names of pictures in what annotation tools write."""

from __future__ import annotations

from typing import Any

import pytest

from skymatte.datasets.picture_names import file_names, references


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("a.jpg", ("a.jpg",)),
        ("shoot 1/a#2.jpg", ("shoot 1/a#2.jpg",)),
        ("/data/upload/1/0a1b2c3d-a.jpg", ("data/upload/1/0a1b2c3d-a.jpg", "data/upload/1/a.jpg")),
        ("upload/0a1b2c3d-my_sky.hdr.jpg", ("upload/0a1b2c3d-my_sky.hdr.jpg", "upload/my_sky.hdr.jpg")),
        ("/data/local-files/?d=shoot%201/a.jpg", ("shoot 1/a.jpg",)),
        ("http://host:8080/data/local-files/?d=a%2Bb.jpg", ("a+b.jpg",)),
        ("s3://bucket/shoot/a%20b.jpg", ("shoot/a b.jpg",)),
        ("https://host/x/a.jpg?X-Amz-Signature=0&y=b.png", ("x/a.jpg",)),
        ("C:\\shoot\\a.jpg", ("shoot/a.jpg",)),
        ("deadbeef.jpg", ("deadbeef.jpg",)),
        ("data:image/png;base64,AAAA.jpg", ()),
        ("a remark about the picture", ()),
        ("https://host/image/17", ()),
        ("http://[broken/a.jpg", ()),
        ("", ()),
        ("x" * 5000 + ".jpg", ()),
    ],
)
def test_file_names(text: str, names: tuple[str, ...]) -> None:
    assert file_names(text) == names


@pytest.mark.parametrize(
    ("task", "found"),
    [
        ({"data": {"image": "a.jpg", "thumbnail": "t.jpg"}}, (("a.jpg",),)),
        ({"data": {"photo": "a.jpg", "text": "hello", "n": 3}}, (("a.jpg",),)),
        ({"data": {"left": "a.jpg", "right": "b.jpg"}}, (("a.jpg",), ("b.jpg",))),
        ({"data": {"pages": ["a.jpg"]}}, (("a.jpg",),)),
        ({"data": {"image": "blob"}, "file_upload": "0a1b2c3d-a.jpg"}, (("0a1b2c3d-a.jpg", "a.jpg"),)),
        ({"data": {"one": "a.jpg", "other": "a.jpg"}}, (("a.jpg",),)),
        ({"data": None}, ()),
        ({}, ()),
    ],
)
def test_references(task: dict[str, Any], found: tuple[tuple[str, ...], ...]) -> None:
    assert references(task) == found
