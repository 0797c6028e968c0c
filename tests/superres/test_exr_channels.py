"""Channels are treated by what renderers name them."""

from __future__ import annotations

import pytest

from skymatte.superres.exr_channels import Way, lights, ways


@pytest.mark.parametrize(
    ("name", "way"),
    [
        ("A", Way.SHARE),
        ("sky.A", Way.SHARE),
        ("sky.confidence", Way.SHARE),
        ("AR", Way.SHARE),
        ("Z", Way.DATA),
        ("depth.Z", Way.DATA),
        ("crypto00.a", Way.DATA),
        ("CryptoObject00.r", Way.DATA),
        ("motion.A", Way.DATA),
        ("id", Way.DATA),
        ("N.X", Way.DATA),
        ("wide.Y", Way.DATA),
    ],
)
def test_single_channels(name: str, way: Way) -> None:
    assert ways([name]) == {name: way}


def test_layers_of_light_are_found_in_order() -> None:
    names = ["spec.B", "spec.G", "spec.R", "spec.A", "a.red", "a.green", "a.blue", "normal.R", "normal.G", "normal.B"]
    found = ways(names)
    assert lights(found) == [("spec.R", "spec.G", "spec.B"), ("a.red", "a.green", "a.blue")]
    assert found["spec.A"] is Way.SHARE
    assert found["normal.R"] is Way.DATA


def test_whole_numbers_are_identities() -> None:
    assert set(ways(["x.R", "x.G", "x.B", "mask"], {"x.R", "x.G", "x.B", "mask"}).values()) == {Way.DATA}
