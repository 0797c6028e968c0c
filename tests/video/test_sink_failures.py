"""Videos that are interrupted, cannot be finished, or cannot be begun."""

from __future__ import annotations

import shutil
import subprocess
import sys
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

from skymatte.errors import MissingExtra, OutputError
from skymatte.video.draw import Kind
from skymatte.video.frame import Frame
from skymatte.video.sink import open_sink
from skymatte.video.source import open_source
from tests.video.numbered_clips import number, numbered, write_clip
from tests.video.test_sink_stream import HEIGHT, INFO, WIDTH, read_all, write_all


def test_an_interrupted_video_is_whole(tmp_path: Path) -> None:
    path = tmp_path / "a.mp4"

    def write_until_interrupted() -> None:
        with open_sink(str(path), info=INFO, kind=Kind.OVERLAY) as sink:
            for index in range(20):
                sink.write(Frame(index, Fraction(index, 25), numbered(index)), numbered(index))
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        write_until_interrupted()
    assert [number(frame.pixels) for frame in read_all(path)] == list(range(20))


def test_what_is_on_disk_before_it_is_closed_can_be_read(tmp_path: Path) -> None:
    """As if the machine went down: the hidden file already has the fragments that were full."""
    sink = open_sink(str(tmp_path / "a.mp4"), info=INFO, kind=Kind.OVERLAY)
    for index in range(600):  # the encoder makes a key frame every 250 frames
        sink.write(Frame(index, Fraction(index, 25), numbered(index)), numbered(index % 256))
    (hidden,) = tmp_path.glob(".*")
    copy = shutil.copy(hidden, tmp_path / "copy.mp4")
    sink.close()
    frames = read_all(Path(copy))
    assert len(frames) >= 250
    assert [number(frame.pixels) for frame in frames[:250]] == list(range(250))
    assert len(read_all(tmp_path / "a.mp4")) == 600


def test_nothing_written_leaves_no_file(tmp_path: Path) -> None:
    with open_sink(str(tmp_path / "a.mp4"), info=INFO, kind=Kind.MASK):
        pass
    assert list(tmp_path.iterdir()) == []


def test_closing_twice_is_closing_once(tmp_path: Path) -> None:
    sink = open_sink(str(tmp_path / "a.mp4"), info=INFO, kind=Kind.OVERLAY)
    sink.write(Frame(0, Fraction(0), numbered(0)), numbered(0))
    sink.close()
    sink.close()
    assert len(read_all(tmp_path / "a.mp4")) == 1


def test_a_full_disk_leaves_nothing(tmp_path: Path) -> None:
    """In a process of its own that may write only so much: noise soon exceeds it."""
    code = (
        "import resource, sys, numpy as np\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (60_000, 60_000))\n"
        "from tests.video.test_sink_stream import INFO\n"
        "from skymatte.video.sink import open_sink\n"
        "from skymatte.video.frame import Frame\n"
        "from skymatte.video.draw import Kind\n"
        "from skymatte.errors import OutputError\n"
        "from fractions import Fraction\n"
        "try:\n"
        "    with open_sink(sys.argv[1], info=INFO, kind=Kind.OVERLAY) as sink:\n"
        "        for k in range(200):\n"
        "            p = np.random.default_rng(k).integers(0, 256, (48, 64, 3), np.uint8)\n"
        "            sink.write(Frame(k, Fraction(k, 25), p), p)\n"
        "except OutputError as error:\n"
        "    print(error)\n"
    )
    path = tmp_path / "a.mp4"
    done = subprocess.run([sys.executable, "-c", code, path], check=True, capture_output=True, text=True)
    assert "a.mp4: cannot be written: " in done.stdout
    assert done.stderr == ""
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("name", ["missing/a.mp4", "a.avi", "a", "a.mp5"])
def test_where_nothing_can_be_written(tmp_path: Path, name: str) -> None:
    with pytest.raises(OutputError, match=name):
        open_sink(str(tmp_path / name), info=INFO, kind=Kind.OVERLAY)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("suffix", [".mp4", ".m4v"])
def test_no_alpha_in_mp4(tmp_path: Path, suffix: str) -> None:
    with pytest.raises(OutputError, match=r"has no alpha; use \.mov"):
        open_sink(str(tmp_path / f"a{suffix}"), info=INFO, kind=Kind.ALPHA)


def test_linear_light_with_alpha_is_no_video(tmp_path: Path) -> None:
    with pytest.raises(OutputError, match=r"write sky\.%04d\.exr"):
        write_all(tmp_path / "a.mov", [np.zeros((HEIGHT, WIDTH, 4), np.float32)], Kind.ALPHA)
    assert list(tmp_path.iterdir()) == []


def test_the_input_is_never_overwritten(tmp_path: Path) -> None:
    path = write_clip(tmp_path / "a.mp4", 5)
    before = path.read_bytes()
    with open_source(str(path)) as source, pytest.raises(OutputError, match="is the input itself"):
        open_sink(str(tmp_path / "." / "a.mp4"), info=source.info, kind=Kind.OVERLAY)
    assert path.read_bytes() == before


def test_without_pyav(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "av", None)
    with pytest.raises(MissingExtra, match=r"pip install 'skymatte\[video\]'"):
        open_sink(str(tmp_path / "a.mp4"), info=INFO, kind=Kind.OVERLAY)
    assert list(tmp_path.iterdir()) == []
