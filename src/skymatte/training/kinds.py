"""Every task that a recipe can name: what its recipe says, and how it is opened."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from skymatte.errors import RecipeError
from skymatte.training.joint_sky import open_joint_sky
from skymatte.training.joint_sky_recipe import JointSkyRecipe
from skymatte.training.plan import Plan
from skymatte.training.precision import Precision
from skymatte.training.recipe import Recipe
from skymatte.training.recipe_file import read_plan
from skymatte.training.sky import export_sky, open_sky
from skymatte.training.street_joint import open_joint
from skymatte.training.street_plan import JointPlan, SegmentPlan, SharpenPlan
from skymatte.training.street_segment import open_segment
from skymatte.training.street_sharpen import open_sharpen
from skymatte.training.superres import export_superres, open_superres
from skymatte.training.superres_recipe import SuperresRecipe
from skymatte.training.task import Report, Task

Open = Callable[[Any, Path, Path, Report], Task]
Export = Callable[[Any, Path, Path, list[Path], Path, Precision, Report], None]


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of task.

    Attributes:
        plan: its recipes.
        open: (recipe, data, folder of the run, report) → the task with its material read.
        export: (recipe, data, folder of the run, checkpoints, target, precision, report): what ``skymatte export`` does
            where it is more than the task's own :meth:`~skymatte.training.task.Task.export`: smaller number formats, or
            less material to read.
    """

    plan: type[Plan]
    open: Open
    export: Export | None = None


KINDS: Final[dict[str, Kind]] = {
    "sky": Kind(Recipe, open_sky, export_sky),
    "superres": Kind(SuperresRecipe, open_superres, export_superres),
    "street": Kind(SegmentPlan, open_segment),
    "guided": Kind(SharpenPlan, open_sharpen),
    "joint": Kind(JointPlan, open_joint),
    "joint-sky": Kind(JointSkyRecipe, open_joint_sky),
}
"""By what recipes call them: ``task``."""


def load_plan(name_or_path: str, overrides: tuple[str, ...] = ()) -> Plan:
    """Read a recipe of any task; arguments and errors as of :func:`~skymatte.training.recipe_file.read_plan`."""
    return read_plan(name_or_path, overrides, {name: kind.plan for name, kind in KINDS.items()})


def export_model(
    plan: Plan,
    data: Path,
    folder: Path,
    checkpoints: list[Path],
    target: Path,
    precision: Precision,
    *,
    report: Report,
) -> None:
    """Write the model file of checkpoints of a run: what ``skymatte export`` does.

    Args:
        plan: the recipe that the run followed.
        data: folder that it learnt from.
        folder: of the run.
        checkpoints: averaged if several.
        target: the ``.onnx`` file.
        precision: its number format.
        report: told what came out.

    Raises:
        RecipeError: models of this task have no such format.
    """
    kind = KINDS[plan.task]
    if kind.export is not None:
        kind.export(plan, data, folder, checkpoints, target, precision, report)
    elif precision is Precision.FP32:
        kind.open(plan, data, folder, report).export(checkpoints, target, report=report)
    else:
        raise RecipeError(f"{plan.name}: models of the task {plan.task} are written in fp32 only, not {precision}")
