"""A run on stderr: lines alone in a log, a bar below them on a terminal."""

from __future__ import annotations

import pytest

from skymatte.cli.run_progress import RunProgress

LINE = "batch 20/40  loss 0.5000  [bold]not markup[/bold] " + "x" * 200


def show() -> None:
    with RunProgress("tiny") as progress:
        progress.line(LINE)
        for done in range(1, 41):
            progress.advanced(done, 40)
        progress.line("done")


def test_a_log_gets_the_lines_and_nothing_else(capsys: pytest.CaptureFixture[str]) -> None:
    show()
    out, err = capsys.readouterr()
    assert out == ""
    assert err == f"{LINE}\ndone\n"


def test_a_terminal_gets_a_bar_below_the_lines(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("COLUMNS", "100")
    show()
    out, err = capsys.readouterr()
    assert out == ""
    for text in (LINE, "done", "tiny", "40/40"):
        assert text in err
