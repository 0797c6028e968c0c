"""Moving scenes with exact mattes: a camera that turns, shakes and flies before drifting clouds, wind, noise, H.264.

A rendered scene is two layers.  Ground and matte are seen by one camera, the whole sky by another that moves otherwise:
that is what flying looks like.  What is seen of both mixes by the matte, so each frame's matte stays exact.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from tempfile import TemporaryDirectory

import av
import cv2
import numpy as np
from numpy.typing import NDArray

from benchmarks.scenery import FIRST_SEED, busiest, make_scene
from skymatte.picture.camera import Camera
from skymatte.picture.encoding import srgb_from_linear
from skymatte.picture.exposure import exposure_scale
from skymatte.picture.model import Projection
from skymatte.scenes.panorama import blocks, render_layers
from skymatte.scenes.sampling import Block
from skymatte.scenes.scene import Scene

Array = NDArray[np.float32]

RATE = 25
_FRAMES = 50
_WIDTH, _HEIGHT = 640, 480
_PANORAMA = 1024
_NOISE = 0.008
_CRF = "26"


@dataclass(frozen=True, slots=True)
class Flight:
    """How the camera and the world move; angles in degrees a second.

    Attributes:
        turn: of the camera to the right.
        past: by which the ground passes the sky.
        closer: growth of the ground, a share a second.
        shake: of the hand, degrees.
        wind: how far leaves are blown, in pixels of the panorama.
    """

    turn: float = 0.0
    past: float = 0.0
    closer: float = 0.0
    shake: float = 0.05
    wind: float = 0.0


FLIGHTS: dict[tuple[str, str], Flight] = {
    ("hills", "cumulus"): Flight(turn=8, past=3, closer=0.03),
    ("street", "clear"): Flight(past=1, closer=0.12, shake=0.12),
    ("park", "overcast"): Flight(turn=-4, past=2, wind=1.2),
    ("works", "hazy"): Flight(turn=15, shake=0.1),
}
"""Place and weather: how it is seen."""


@dataclass(frozen=True, slots=True)
class MovingScene:
    """A clip and what is true of it.

    Attributes:
        name: for the tables.
        frames: T×H×W×3 uint8, as decoded from H.264.
        truths: T×H×W float32 in [0, 1], exact.
    """

    name: str
    frames: NDArray[np.uint8]
    truths: Array


def moving_scenes(folder: Path | None, count: int = _FRAMES) -> Iterator[MovingScene]:
    """All scenes, ``count`` frames each.

    Args:
        folder: keeps what was rendered; empty it after the scenes have changed.
        count: frames of each.
    """
    for number, ((place, sky), flight) in enumerate(FLIGHTS.items()):
        name = f"{place}, {sky}"
        path = folder / f"moving-{place}-{sky}-{count}.npz" if folder else None
        if path and path.exists():
            kept = np.load(path)
            yield MovingScene(name, kept["frames"], kept["truths"].astype(np.float32))
            continue
        scene = filmed(name, make_scene(place, sky, FIRST_SEED + 500 + number), flight, count)
        if path:
            path.parent.mkdir(parents=True, exist_ok=True)
            np.savez(path, frames=scene.frames, truths=scene.truths.astype(np.float16))
        yield scene


def filmed(name: str, scene: Scene, flight: Flight, count: int, height: int = _PANORAMA) -> MovingScene:
    """Render a scene once, ``height`` pixels high, and film it."""
    sky, ground, matte = _layers(scene, height)
    rng = np.random.default_rng(height)
    yaw = 2 * math.pi * busiest(matte, 8) / 8
    exposure, frames, truths = 0.0, [], []
    for index, shake in enumerate(_shaken(rng, count) * math.radians(flight.shake)):
        seconds = index / RATE
        yaw_now = yaw + math.radians(flight.turn) * seconds + float(shake[0])
        pitch = 0.2 + float(shake[1])
        fov = math.radians(85)
        above = _seen(sky, fov, yaw_now, pitch)
        near = 2 * math.atan(math.tan(fov / 2) / (1 + flight.closer * seconds))
        passed = yaw_now + math.radians(flight.past) * seconds
        share, below = (_seen(each, near, passed, pitch, flight.wind, seconds) for each in (matte, ground))
        light = above * share[..., None] + below
        exposure = exposure or exposure_scale(light)
        frames.append(_developed(light * np.float32(exposure), rng))
        truths.append(share)
    return MovingScene(name, compressed(np.stack(frames)), np.stack(truths))


def _layers(scene: Scene, height: int) -> tuple[Array, Array, Array]:
    """Sky everywhere, what is not sky times its share, and the matte."""
    width = 2 * height
    sky, ground = (np.empty((height, width, 3), np.float32) for _ in range(2))
    matte = np.empty((height, width), np.float32)
    for top, bottom in blocks(width, height):
        rows = slice(top, bottom)
        _, ground[rows], matte[rows] = render_layers(scene, width, height, top, bottom)
        directions = Block(width, height, top, bottom).directions
        sky[rows] = scene.sky.radiance(directions).reshape(-1, width, 3)
    return sky, ground * (1 - matte)[..., None], matte


def _shaken(rng: np.random.Generator, count: int) -> NDArray[np.float64]:
    """A hand's unsteadiness, count×2 of deviation 1 and a few waves a second."""
    steps = cv2.GaussianBlur(rng.standard_normal((count + 20, 2)), (1, 9), 0, sigmaY=1.5)[10:-10]
    return np.asarray(steps / steps.std())


