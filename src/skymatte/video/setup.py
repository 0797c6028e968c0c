"""How the machine is shared out for video, and which model is taken."""

from __future__ import annotations

from typing import Final

VIDEO_MODEL: Final = "skymatte-video-1"
"""The built-in model for video."""


def one_thread_each() -> None:
    """Let OpenCV work in the calling thread, in the whole process: frames side by side keep the cores busy already."""
    import cv2

    cv2.setNumThreads(1)
