"""Annotations to labels on disk."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from skymatte.datasets.categories import Categories
from skymatte.datasets.importing import Imported, import_labels, read_drawings
from skymatte.datasets.picture_index import PictureIndex
from skymatte.datasets.proportions import same_proportions
from skymatte.datasets.proxies import Proxy
from skymatte.masks.files import read_label
from skymatte.picture.oiio import write_png8
from tests.datasets.annotated import (
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
    write_pictures,
)

SKY = region("r1", percent(UPPER_HALF))


def run(tmp_path: Path, content: Any, **more: Any) -> list[Imported]:
    path = tmp_path / "masks" if content is None else write_json(tmp_path / "a.json", content)
    drawings = read_drawings(path, Categories()).drawings
    return list(import_labels(drawings, PictureIndex(tmp_path / "pictures"), tmp_path / "labels", **more))


def one_image(name: str = "a.jpg", width: int = WIDTH, height: int = HEIGHT) -> dict[str, Any]:
    return coco([coco_image(1, name, width, height)], [coco_annotation(1, 1, [UPPER_HALF])])


@pytest.mark.parametrize("suffix", ["exr", "hdr", "tif", "jpg", "png"])
def test_what_was_drawn_small_is_labelled_large(tmp_path: Path, suffix: str) -> None:
    write_pictures(tmp_path / "pictures", f"a.{suffix}", width=3 * WIDTH, height=3 * HEIGHT)
    contents = (one_image(), [task(1, "/data/upload/1/0a1b2c3d-a.jpg", annotation(1, [SKY]))])
    for content in contents:
        (result,) = run(tmp_path, content)
        assert result.problems == ()
        assert result.label == tmp_path / "labels" / "a.png"
        label = read_label(result.label)
        assert np.array_equal(label, np.kron(half_sky(), np.ones((3, 3), np.uint8)))


def test_mask_folders_keep_what_is_ignored(tmp_path: Path) -> None:
    write_pictures(tmp_path / "pictures", "a.exr", "b.hdr", width=2 * WIDTH, height=2 * HEIGHT)
    (tmp_path / "masks").mkdir()
    label = half_sky()
    label[10] = 128
    write_png8(tmp_path / "masks" / "a.png", label)
    write_png8(tmp_path / "masks" / "b.png", np.zeros_like(label))
    write_png8(tmp_path / "masks" / "b.mask.png", half_sky())
    results = run(tmp_path, None)
    assert [result.problems for result in results] == [(), ()]
    twice = np.ones((2, 2), np.uint8)
    assert np.array_equal(read_label(tmp_path / "labels" / "a.png"), np.kron(label, twice))
    assert np.array_equal(read_label(tmp_path / "labels" / "b.png"), np.kron(half_sky(), twice))


def test_a_mask_with_other_values_is_named_once(tmp_path: Path) -> None:
    write_pictures(tmp_path / "pictures", "a.exr")
    (tmp_path / "masks").mkdir()
    write_png8(tmp_path / "masks" / "a.png", half_sky() // 255)
    (result,) = run(tmp_path, None)
    (problem,) = result.problems
    assert problem.startswith(f"{tmp_path / 'masks' / 'a.png'} holds values that mean nothing (1)")
    assert not (tmp_path / "labels").exists()


def test_one_failure_does_not_stop_the_rest(tmp_path: Path) -> None:
    write_pictures(tmp_path / "pictures", "a.hdr", "c.hdr")
    images = [coco_image(number, f"{name}.jpg") for number, name in enumerate("abc")]
    annotations = [coco_annotation(10 + number, number, [UPPER_HALF]) for number in range(3)]
    annotations.append(coco_annotation(20, 0, [[0, 0, 5, 5]]))
    results = run(tmp_path, coco(images, annotations))
    where = f"{tmp_path / 'a.json'}: image"
    assert [result.label is not None for result in results] == [False, False, True]
    assert results[0].problems[0].startswith(f"{where} 0 (a.jpg): annotation 20: has 2 corner(s)")
    assert results[1].problems == (f"{where} 1 (b.jpg): no picture in {tmp_path / 'pictures'} is called b.*",)
    assert [path.name for path in (tmp_path / "labels").iterdir()] == ["c.png"]


@pytest.mark.parametrize(
    ("width", "height", "said"),
    [
        (60, 20, "was annotated on 60×20, but "),
        (HEIGHT, WIDTH, "it seems to be turned by 90°"),
        (43, 20, "other proportions; annotate the picture itself"),
    ],
)
def test_other_proportions_are_refused(tmp_path: Path, width: int, height: int, said: str) -> None:
    write_pictures(tmp_path / "pictures", "a.exr")
    (result,) = run(tmp_path, one_image(width=width, height=height))
    assert said in result.problems[0]
    assert f"{tmp_path / 'pictures' / 'a.exr'} is 40×20" in result.problems[0]
    assert not (tmp_path / "labels").exists()


def test_two_drawings_of_one_picture_are_both_refused(tmp_path: Path) -> None:
    write_pictures(tmp_path / "pictures", "a.exr")
    results = run(tmp_path, [task(1, "a.jpg", annotation(1, [SKY])), task(2, "0a1b2c3d-a.jpg", annotation(2, [SKY]))])
    assert [
        f"also {tmp_path / 'a.json'}: task {3 - number}" in result.problems[0]
        for number, result in enumerate(results, 1)
    ]
    assert not (tmp_path / "labels").exists()


def test_a_task_that_names_several_pictures(tmp_path: Path) -> None:
    write_pictures(tmp_path / "pictures", "a.exr", "b.exr")
    several = task(1, "", annotation(1, [SKY])) | {"data": {"left": "a.jpg", "right": "b.jpg", "logo": "logo.png"}}
    (result,) = run(tmp_path, [several])
    assert "names several pictures" in result.problems[0]
    several["data"] = {"left": "a.jpg", "logo": "logo.png"}
    (result,) = run(tmp_path, [several])
    assert result.problems == ()


def test_labels_that_differ_are_not_replaced_unless_asked(tmp_path: Path) -> None:
    write_pictures(tmp_path / "pictures", "a.exr")
    (tmp_path / "labels").mkdir()
    path = tmp_path / "labels" / "a.png"
    write_png8(path, np.zeros((HEIGHT, WIDTH), np.uint8))
    before = path.read_bytes()
    (result,) = run(tmp_path, one_image())
    assert f"{path} exists and differs; say --overwrite" in result.problems[0]
    assert path.read_bytes() == before
    for overwrite in (True, False):  # the second time nothing differs
        (result,) = run(tmp_path, one_image(), overwrite=overwrite)
        assert result.problems == ()
    path.write_bytes(b"broken")
    (result,) = run(tmp_path, one_image())
    assert "exists and differs" in result.problems[0]


def a_proxy(width: int = 80, height: int = 40) -> Proxy:
    return Proxy(
        proxy="a.exr.jpg", picture="shoot/a.exr", width=width, height=height, proxy_width=WIDTH, proxy_height=HEIGHT
    )


@pytest.mark.parametrize(
    ("proxy", "name", "size", "said"),
    [
        (a_proxy(), "0a1b2c3d-a.exr.jpg", (WIDTH, HEIGHT), ""),
        (a_proxy(), "b.jpg", (WIDTH, HEIGHT), "b.jpg is none of the manifest's proxies"),
        (a_proxy(), "a.exr.jpg", (20, 10), "was annotated on 20×10, but the proxy a.exr.jpg is 40×20"),
        (a_proxy(160, 80), "a.exr.jpg", (WIDTH, HEIGHT), "is 80×40, but its proxy was made of 160×80"),
    ],
)
def test_the_manifest_leads_back(tmp_path: Path, proxy: Proxy, name: str, size: tuple[int, int], said: str) -> None:
    write_pictures(tmp_path / "pictures" / "shoot", "a.exr", width=80, height=40)
    write_pictures(tmp_path / "pictures" / "other", "a.exr", width=80, height=40)
    (result,) = run(tmp_path, one_image(name, *size), proxies=[proxy])
    if said:
        assert said in result.problems[0]
    else:
        assert result.problems == ()
        assert result.picture == tmp_path / "pictures" / "shoot" / "a.exr"
        assert read_label(tmp_path / "labels" / "a.png").shape == (40, 80)


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ((4096, 2048), (8192, 4096), True),
        ((1000, 667), (6000, 4000), True),
        ((1000, 666), (6000, 4000), True),
        ((1000, 668), (6000, 4000), False),
        ((640, 640), (6000, 4000), False),
        ((1, 1), (1, 1), True),
        ((3, 2), (2, 3), False),
    ],
)
def test_proportions(one: tuple[int, int], other: tuple[int, int], same: bool) -> None:
    assert same_proportions(one, other) is same_proportions(other, one) is same
