"""Engines are kept, each model's in a folder of its own."""

from __future__ import annotations

from pathlib import Path

import pytest

from skymatte.errors import OutputError
from skymatte.runtime.tensorrt import cache_folder, options


def test_the_cache_is_where_the_system_keeps_caches(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    assert cache_folder() == tmp_path / "skymatte" / "tensorrt"
    monkeypatch.delenv("XDG_CACHE_HOME")
    monkeypatch.setenv("HOME", str(tmp_path))
    assert cache_folder() == tmp_path / ".cache" / "skymatte" / "tensorrt"


def test_models_do_not_share_engines_but_timings(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    one, other = options(b"one", half=False), options(b"other", half=False)
    assert one["trt_engine_cache_path"] != other["trt_engine_cache_path"]
    assert one == options(b"one", half=False)
    assert one["trt_timing_cache_path"] == other["trt_timing_cache_path"]
    assert Path(one["trt_engine_cache_path"]).is_dir()


def test_a_cache_that_cannot_be_made_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "file"))
    with pytest.raises(OutputError, match=r"skymatte/tensorrt/\w+: cannot be made .*XDG_CACHE_HOME"):
        options(b"one", half=False)
