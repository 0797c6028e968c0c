"""A real X display that nobody sees: windows are opened on it, keys are typed, and what it shows is looked at."""

from __future__ import annotations

import os
import shutil
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

PROGRAMS = ("Xvfb", "xdotool", "ffmpeg")
WIDTH, HEIGHT = 1024, 640


class Display:
    """A display of 1024×640 pixels.

    Attributes:
        name: as ``$DISPLAY`` has it.
    """

    def __init__(self, number: int, folder: Path) -> None:
        self.name = f":{number}"
        self._folder = folder

    def environment(self) -> dict[str, str]:
        """For programs that are to open windows here."""
        plain = {name: value for name, value in os.environ.items() if name != "WAYLAND_DISPLAY"}
        return {**plain, "DISPLAY": self.name, "SDL_VIDEODRIVER": "x11"}

    def type_key(self, key: str) -> None:
        """Press and release a key, as X names it, through the XTest extension."""
        self._xdotool("key", key)

    def resize(self, width: int, height: int) -> None:
        """Resize the window below the pointer, which is in the middle of the display; its corner stays."""
        told = self._xdotool("getmouselocation", "--shell")
        (window,) = (line.removeprefix("WINDOW=") for line in told.splitlines() if line.startswith("WINDOW="))
        self._xdotool("windowsize", window, str(width), str(height))

    def _xdotool(self, *arguments: str) -> str:
        command = ["xdotool", *arguments]
        return subprocess.run(command, env=self.environment(), check=True, capture_output=True, text=True).stdout

    def look(self) -> NDArray[np.uint8]:
        """What the whole display shows: 640×1024×3 uint8 RGB."""
        shot = self._folder / "screen.png"
        grab = ["-f", "x11grab", "-draw_mouse", "0", "-video_size", f"{WIDTH}x{HEIGHT}", "-i", self.name]
        subprocess.run(["ffmpeg", "-v", "error", "-y", *grab, "-frames:v", "1", shot], check=True)
        return np.asarray(cv2.imread(str(shot)), np.uint8)[..., ::-1]

    def wait_for(self, seen: Callable[[NDArray[np.uint8]], bool]) -> NDArray[np.uint8]:
        """Look until it is seen; a minute means that it never will be."""
        end = time.monotonic() + 60
        while True:
            shown = self.look()
            if seen(shown):
                return shown
            assert time.monotonic() < end, f"never seen; the display's mean is {shown.mean(axis=(0, 1))}"
            time.sleep(0.2)


@contextmanager
def display(folder: Path) -> Iterator[Display]:
    """Start a display, and end it afterwards; skips the test where the programs for it are missing."""
    missing = [name for name in PROGRAMS if shutil.which(name) is None]
    if missing:
        pytest.skip(f"no virtual display here: {', '.join(missing)} missing (Debian: xvfb, xdotool, ffmpeg)")
    reading, writing = os.pipe()
    size = f"{WIDTH}x{HEIGHT}x24"
    server = subprocess.Popen(
        ["Xvfb", "-displayfd", str(writing), "-screen", "0", size, "-nolisten", "tcp"],
        pass_fds=[writing],
        stderr=subprocess.DEVNULL,
    )
    os.close(writing)
    try:
        with os.fdopen(reading) as told:
            yield Display(int(told.readline()), folder)
    finally:
        server.terminate()
        with suppress(subprocess.TimeoutExpired):
            server.wait(20)
