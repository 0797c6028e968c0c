"""Training material from disk and from the renderer: what is kept, what is refused."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from skymatte.datasets.sources import read_manifest, read_video_frames, render_scenes
from skymatte.errors import LabelError, PictureError
from skymatte.picture.encoding import linear_from_srgb
from skymatte.picture.exposure import MIDDLE_GREY, exposure_scale, luminance
from skymatte.picture.model import Projection
from skymatte.picture.oiio import write_png8
from skymatte.scenes.panorama import render
from skymatte.scenes.scene import Scene
from tests.datasets.trees import labelled, write_clip, write_manifest, write_row


def test_a_picture_comes_with_its_label(tmp_path: Path) -> None:
    light, label = labelled(64, 128, 3)
    write_manifest(tmp_path, [write_row(tmp_path, "field", seed=3)])
    (source,) = read_manifest(tmp_path, "train")
    assert (source.name, source.projection, source.stratum) == ("field", Projection.EQUIRECTANGULAR, "open")
    np.testing.assert_array_equal(source.sky, (label == 255).astype(np.float32))
    np.testing.assert_array_equal(source.ignore, (label == 128).astype(np.float32))
    # RGBE keeps 8 bits of mantissa of the brightest channel.
    ratio = source.pixels / light
    assert np.median(ratio) == pytest.approx(exposure_scale(light), rel=0.01)
    assert exposure_scale(source.pixels) == pytest.approx(1, rel=1e-4)
    assert source.pixels.dtype == source.sky.dtype == source.ignore.dtype == np.float32


def test_split_and_licence_choose_the_rows(tmp_path: Path) -> None:
    rows = [
        write_row(tmp_path, "a"),
        write_row(tmp_path, "b", split="val"),
        write_row(tmp_path, "c", licence="Apache-2.0"),
        write_row(tmp_path, "d", stratum="canopy", projection="perspective", width=96),
    ]
    write_manifest(tmp_path, rows)
    assert [source.name for source in read_manifest(tmp_path, "train")] == ["a", "c", "d"]
    assert [source.name for source in read_manifest(tmp_path, "train", licence="CC0")] == ["a", "d"]
    (validation,) = read_manifest(tmp_path, "val")
    assert validation.name == "b"
    assert [source.projection for source in read_manifest(tmp_path, "train")][-1] is Projection.PERSPECTIVE


def test_a_row_without_a_label_has_no_sky(tmp_path: Path) -> None:
    write_manifest(tmp_path, [write_row(tmp_path, "hall", label="", stratum="negative")])
    (source,) = read_manifest(tmp_path, "train")
    assert source.sky.shape == source.pixels.shape[:2]
    assert source.sky.max() == source.ignore.max() == 0


def test_a_label_of_another_size_is_named(tmp_path: Path) -> None:
    row = write_row(tmp_path, "field")
    write_png8(tmp_path / "labels" / "field.png", np.zeros((10, 20), np.uint8))
    write_manifest(tmp_path, [row])
    with pytest.raises(LabelError, match=r"field\.png: is 20×10, its picture field\.hdr 128×64"):
        list(read_manifest(tmp_path, "train"))


def test_a_label_of_other_values_is_named(tmp_path: Path) -> None:
    row = write_row(tmp_path, "field")
    write_png8(tmp_path / "labels" / "field.png", np.full((64, 128), 77, np.uint8))
    write_manifest(tmp_path, [row])
    with pytest.raises(LabelError, match=r"field\.png.*77"):
        list(read_manifest(tmp_path, "train"))


def test_an_unknown_projection_is_named(tmp_path: Path) -> None:
    write_manifest(tmp_path, [write_row(tmp_path, "field", projection="cubemap")])
    with pytest.raises(LabelError, match=r"manifest\.csv: field: projection 'cubemap' is not one of perspective"):
        list(read_manifest(tmp_path, "train"))


def test_missing_columns_are_named(tmp_path: Path) -> None:
    write_manifest(tmp_path, [write_row(tmp_path, "field")], columns=("picture", "label", "split", "projection"))
    with pytest.raises(LabelError, match=r"manifest\.csv: lacks the column\(s\) licence, stratum"):
        list(read_manifest(tmp_path, "train"))


def test_a_missing_picture_is_named(tmp_path: Path) -> None:
    row = write_row(tmp_path, "field")
    (tmp_path / "pictures" / "field.hdr").unlink()
    write_manifest(tmp_path, [row])
    with pytest.raises(PictureError, match=r"field\.hdr"):
        list(read_manifest(tmp_path, "train"))


def test_labels_find_their_frames(tmp_path: Path) -> None:
    """An even frame of any grey is middle grey once it has been exposed."""
    greys = [40, 80, 120, 160, 200]
    write_clip(tmp_path, "drive", greys, labels=[1, 4])
    write_clip(tmp_path, "flight", greys[::-1], labels=[0])
    sources = list(read_video_frames(tmp_path, ("drive", "flight")))
    assert [source.name for source in sources] == ["drive__00001", "drive__00004", "flight__00000"]
    for source in sources:
        assert (source.projection, source.stratum) == (Projection.PERSPECTIVE, "video")
        assert source.sky[:24].min() == 1
        assert source.sky[24:].max() == 0
        np.testing.assert_allclose(luminance(source.pixels), MIDDLE_GREY, rtol=0.02)


def test_the_numbered_frame_is_the_one_that_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without the exposure step the grey of the frame itself must come out, decoded from sRGB."""
    monkeypatch.setattr("skymatte.datasets.sources.exposure_scale", lambda _: 1.0)
    greys = [40, 80, 120, 160, 200]
    write_clip(tmp_path, "drive", greys, labels=[0, 2, 3])
    for source, frame in zip(read_video_frames(tmp_path, ("drive",)), (0, 2, 3), strict=True):
        near = linear_from_srgb(np.array([greys[frame] - 6, greys[frame] + 6], np.float32) / np.float32(255))
        assert near[0] < source.pixels.mean() < near[1]


