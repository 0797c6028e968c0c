"""The sound of a video file, copied packet by packet beside new pictures."""

from __future__ import annotations

from collections.abc import Generator
from fractions import Fraction
from io import BytesIO
from math import ceil
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from av.audio.stream import AudioStream
    from av.bitstream import BitStreamFilterContext
    from av.container import OutputContainer
    from av.packet import Packet
    from av.stream import Stream

_TAIL: Final = Fraction(1, 2)
"""Seconds before the end of the input's pictures from which the pictures count as complete."""

_OVERLAP: Final = Fraction(1, 500)
"""Seconds by which packets overlap where a container rounds their times."""

_MICROSECOND: Final = Fraction(1, 1_000_000)


class AudioCopy:
    """Reads a file a second time and hands over its sound as far as the pictures have come.

    Attributes:
        video_start: seconds from the first packet of the file to its first picture, which are kept.
    """

    def __init__(self, path: str, output: OutputContainer, notes: list[str]) -> None:
        """Raises av.FFmpegError: *path* cannot be opened.

        Args:
            path: the file.
            output: where its sound goes; has not been begun yet.
            notes: is told of sound that cannot be copied.
        """
        import av

        self._output = output
        self._notes = notes
        self._input = av.open(path, "r")
        self._start = (self._input.start_time or 0) * _MICROSECOND
        self.video_start, self._end = self._pictures()
        self._pairs: dict[int, Stream] = {}
        self._ends: dict[int, Fraction] = {}
        self._filters: dict[int, BitStreamFilterContext] = {}
        for stream in self._input.streams.audio:
            self._add(stream)
        self._packets = self._read([self._input.streams[index] for index in self._pairs])
        self._next = next(self._packets, None)

    def copy_until(self, time: Fraction | None) -> None:
        """Write all sound that begins not later than *time*, in seconds of the output; ``None`` for all there is."""
        while self._next is not None and (time is None or self._begins(self._next) <= time):
            packet = self._next
            self._shift(packet)
            self._write(packet)
            self._next = next(self._packets, None)

    def finish(self, time: Fraction) -> None:
        """The pictures end at *time*; where they are complete, the sound that the file has beyond them is kept."""
        complete = self._end is not None and time >= self._end - _TAIL
        self.copy_until(None if complete else time)

    def close(self) -> None:
        """Let go of the file."""
        self._packets.close()
        self._input.close()

    def _shift(self, packet: Packet[Any]) -> None:
        """Count from the first packet of the file; a packet whose time runs backwards follows on the last one."""
        shift = round(self._start / packet.time_base)
        packet.pts, packet.dts = (packet.pts or 0) - shift, (packet.dts or 0) - shift
        end = self._ends.get(packet.stream.index)
        if end is not None and packet.dts * packet.time_base < end - _OVERLAP:
            packet.pts = packet.dts = ceil(end / packet.time_base)
        length = max((packet.duration or 0) * packet.time_base, 2 * _OVERLAP)
        self._ends[packet.stream.index] = packet.dts * packet.time_base + length

    def _write(self, packet: Packet[Any]) -> None:
        index = packet.stream.index
        for whole in self._filters[index].filter(packet) if index in self._filters else (packet,):
            whole.stream = self._pairs[index]
            self._output.mux(whole)

    def _pictures(self) -> tuple[Fraction, Fraction | None]:
        """When the pictures begin and, if the header tells, end, in seconds of the output."""
        stream = self._input.streams.best("video")
        if stream is None or stream.time_base is None:
            return Fraction(0), None
        start = (stream.start_time or 0) * stream.time_base - self._start
        if stream.duration:
            return start, start + stream.duration * stream.time_base
        return start, self._input.duration * _MICROSECOND if self._input.duration else None

    def _add(self, stream: AudioStream) -> None:
        name = stream.codec_context.name if stream.codec_context else "unknown"
        if not _holds(self._output.format.name, stream):
            self._notes.append(
                f"{Path(self._input.name).name}: its {name} sound is left out, "
                f"which {self._output.format.name} cannot hold"
            )
            return
        self._pairs[stream.index] = self._output.add_stream_from_template(stream, opaque=True)
        if name == "aac" and not stream.codec_context.extradata:  # ADTS, as .ts has it
            from av.bitstream import BitStreamFilterContext

            self._filters[stream.index] = BitStreamFilterContext("aac_adtstoasc", stream)

    def _read(self, streams: list[Stream]) -> Generator[Packet[Any], None, None]:
        """Packets of these streams with their time stamps; a broken place ends the sound."""
        import av

        if not streams:
            return
        try:
            for packet in self._input.demux(streams):
                if packet.pts is not None and packet.dts is not None and packet.size:
                    yield packet
        except av.FFmpegError as error:
            self._notes.append(f"{Path(self._input.name).name}: its sound breaks off ({error.strerror})")

    def _begins(self, packet: Packet[Stream]) -> Fraction:
        return (packet.pts or 0) * packet.time_base - self._start


def _holds(form: str, stream: AudioStream) -> bool:
    """Whether a container takes such sound: some refuse it only when their header is written, so one is, to nowhere."""
    import av

    try:
        with av.open(BytesIO(), "w", format=form) as trial:
            trial.add_stream_from_template(stream, opaque=True)
            trial.start_encoding()
    except (av.FFmpegError, ValueError):
        return False
    return True
