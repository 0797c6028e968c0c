"""``skymatte dataset project``: pictures and their labels from one projection to another."""

from __future__ import annotations

from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from skymatte.cli.console import show_error

if TYPE_CHECKING:
    from collections.abc import Sequence

    from skymatte.datasets.lens import Lens, Wanted
    from skymatte.datasets.projecting import Projected
    from skymatte.sky.plan import Job

_Angle = float | None
_Fisheye = Literal["equidistant", "stereographic"]


def project(
    inputs: Annotated[list[str], typer.Argument(metavar="PICTURE...", help="Pictures, folders or glob patterns.")],
    output: Annotated[Path, typer.Option("-o", "--output", metavar="DIR", help="Gets pictures/, labels/ and mattes/.")],
    to: Annotated[
        Literal["equirectangular", "fisheye", "perspective"], typer.Option("--to", help="Projection of the results.")
    ],
    fov: Annotated[
        _Angle,
        typer.Option("--fov", metavar="DEG", help="Field of view of the results.  [default: fisheye 180, else 90]"),
    ] = None,
    yaw: Annotated[float, typer.Option("--yaw", metavar="DEG", help="Where they look: turn to the right.")] = 0.0,
    pitch: Annotated[
        _Angle,
        typer.Option("--pitch", metavar="DEG", help="Tilt upwards.  [default: fisheye 90, straight up; else 0]"),
    ] = None,
    roll: Annotated[float, typer.Option("--roll", metavar="DEG", help="Tilt clockwise.")] = 0.0,
    mapping: Annotated[
        _Fisheye | None, typer.Option("--mapping", help="Of fisheye results.  [default: equidistant]")
    ] = None,
    width: Annotated[
        int | None, typer.Option("--width", min=1, metavar="N", help="Pixels.  [default: keeps the resolution]")
    ] = None,
    height: Annotated[
        int | None, typer.Option("--height", min=1, metavar="N", help="Of perspective results.  [default: 2/3 width]")
    ] = None,
    source: Annotated[
        Literal["auto", "equirectangular", "fisheye", "perspective"],
        typer.Option("--from", help="Projection of the pictures; auto: as the files say, never fisheye."),
    ] = "auto",
    from_fov: Annotated[
        _Angle,
        typer.Option("--from-fov", metavar="DEG", help="Their field of view.  [default: fisheye 180]"),
    ] = None,
    from_yaw: Annotated[float, typer.Option("--from-yaw", metavar="DEG", help="Where they look.")] = 0.0,
    from_pitch: Annotated[
        _Angle, typer.Option("--from-pitch", metavar="DEG", help="[default: fisheye 90, straight up; else 0]")
    ] = None,
    from_roll: Annotated[float, typer.Option("--from-roll", metavar="DEG", help="Tilt clockwise.")] = 0.0,
    from_mapping: Annotated[
        _Fisheye | None, typer.Option("--from-mapping", help="Of fisheye pictures.  [default: equidistant]")
    ] = None,
    labels: Annotated[
        Path | None, typer.Option("--labels", metavar="DIR", help="Labels, masks or mattes of the pictures, by stem.")
    ] = None,
    overwrite: Annotated[bool, typer.Option("--overwrite", help="Replace results that exist.")] = False,
) -> None:
    """Project pictures, and their labels alike: fisheye, equirectangular and perspective into each other."""
    from skymatte.datasets.lens import Wanted

    if to == "perspective" and fov is None:
        fov = 90.0
    if height is not None and to != "perspective":
        raise typer.BadParameter(f"a picture that is {to} gets its height from --width", param_hint="--height")
    if to == "equirectangular" and width is not None and width % 2:
        raise typer.BadParameter("of a panorama must be even: it is twice as wide as high", param_hint="--width")
    if labels is not None and not labels.is_dir():
        raise typer.BadParameter(f"{labels}: no such folder", param_hint="--labels")
    wanted = Wanted(
        source=_lens(source, from_fov, from_yaw, from_pitch, from_roll, from_mapping),
        target=_lens(to, fov, yaw, pitch, roll, mapping),
        width=width,
        height=height,
        labels=labels,
    )
    _check(wanted)
    jobs = _planned(inputs, output.expanduser())
    failed = 0
    for job in jobs:
        failed += not _done(job, wanted, [each.source for each in jobs], overwrite=overwrite)
    if len(jobs) > 1:
        typer.echo(f"{len(jobs) - failed} done, {failed} failed")
    if failed:
        raise typer.Exit(1)


def _lens(projection: str, fov: _Angle, yaw: float, pitch: _Angle, roll: float, mapping: _Fisheye | None) -> Lens:
    from skymatte.datasets.lens import Lens
    from skymatte.picture.camera import Mapping
    from skymatte.picture.model import Projection

    return Lens(
        projection=None if projection == "auto" else Projection(projection),
        fov=fov,
        yaw=yaw,
        pitch=pitch,
        roll=roll,
        mapping=None if mapping is None else Mapping(mapping),
    )


def _check(wanted: Wanted) -> None:
    """Refuse angles that cannot be before a picture is touched."""
    from skymatte.errors import InputError

    sides = [("--to", wanted.target)] + ([("--from", wanted.source)] if wanted.source.projection else [])
    for option, lens in sides:
        try:
            camera = lens.camera(2, 1)
            if option == "--to":
                wanted.target_camera(camera)
        except InputError as error:
            raise typer.BadParameter(str(error), param_hint=option) from None


def _planned(inputs: Sequence[str], output: Path) -> list[Job]:
    """The pictures; those of one stem cannot be told apart, neither as results nor by their labels."""
    from skymatte.sky.plan import plan

    jobs = plan(inputs, output)
    stems: dict[str, Path] = {}
    for job in jobs:
        before = stems.setdefault(job.source.stem.casefold(), job.source)
        if before != job.source:
            raise typer.BadParameter(f"{before} and {job.source} would get one name; project them one after the other")
    return jobs


def _done(job: Job, wanted: Wanted, inputs: Sequence[Path], *, overwrite: bool) -> bool:
    """Work off one picture and say what became of it."""
    from skymatte.datasets.projecting import check_places, project, targets
    from skymatte.errors import SkymatteError

    if job.problem:
        show_error(f"{job.source}: {job.problem}")
        return False
    begun = perf_counter()
    try:
        places = targets(job.source.stem, job.folder)[: 1 if wanted.labels is None else None]
        check_places(places, {path.resolve() for path in inputs}, overwrite=overwrite)
        result = project(job.source, job.source.stem, job.folder, wanted)
    except SkymatteError as error:
        show_error(str(error))
        return False
    except MemoryError:
        show_error(f"{job.source}: not enough memory for this result; ask for a smaller --width")
        return False
    typer.echo(_line(job.source, result, perf_counter() - begun))
    for note in result.notes:
        typer.echo(f"  note: {note}")
    return True


def _line(source: Path, result: Projected, seconds: float) -> str:
    sizes = " → ".join(f"{each.projection} {each.width}×{each.height}" for each in (result.source, result.target))
    written = ", ".join(str(path) for path in result.files)
    clamped = f", {result.clamped} samples clamped to 65504" if result.clamped else ""
    return f"{source.name}: {sizes}, {result.seen:.1%} of it filled{clamped}, {seconds:.1f} s: {written}"
