"""How the machine is shared out for video, and which model is taken."""

from __future__ import annotations

from typing import Final

from skymatte.runtime.model import DEFAULT_MODEL, built_in_models

VIDEO_MODEL: Final = "skymatte-video-1"


def video_model(asked: str | None) -> str:
    """The model that was asked for; else the built-in one for video, or the default one where there is none."""
    if asked is not None:
        return asked
    return VIDEO_MODEL if VIDEO_MODEL in built_in_models() else DEFAULT_MODEL


def one_thread_each() -> None:
    """Let OpenCV work in the calling thread, in the whole process: frames side by side keep the cores busy already."""
    import cv2

    cv2.setNumThreads(1)