def _seen(layer: Array, fov: float, yaw: float, pitch: float, wind: float = 0.0, seconds: float = 0.0) -> Array:
    """A layer through a camera; the view is finer than the panorama, so that one bilinear look a pixel is enough."""
    source = Camera(projection=Projection.EQUIRECTANGULAR, width=layer.shape[1], height=layer.shape[0])
    target = Camera(projection=Projection.PERSPECTIVE, width=_WIDTH, height=_HEIGHT, fov=fov, yaw=yaw, pitch=pitch)
    u, v, _ = source.coordinates(target.directions()[0])
    if wind:
        # Gusts travel over the panorama; neighbouring leaves move alike.
        gust = np.float32(2 * math.pi * seconds)
        across = wind * np.sin(u / 31 + v / 43 + 1.3 * gust) * np.sin(v / 17 + 0.4 * gust)
        along = wind / 2 * np.sin(u / 23 - v / 29 + 0.9 * gust)
        u, v = np.asarray(u + across, np.float32), np.asarray(v + along, np.float32)
    seen = cv2.remap(layer, u, v, cv2.INTER_LINEAR, borderMode=cv2.BORDER_WRAP)
    return np.asarray(seen, np.float32)


def _developed(light: Array, rng: np.random.Generator) -> NDArray[np.uint8]:
    """8-bit sRGB with noise, its exposure off by a hundredth or so."""
    shown = srgb_from_linear(np.clip(light * np.float32(1 + rng.normal(0, 0.01)), 0, 1))
    return np.rint(255 * np.clip(shown + rng.normal(0, _NOISE, shown.shape), 0, 1)).astype(np.uint8)


def compressed(frames: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """What H.264 at an ordinary quality leaves of T×H×W×3 frames."""
    with TemporaryDirectory() as name:
        path = str(Path(name) / "clip.mp4")
        with av.open(path, "w") as container:
            stream = container.add_stream("libx264", rate=RATE, options={"preset": "veryfast", "crf": _CRF})
            stream.height, stream.width = frames.shape[1:3]
            stream.pix_fmt = "yuv420p"
            stream.codec_context.time_base = Fraction(1, RATE)
            for frame in frames:
                container.mux(stream.encode(av.VideoFrame.from_ndarray(frame, "rgb24")))
            container.mux(stream.encode(None))
        with av.open(path) as container:
            return np.stack([frame.to_ndarray(format="rgb24") for frame in container.decode(video=0)])
