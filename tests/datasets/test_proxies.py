"""Proxies and their manifest."""

from __future__ import annotations

import json
from pathlib import Path

import cv2
import numpy as np
import pytest

from skymatte.datasets.proxies import MANIFEST, Proxy, find_proxy, read_proxies, write_proxies, write_proxy
from skymatte.errors import LabelError, OutputError, PictureError
from skymatte.picture.display import tone_map
from skymatte.picture.read import read
from tests.datasets.annotated import write_pictures
from tests.scenery import pixels, write_exr


def proxy(name: str, picture: str = "shoot/a.exr") -> Proxy:
    return Proxy(proxy=name, picture=picture, width=40, height=20, proxy_width=20, proxy_height=10)


def test_a_proxy_is_the_picture_in_little(tmp_path: Path) -> None:
    pictures = write_pictures(tmp_path / "shoot", "a.exr", width=96, height=64)
    made = write_proxy(pictures / "a.exr", tmp_path / "out" / "sub" / "a.jpg", tmp_path / "out", side=48)
    assert made == Proxy(proxy="sub/a.jpg", picture="shoot/a.exr", width=96, height=64, proxy_width=48, proxy_height=32)
    shown = cv2.imread(str(tmp_path / "out" / "sub" / "a.jpg"))
    assert shown is not None
    assert shown.shape == (32, 48, 3)
    light = read(pictures / "a.exr").pixels.reshape(32, 2, 48, 2, 3).mean(axis=(1, 3))
    assert np.abs(shown[..., ::-1].astype(int) - tone_map(light)).mean() < 3


def test_no_picture_is_enlarged(tmp_path: Path) -> None:
    pictures = write_pictures(tmp_path, "a.hdr", width=33, height=21)
    made = write_proxy(pictures / "a.hdr", tmp_path / "a.jpg", tmp_path, side=4096)
    assert (made.proxy_width, made.proxy_height) == (made.width, made.height) == (33, 21)


def test_a_sun_does_not_darken_the_rest(tmp_path: Path) -> None:
    light = pixels(64, 96)
    shown = []
    for sun in (light[0, 0, 0], 60000):
        light[:2, :2] = sun
        write_exr(tmp_path / "a.exr", light)
        write_proxy(tmp_path / "a.exr", tmp_path / "a.jpg", tmp_path)
        shown.append(np.asarray(cv2.imread(str(tmp_path / "a.jpg"))))
    assert shown[1][:2, :2].min() > 240
    assert np.abs(shown[0][16:].astype(int) - shown[1][16:]).mean() < 2


def test_a_picture_is_not_replaced_by_its_proxy(tmp_path: Path) -> None:
    write_pictures(tmp_path, "a.jpg")
    before = (tmp_path / "a.jpg").read_bytes()
    with pytest.raises(OutputError, match="would replace its own picture"):
        write_proxy(tmp_path / "a.jpg", tmp_path / "a.jpg", tmp_path)
    assert (tmp_path / "a.jpg").read_bytes() == before


def test_an_unreadable_picture_leaves_nothing(tmp_path: Path) -> None:
    (tmp_path / "a.exr").write_bytes(b"no picture")
    with pytest.raises(PictureError, match=r"a\.exr"):
        write_proxy(tmp_path / "a.exr", tmp_path / "out" / "a.jpg", tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_the_manifest_grows(tmp_path: Path) -> None:
    path = tmp_path / MANIFEST
    write_proxies(path, [proxy("b.jpg"), proxy("a.jpg")])
    write_proxies(path, [proxy("b.jpg", "other/b.hdr"), proxy("c.jpg")])
    assert [(each.proxy, each.picture) for each in read_proxies(path)] == [
        ("a.jpg", "shoot/a.exr"),
        ("b.jpg", "other/b.hdr"),
        ("c.jpg", "shoot/a.exr"),
    ]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("[]", "is no manifest of `skymatte dataset proxy` (input should be"),
        ("{}", "(skymatte_proxies: field required)"),
        ('{"skymatte_proxies": 2, "proxies": []}', "(skymatte_proxies: input should be less than or equal to 1)"),
        ('{"skymatte_proxies": 1, "proxies": [{}]}', "(proxies.0.proxy: field required)"),
        ('{"skymatte_proxies": 1,', "is no complete JSON"),
    ],
)
def test_a_file_that_is_no_manifest_stays(tmp_path: Path, content: str, said: str) -> None:
    path = tmp_path / MANIFEST
    path.write_text(content)
    for use in (lambda: read_proxies(path), lambda: write_proxies(path, [proxy("a.jpg")])):
        with pytest.raises(LabelError) as caught:
            use()
        assert str(caught.value).startswith(f"{path}: ")
        assert said in str(caught.value)
    assert path.read_text() == content


def test_the_manifest_is_plain_json(tmp_path: Path) -> None:
    write_proxies(tmp_path / MANIFEST, [proxy("a.jpg")])
    assert json.loads((tmp_path / MANIFEST).read_text()) == {
        "skymatte_proxies": 1,
        "proxies": [
            {
                "proxy": "a.jpg",
                "picture": "shoot/a.exr",
                "width": 40,
                "height": 20,
                "proxy_width": 20,
                "proxy_height": 10,
            }
        ],
    }


@pytest.mark.parametrize(
    ("names", "found"),
    [
        (("a.jpg",), "one/a.jpg"),
        (("upload/1/0a1b2c3d-a.jpg", "upload/1/a.jpg"), "one/a.jpg"),
        (("x/one/b.jpg",), "one/b.jpg"),
        (("b.jpg",), None),
        (("c.jpg",), None),
    ],
)
def test_finding_a_proxy(names: tuple[str, ...], found: str | None) -> None:
    proxies = [proxy("one/a.jpg"), proxy("one/b.jpg"), proxy("two/b.jpg")]
    result = find_proxy(proxies, names)
    assert (result.proxy if result else None) == found
