"""Writes ``label_studio_golden.json``: what label-studio-sdk itself makes of masks and of an export.

Run once, in an environment of its own (the SDK pins an older numpy)::

    python -m venv sdk && sdk/bin/pip install label-studio-sdk==2.1.2
    sdk/bin/python tests/datasets/make_label_studio_golden.py
"""

from __future__ import annotations

import json
import tempfile
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
from label_studio_sdk.converter import Converter
from label_studio_sdk.converter.brush import mask2rle

HERE = Path(__file__).resolve().parent
CONFIG = """<View><Image name="image" value="$image"/>
<PolygonLabels name="label" toName="image"><Label value="Sky"/><Label value="Hole"/></PolygonLabels></View>"""


def masks() -> list[np.ndarray[Any, np.dtype[np.uint8]]]:
    """Noise of several densities, all, nothing, and a run of more than 2¹⁶ bytes."""
    rng = np.random.default_rng(7)
    noise = [(rng.random((13, 17)) < density).astype(np.uint8) * 255 for density in (0.05, 0.3, 0.9)]
    long = np.zeros((150, 240), np.uint8)
    long[80:83, 100:190] = 255
    return [*noise, np.full((4, 5), 255, np.uint8), np.zeros((4, 5), np.uint8), long]


def runs(mask: np.ndarray[Any, np.dtype[np.uint8]]) -> list[int]:
    """Lengths of runs along the rows, by turns outside (perhaps none) and inside the mask."""
    lengths = [0]
    inside = False
    for value in (mask.ravel() > 0).tolist():
        if value != inside:
            lengths.append(0)
            inside = value
        lengths[-1] += 1
    return lengths


def task(number: int, name: str, size: tuple[int, int], regions: list[tuple[str, list[list[float]]]]) -> dict[str, Any]:
    """A task with one annotation of polygons in percent."""
    results = [
        {
            "id": f"r{number}{index}",
            "type": "polygonlabels",
            "from_name": "label",
            "to_name": "image",
            "original_width": size[0],
            "original_height": size[1],
            "image_rotation": 0,
            "value": {"points": points, "polygonlabels": [label], "closed": True},
        }
        for index, (label, points) in enumerate(regions)
    ]
    annotation = {"id": 10 + number, "was_cancelled": False, "result": results, "completed_by": 1}
    return {"id": number, "data": {"image": f"/data/upload/1/0a1b2c3d-{name}"}, "annotations": [annotation]}


def polygon(rng: np.random.Generator, corners: int, reach: float) -> list[list[float]]:
    """A star-shaped polygon around the middle, in percent."""
    angle = np.sort(rng.uniform(0, 2 * np.pi, corners))
    radius = rng.uniform(0.3 * reach, reach, corners)
    points = 50 + radius[:, None] * np.stack((np.cos(angle), np.sin(angle)), axis=1)
    return [[float(x), float(y)] for x, y in points]


def to_coco(tasks: list[dict[str, Any]]) -> dict[str, Any]:
    """The tasks as the SDK converts them."""
    with tempfile.TemporaryDirectory() as folder:
        source = Path(folder, "export.json")
        source.write_text(json.dumps(tasks), encoding="utf-8")
        converter = Converter(config=CONFIG, project_dir=folder, download_resources=False)
        converter.convert_to_coco(str(source), str(Path(folder, "out")), is_dir=False)
        content: dict[str, Any] = json.loads(Path(folder, "out", "result.json").read_text(encoding="utf-8"))
    return {key: content[key] for key in ("images", "categories", "annotations")}


def main() -> None:
    """Make the file."""
    rng = np.random.default_rng(3)
    tasks = [
        task(1, "hill.jpg", (160, 80), [("Sky", polygon(rng, 9, 45)), ("Hole", polygon(rng, 5, 15))]),
        task(2, "lake.jpg", (90, 120), [("Sky", polygon(rng, 30, 48))]),
    ]
    brushes = [
        {"width": mask.shape[1], "height": mask.shape[0], "runs": runs(mask), "rle": mask2rle(mask)} for mask in masks()
    ]
    content = {"sdk": version("label-studio-sdk"), "brushes": brushes, "tasks": tasks, "coco": to_coco(tasks)}
    text = json.dumps(content, separators=(",", ":")) + "\n"
    (HERE / "label_studio_golden.json").write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
