"""A window through SDL2 (extra ``[live]``)."""

from __future__ import annotations

import warnings
from enum import Enum, auto
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from skymatte.errors import MissingExtra, OutputError


class Command(Enum):
    """What a person wants of the window."""

    PAUSE = auto()
    STEP = auto()
    MORE = auto()
    LESS = auto()
    SAVE = auto()
    QUIT = auto()


class Window:
    """A resizable window that shows one picture after the other; a context manager.

    SDL wants all of it done in one thread, on some systems the main one.
    """

    def __init__(self, title: str, width: int, height: int) -> None:
        """Open it, as large as asked if the display is.

        Raises:
            MissingExtra: PySDL2 is not installed.
            OutputError: there is no display.
        """
        self._sdl = sdl = _sdl2()
        sdl.SDL_SetHint(sdl.SDL_HINT_NO_SIGNAL_HANDLERS, b"1")  # Ctrl-C is Python's
        sdl.SDL_SetHint(sdl.SDL_HINT_RENDER_SCALE_QUALITY, b"linear")
        if sdl.SDL_Init(sdl.SDL_INIT_VIDEO) != 0:
            raise self._failure()
        width, height = self._fitting(width, height)
        centred = sdl.SDL_WINDOWPOS_CENTERED
        flags = sdl.SDL_WINDOW_RESIZABLE | sdl.SDL_WINDOW_SHOWN
        self._window = sdl.SDL_CreateWindow(title.encode(), centred, centred, width, height, flags)
        if not self._window:
            raise self._failure()
        self._renderer = sdl.SDL_CreateRenderer(self._window, -1, 0)
        if not self._renderer:
            self._renderer = sdl.SDL_CreateRenderer(self._window, -1, sdl.SDL_RENDERER_SOFTWARE)
        self._texture: Any = None
        self._size = (0, 0)
        self._keys = {
            sdl.SDLK_SPACE: Command.PAUSE,
            sdl.SDLK_PERIOD: Command.STEP,
            sdl.SDLK_PLUS: Command.MORE,
            sdl.SDLK_EQUALS: Command.MORE,  # the same key without shift
            sdl.SDLK_KP_PLUS: Command.MORE,
            sdl.SDLK_MINUS: Command.LESS,
            sdl.SDLK_KP_MINUS: Command.LESS,
            sdl.SDLK_s: Command.SAVE,
            sdl.SDLK_q: Command.QUIT,
            sdl.SDLK_ESCAPE: Command.QUIT,
        }

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def show(self, picture: NDArray[np.uint8]) -> None:
        """Show H×W×3 uint8 RGB, as large as the window allows."""
        sdl = self._sdl
        height, width = picture.shape[:2]
        if (width, height) != self._size:
            self._make_texture(width, height)
        picture = np.ascontiguousarray(picture)
        sdl.SDL_UpdateTexture(self._texture, None, picture.ctypes.data, picture.strides[0])
        self._present()

    def commands(self) -> list[Command]:
        """What has been asked for since the last call."""
        sdl, event = self._sdl, self._sdl.SDL_Event()
        asked = []
        while sdl.SDL_PollEvent(event):
            if event.type == sdl.SDL_QUIT:
                asked.append(Command.QUIT)
            elif event.type == sdl.SDL_KEYDOWN and event.key.keysym.sym in self._keys:
                asked.append(self._keys[event.key.keysym.sym])
            elif event.type == sdl.SDL_WINDOWEVENT and self._texture:
                self._present()  # resized, or uncovered
        return asked

    def close(self) -> None:
        """Take it away."""
        self._sdl.SDL_DestroyWindow(self._window)
        self._sdl.SDL_Quit()

    def _fitting(self, width: int, height: int) -> tuple[int, int]:
        """The size in the same proportions that the display has room for."""
        room = self._sdl.SDL_Rect()
        if self._sdl.SDL_GetDisplayUsableBounds(0, room) != 0:
            return width, height
        factor = min(1.0, room.w / width, room.h / height)
        return max(1, int(width * factor)), max(1, int(height * factor))

    def _make_texture(self, width: int, height: int) -> None:
        sdl = self._sdl
        if self._texture:
            sdl.SDL_DestroyTexture(self._texture)
        streaming = sdl.SDL_TEXTUREACCESS_STREAMING
        self._texture = sdl.SDL_CreateTexture(self._renderer, sdl.SDL_PIXELFORMAT_RGB24, streaming, width, height)
        sdl.SDL_RenderSetLogicalSize(self._renderer, width, height)
        self._size = (width, height)

    def _present(self) -> None:
        self._sdl.SDL_RenderClear(self._renderer)
        self._sdl.SDL_RenderCopy(self._renderer, self._texture, None, None)
        self._sdl.SDL_RenderPresent(self._renderer)

    def _failure(self) -> OutputError:
        said = self._sdl.SDL_GetError().decode(errors="replace")
        self._sdl.SDL_Quit()
        return OutputError(f"no window can be opened ({said}); leave out --live, or run where there is a display")


def _sdl2() -> Any:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # it tells which of several SDL libraries it has taken
            import sdl2
    except ImportError:
        raise MissingExtra("--live needs PySDL2; install it with: pip install 'skymatte[live]'") from None
    return sdl2
