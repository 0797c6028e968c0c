"""Which pictures a batch works on, and under which names its results are kept: decided before it starts."""

from __future__ import annotations

import glob
import os
from collections import defaultdict
from collections.abc import Hashable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from skymatte.picture.read import SUFFIXES

OUTPUT_ENDINGS = (
    ".mask.png",
    ".matte.exr",
    ".matte.png",
    ".overlay.jpg",
    ".cutout.exr",
    ".view.jpg",
    ".confidence.exr",
    ".confidence.png",
    ".horizon.png",
)
"""Endings of files that skymatte writes and that look like pictures."""

SIDECAR_ENDING = ".sky.json"


@dataclass(frozen=True, slots=True)
class Job:
    """One picture of a batch.

    Attributes:
        source: the picture.
        folder: where its results go.
        name: what they are called, without ending: its stem, unless that is taken.
        problem: why it cannot be worked on; empty if it can.
    """

    source: Path
    folder: Path
    name: str
    problem: str = ""

    def output(self, ending: str) -> Path:
        """The result with an ending such as ``.mask.png``."""
        return self.folder / f"{self.name}{ending}"


def plan(inputs: Sequence[str | Path], output: Path | None = None, *, recursive: bool = False) -> list[Job]:
    """The jobs of a batch, in a fixed order, with distinct output names.

    Results are called by the picture's stem and lie in ``output``, below it in the same sub-folders if a folder was
    searched recursively, or beside each picture without ``output``.  Pictures that would get the same name are told
    apart, all of them: those from different folders go to sub-folders of these names, those from one folder keep their
    suffix in the name (``x.exr.mask.png``, ``x.hdr.mask.png``).

    Args:
        inputs: files, folders and glob patterns; ``~`` is the home folder.
        output: folder of the results.
        recursive: search folders with all their sub-folders.

    Returns:
        One job per picture, and one with a ``problem`` for every input that leads to none.
    """
    found: dict[Path, Job] = {}
    for given in inputs:
        for job in _expand(str(given), output, recursive):
            found.setdefault(_identity(job.source), job)
    jobs = list(found.values())
    return _distinct(jobs)


def _identity(path: Path) -> Path:
    return Path(os.path.realpath(path))


def _expand(given: str, output: Path | None, recursive: bool) -> Iterator[Job]:
    path = Path(given).expanduser()
    if path.is_dir():
        yield from _search(path, output, recursive)
    elif path.exists() or not glob.has_magic(given):
        yield _file_job(path, output)
    else:
        # Path.glob takes no absolute patterns.
        matches = [Path(match) for match in sorted(glob.glob(str(path), recursive=True))]  # noqa: PTH207
        pictures = [match for match in matches if match.is_file() and match.suffix.lower() in SUFFIXES]
        for picture in pictures:
            yield _file_job(picture, output)
        if not pictures:
            yield Job(path, output or path.parent, path.name, "no picture matches this pattern")


def _file_job(path: Path, output: Path | None) -> Job:
    folder = output or path.parent
    if not os.path.lexists(path):
        return Job(path, folder, path.stem, "no such file or folder")
    return Job(path, folder, path.stem)


def _search(top: Path, output: Path | None, recursive: bool) -> Iterator[Job]:
    try:
        files = sorted(_walk(top, output) if recursive else (each for each in top.iterdir() if each.is_file()))
    except OSError as error:
        yield Job(top, output or top, top.name, f"this folder cannot be listed: {error.strerror}")
        return
    pictures = [each for each in files if each.suffix.lower() in SUFFIXES and not each.name.startswith(".")]
    for each in pictures:
        if not is_output(each):
            yield Job(each, output / each.parent.relative_to(top) if output else each.parent, each.stem)
    if not pictures:
        hint = "" if recursive else "; search its sub-folders with -r"
        yield Job(top, output or top, top.name, f"no pictures in this folder{hint}")


def _walk(top: Path, output: Path | None) -> Iterator[Path]:
    """Files below ``top``, without those of an output folder that lies inside it."""
    left_out = None if output is None or _identity(output) == _identity(top) else _identity(output)
    for folder, folders, names in os.walk(top, onerror=_raise):
        folders[:] = [name for name in folders if _identity(Path(folder, name)) != left_out]
        yield from (Path(folder, name) for name in names)


def _raise(error: OSError) -> None:
    raise error


def is_output(path: Path) -> bool:
    """Whether a file is a result: named like one, with the picture or the report of that name beside it."""
    for ending in OUTPUT_ENDINGS:
        if path.name.endswith(ending):
            stem = path.name.removesuffix(ending)
            return any(path.with_name(stem + each).exists() for each in (SIDECAR_ENDING, *SUFFIXES, ""))
    return False


def _distinct(jobs: list[Job]) -> list[Job]:
    for clash in _clashes(jobs):
        if len({_identity(jobs[i].source).parent for i in clash}) > 1:
            common = Path(os.path.commonpath([_identity(jobs[i].source).parent for i in clash]))
            for i in clash:
                below = _identity(jobs[i].source).parent.relative_to(common)
                jobs[i] = replace(jobs[i], folder=jobs[i].folder / below)
    for clash in _clashes(jobs):
        for i in clash:
            jobs[i] = replace(jobs[i], name=jobs[i].source.name)
    for clash in _clashes(jobs):
        for count, i in enumerate(clash[1:], start=2):
            jobs[i] = replace(jobs[i], name=f"{jobs[i].name}-{count}")
    return jobs


def _clashes(jobs: Iterable[Job]) -> list[list[int]]:
    """Groups of jobs, by index, whose results would have the same names (on any file system: case does not count)."""
    groups: dict[Hashable, list[int]] = defaultdict(list)
    for index, job in enumerate(jobs):
        if job.problem:
            continue
        groups[str(_identity(job.folder)).casefold(), job.name.casefold()].append(index)
    return [group for group in groups.values() if len(group) > 1]
