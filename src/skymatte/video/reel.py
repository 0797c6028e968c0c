"""A container and the decoder of its video: frames out, whatever is broken in between."""

from __future__ import annotations

from collections.abc import Generator, Iterator
from fractions import Fraction
from types import TracebackType
from typing import TYPE_CHECKING, Any, ClassVar, Final, Self, cast

from skymatte.errors import StreamError
from skymatte.video.ledger import Ledger

if TYPE_CHECKING:
    import av
    from av.packet import Packet
    from av.stream import Stream
    from av.video.stream import VideoStream

_HEADER_SLACK: Final = Fraction(1, 2)
"""Seconds that a header may be wrong by of how long a file is."""

_BROKEN_READS: Final = 100
"""Errors of the container in a row after which nothing more is expected of it."""


class Reel:
    """One open input.

    Attributes:
        stream: its video.
        tick: seconds, of the video's time stamps.
        last: time stamp of the last frame that was given.
        patient: it is a file, which waits and can be read twice.
        silence: seconds that an address may take to open, and then to send something.
        untimed_errors: packets that could not be decoded, where packets have no time stamps.
    """

    silence: ClassVar[float] = 10.0

    def __init__(
        self, where: str, form: str | None, options: dict[str, str], *, live: bool, patient: bool, threads: bool = True
    ) -> None:
        """Raises av.FFmpegError or ValueError: it cannot be opened, or has no video."""
        import av

        self._opening = (where, form, options, live)
        self._container = av.open(where, "r", format=form, options=options, timeout=None if patient else self.silence)
        stream = cast("VideoStream | None", self._container.streams.best("video"))
        if stream is None:
            self._container.close()
            raise ValueError("it has no pictures")
        self.stream = stream
        self.tick = stream.time_base or Fraction(1, 90_000)
        # Threads that decode several frames at once hold each of them back: not for those who wait for it.
        stream.thread_type = "SLICE" if live or not threads else "AUTO"
        self.last: int | None = None
        self.patient = patient
        self.untimed_errors = 0
        # An .avi has none; what FFmpeg makes up counts frames in the order in which they are coded.
        self._timed = self._container.format.name != "avi"
        self._ends: dict[int, Fraction] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        self._container.close()

    @property
    def seconds(self) -> Fraction | None:
        """How long the video is by the header."""
        if self.stream.duration:
            return self.stream.duration * self.tick
        return Fraction(self._container.duration, 1_000_000) if self._container.duration else None

    def missing(self, frame: Fraction) -> Fraction:
        """Seconds between the last packet that came and the end that the header tells; 0 where it tells nothing, or
        where no more is missing than headers are wrong by: a frame and a half, if they tell of the video alone.

        Args:
            frame: seconds that one lasts.
        """
        if self.stream.duration:
            end = ((self.stream.start_time or 0) + self.stream.duration) * self.tick
            gap, slack = end - self._ends.get(self.stream.index, end), frame * 3 / 2
        elif self._container.duration and self._ends:
            end = Fraction((self._container.start_time or 0) + self._container.duration, 1_000_000)
            gap, slack = end - max(self._ends.values()), max(frame * 3 / 2, _HEADER_SLACK)
        else:
            return Fraction(0)
        return gap if gap > slack else Fraction(0)

    def frames(self, ledger: Ledger | None, *, after: int | None = None) -> Generator[av.VideoFrame, None, None]:
        """All frames that can be decoded, damaged ones marked so by the decoder.

        Args:
            ledger: is told of every packet that should become a frame.
            after: leave out what is not later than this time stamp.
        """
        for packet in self._packets():
            self._see(packet)
            if packet.stream.index != self.stream.index:  # packet.stream_index is 0 for those that flush
                continue
            if not self._timed:
                packet.pts = None
            if ledger is not None and packet.pts is not None and packet.size and not packet.is_discard:
                ledger.sent(packet.pts)
            for frame in self._decoded(packet):
                if after is None or frame.pts is None or frame.pts > after:
                    self.last = frame.pts
                    yield frame

    def again(self) -> Reel:
        """The same input a second time, near the last frame that was given, decoded one frame after the other.

        PyAV gives up the frames that wait behind a broken one when the stream has ended; decoded singly none waits.
        """
        where, form, options, live = self._opening
        reel = Reel(where, form, options, live=live, patient=self.patient, threads=False)
        if self.last is not None:
            import av

            try:
                reel._container.seek(self.last, stream=reel.stream)
            except av.FFmpegError:
                reel.close()
                return Reel(where, form, options, live=live, patient=self.patient, threads=False)
        return reel

    def _packets(self) -> Iterator[Packet[Stream]]:
        """All packets; reading goes on behind a broken place."""
        import av

        broken = 0
        while broken < _BROKEN_READS:
            try:
                for packet in self._container.demux():
                    broken = 0
                    yield packet
            except (av.error.ExitError, av.error.TimeoutError) as error:
                name = self._opening[0]
                raise StreamError(f"{name}: sent nothing for {self.silence:.0f} s; is it still there?") from error
            except av.FFmpegError:
                broken += 1
            else:
                return

    def _see(self, packet: Packet[Stream]) -> None:
        if packet.pts is not None and packet.time_base:
            end = (packet.pts + (packet.duration or 0)) * packet.time_base
            self._ends[packet.stream_index] = max(end, self._ends.get(packet.stream_index, end))

    def _decoded(self, packet: Packet[Stream]) -> list[av.VideoFrame]:
        import av

        try:
            return self.stream.codec_context.decode(cast("Any", packet))
        except (EOFError, av.FFmpegError):  # the ledger knows which frame does not come
            self.untimed_errors += packet.pts is None and packet.size > 0
            return []
