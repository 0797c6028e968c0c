"""A batch of enlargements: names, what exists already, failures beside successes, Ctrl-C."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from skymatte.picture.oiio import write_png8
from skymatte.sky.batch import Existing, Outcome, Status
from skymatte.sky.plan import Job, plan
from skymatte.superres.batch import Settings, is_result, result_of, run
from skymatte.superres.method import open_method

BICUBIC = open_method("bicubic", 2)


def pictures(folder: Path, *names: str, side: int = 6) -> list[Path]:
    paths = [folder / name for name in names]
    for path in paths:
        path.parent.mkdir(parents=True, exist_ok=True)
        write_png8(path, np.full((side, side, 3), 80, np.uint8))
    return paths


def test_names() -> None:
    def named(source: str, scale: int) -> str:
        return str(result_of(Job(Path(source), Path("out"), Path(source).stem), scale))

    assert named("a/x.y.PNG", 2) == "out/x.y.x2.PNG"
    assert named("a/x.exr", 4) == "out/x.x4.exr"
    assert named("a/clip.MOV", 3) == "out/clip.x3.mp4"


def test_results_are_not_made_larger_again(tmp_path: Path) -> None:
    _, result, alone = pictures(tmp_path, "x.png", "x.x2.png", "y.x2.png")
    assert is_result(result)
    assert not is_result(alone)
    outcomes = run(plan([tmp_path]), BICUBIC)
    found = {outcome.job.source.name: outcome.status for outcome in outcomes}
    assert found == {"x.png": Status.FAILED, "x.x2.png": Status.SKIPPED, "y.x2.png": Status.DONE}


@pytest.mark.parametrize("existing", list(Existing))
def test_what_exists_already(tmp_path: Path, existing: Existing) -> None:
    pictures(tmp_path, "x.png", "out/x.x2.png")
    before = (tmp_path / "out/x.x2.png").read_bytes()
    (outcome,) = run(plan([tmp_path / "x.png"], tmp_path / "out"), BICUBIC, Settings(existing=existing))
    expected = {Existing.REFUSE: Status.FAILED, Existing.SKIP: Status.SKIPPED, Existing.OVERWRITE: Status.DONE}
    assert outcome.status is expected[existing]
    assert ((tmp_path / "out/x.x2.png").read_bytes() == before) == (existing is not Existing.OVERWRITE)


def test_an_input_is_never_replaced(tmp_path: Path) -> None:
    first, second = pictures(tmp_path, "a/x.png", "b/x.x2.png")
    outcomes = run(plan([first, second], tmp_path / "b"), BICUBIC, Settings(existing=Existing.OVERWRITE))
    assert outcomes[0].status is Status.FAILED
    assert "would replace an input; choose another folder with -o" in outcomes[0].reason
    assert outcomes[1].status is Status.DONE


def test_one_bad_picture_does_not_stop_the_others(tmp_path: Path) -> None:
    pictures(tmp_path, "a.png", "c.png")
    (tmp_path / "b.png").write_bytes(b"nothing")
    outcomes = run(plan([tmp_path], tmp_path / "out"), BICUBIC, workers=2)
    assert [outcome.status for outcome in outcomes] == [Status.DONE, Status.FAILED, Status.DONE]
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == ["a.x2.png", "c.x2.png"]


def test_ctrl_c_leaves_nothing_half_done(tmp_path: Path) -> None:
    pictures(tmp_path, "a.png", "b.png", side=40)

    class Interrupter:
        def progressed(self, job: Job, fraction: float) -> None:
            pass

        def ended(self, outcome: Outcome) -> None:  # noqa: ARG002 - as a listener is called
            raise KeyboardInterrupt

    outcomes = run(plan([tmp_path], tmp_path / "out"), BICUBIC, listener=Interrupter())
    assert outcomes[0].status is Status.DONE
    assert outcomes[1].status in (Status.CANCELLED, Status.DONE)
    finished = [f"{outcome.job.name}.x2.png" for outcome in outcomes if outcome.status is Status.DONE]
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == finished


def test_a_folder_that_cannot_be_made(tmp_path: Path) -> None:
    (source,) = pictures(tmp_path, "a.png")
    (outcome,) = run(plan([source], source / "below"), BICUBIC)
    assert outcome.status is Status.FAILED
    assert "cannot be made" in outcome.reason