def test_a_clip_without_labels_is_named(tmp_path: Path) -> None:
    write_clip(tmp_path, "drive", [40], labels=[])
    with pytest.raises(LabelError, match="holds no label of the clip 'drive'"):
        list(read_video_frames(tmp_path, ("drive",)))


def test_a_label_beyond_the_end_of_its_clip_is_named(tmp_path: Path) -> None:
    write_clip(tmp_path, "drive", [40, 80], labels=[7])
    with pytest.raises(LabelError, match=r"drive__00007\.png: the clip drive\.mp4 has no such frame"):
        list(read_video_frames(tmp_path, ("drive",)))


def test_a_label_of_another_size_than_its_frame_is_named(tmp_path: Path) -> None:
    write_clip(tmp_path, "drive", [40, 80], labels=[1])
    write_png8(tmp_path / "labels" / "drive__00001.png", np.zeros((10, 20), np.uint8))
    with pytest.raises(LabelError, match=r"drive__00001\.png: is 20×10, its picture drive\.mp4 64×48"):
        list(read_video_frames(tmp_path, ("drive",)))


def test_scenes_are_rendered_panoramas_with_exact_mattes() -> None:
    sources = list(render_scenes(range(2000, 2002), 32))
    assert [source.name for source in sources] == ["scene-2000", "scene-2001"]
    pixels, matte = render(64, 32, 2001)
    np.testing.assert_array_equal(sources[1].sky, matte)
    np.testing.assert_allclose(sources[1].pixels, pixels * np.float32(exposure_scale(pixels)), rtol=1e-6)
    assert all(source.projection is Projection.EQUIRECTANGULAR for source in sources)
    assert all(source.ignore.max() == 0 for source in sources)


def test_rooms_count_as_interiors() -> None:
    """What a scene shows through the openings of a room is no sky, as in the labelled interiors."""
    seed = next(
        seed for seed in range(2000, 2200) if Scene.from_seed(seed).place == "room" and render(64, 32, seed)[1].any()
    )
    (source,) = render_scenes(range(seed, seed + 1), 32)
    assert not source.sky.any()
    assert not source.ignore.any()
