"""A camera on the network, as small as can be: RTSP (RFC 2326), MPEG-TS in RTP (RFC 2250), all on one connection."""

from __future__ import annotations

import contextlib
import socket
import struct
import threading
from collections.abc import Iterator

_TS_PACKETS = 7 * 188
_SDP = b"v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=camera\r\nt=0 0\r\nm=video 0 RTP/AVP 33\r\na=control:track\r\n"


@contextlib.contextmanager
def camera(stream: bytes, *, then_silent: bool = False) -> Iterator[str]:
    """Serve a transport stream to one viewer; yield the address.  At its end hang up, or fall silent."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        thread = threading.Thread(target=_serve, args=(server, stream, then_silent))
        thread.start()
        try:
            yield f"rtsp://127.0.0.1:{server.getsockname()[1]}/camera"
        finally:
            with contextlib.suppress(OSError):
                server.shutdown(socket.SHUT_RDWR)
            thread.join()


def _serve(server: socket.socket, stream: bytes, then_silent: bool) -> None:
    with contextlib.suppress(OSError):
        connection, _ = server.accept()
        with connection, connection.makefile("rb") as requests:
            while request := _request(requests):
                method, number = request
                connection.sendall(_answer(method, number))
                if method == "PLAY":
                    _play(connection, stream)
                    if not then_silent:
                        return


def _request(lines: Iterator[bytes]) -> tuple[str, str] | None:
    """Method and number of the next request."""
    method, number = "", ""
    for line in lines:
        text = line.decode(errors="replace").strip()
        if not text and method:
            return method, number
        if not method:
            method = text.split(" ")[0]
        elif text.lower().startswith("cseq:"):
            number = text.split(":")[1].strip()
    return None


def _answer(method: str, number: str) -> bytes:
    body = _SDP if method == "DESCRIBE" else b""
    lines = [
        "RTSP/1.0 200 OK",
        f"CSeq: {number}",
        "Session: 1",
        "Public: OPTIONS, DESCRIBE, SETUP, PLAY, TEARDOWN",
        "Transport: RTP/AVP/TCP;unicast;interleaved=0-1",
        "Content-Type: application/sdp",
        f"Content-Length: {len(body)}",
    ]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


def _play(connection: socket.socket, stream: bytes) -> None:
    for count, start in enumerate(range(0, len(stream), _TS_PACKETS)):
        payload = stream[start : start + _TS_PACKETS]
        packet = struct.pack(">BBHII", 0x80, 33, count & 0xFFFF, count * 3600, 1) + payload
        connection.sendall(b"$\x00" + struct.pack(">H", len(packet)) + packet)
