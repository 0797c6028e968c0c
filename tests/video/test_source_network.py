"""Addresses: a server on this machine, one that refuses, one that falls silent."""

from __future__ import annotations

import contextlib
import http.server
import socket
import threading
from collections.abc import Iterator
from fractions import Fraction
from functools import partial
from pathlib import Path

import pytest

from skymatte.errors import StreamError
from skymatte.video.source import open_source
from tests.video.numbered_clips import number, write_clip
from tests.video.rtsp_server import camera


class Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *_: object) -> None:
        """Nothing: the terminal belongs to pytest."""


@contextlib.contextmanager
def serving(folder: Path) -> Iterator[str]:
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(folder))) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_address[1]}"
        finally:
            server.shutdown()
            thread.join()


@contextlib.contextmanager
def silent(answer: bytes) -> Iterator[int]:
    """A server that says *answer* and then nothing."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        connections = []

        def accept() -> None:
            with contextlib.suppress(OSError):
                while True:
                    connection, _ = server.accept()
                    connections.append(connection)
                    connection.sendall(answer)

        thread = threading.Thread(target=accept)
        thread.start()
        try:
            yield server.getsockname()[1]
        finally:
            server.shutdown(socket.SHUT_RDWR)
            thread.join()
            for connection in connections:
                connection.close()


def test_a_video_over_http(tmp_path: Path) -> None:
    write_clip(tmp_path / "a.mkv", 12)
    with serving(tmp_path) as address, open_source(f"{address}/a.mkv") as source:
        assert [number(frame.pixels) for frame in source] == list(range(12))
        assert not source.info.live
        assert source.damaged == []


def test_what_the_server_does_not_have(tmp_path: Path) -> None:
    with serving(tmp_path) as address, pytest.raises(StreamError, match=r"a\.mkv: cannot be opened \(.*404.*check the"):
        open_source(f"{address}/a.mkv")


@pytest.mark.parametrize("scheme", ["http", "rtsp"])
def test_nobody_there(scheme: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    with pytest.raises(StreamError, match=rf"{scheme}://127\.0\.0\.1:{port}/1: cannot be opened .*check the address"):
        open_source(f"{scheme}://127.0.0.1:{port}/1")


@pytest.mark.parametrize("scheme", ["http", "rtsp"])
def test_a_server_that_never_answers(scheme: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("skymatte.video.reel.Reel.silence", 0.5)
    with silent(b"") as port, pytest.raises(StreamError, match="does not answer; check the address"):
        open_source(f"{scheme}://127.0.0.1:{port}/1")


def test_a_stream_that_falls_silent(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The frames that came are given before the error."""
    monkeypatch.setattr("skymatte.video.reel.Reel.silence", 1.0)
    data = write_clip(tmp_path / "a.ts", 50, options={"g": "5", "bf": "0"}).read_bytes()
    answer = b"HTTP/1.0 200 OK\r\nContent-Type: video/mp2t\r\n\r\n" + data
    with silent(answer) as port, open_source(f"http://127.0.0.1:{port}/a.ts") as source:
        frames = iter(source)
        seen = [number(next(frames).pixels) for _ in range(40)]
        assert seen == list(range(40))
        with pytest.raises(StreamError, match="sent nothing for 1 s"):
            list(frames)


def test_a_camera_on_the_network(tmp_path: Path) -> None:
    data = write_clip(tmp_path / "a.ts", 50, options={"g": "5", "bf": "0"}).read_bytes()
    with camera(data) as address, open_source(address) as source:
        frames = list(source)
        assert (source.info.live, source.info.name) == (True, address)
    assert [number(frame.pixels) for frame in frames][:48] == list(range(48))
    assert [frame.time for frame in frames][:48] == [Fraction(index, 25) for index in range(48)]


def test_a_camera_that_falls_silent(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("skymatte.video.reel.Reel.silence", 1.0)
    data = write_clip(tmp_path / "a.ts", 50, options={"g": "5", "bf": "0"}).read_bytes()
    with (
        camera(data, then_silent=True) as address,
        open_source(address) as source,
        pytest.raises(StreamError, match=r"/camera: sent nothing for 1 s; is it still there\?"),
    ):
        list(source)
