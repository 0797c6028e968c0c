"""Library noise is collected; what people are meant to see is not lost."""

from __future__ import annotations

import os
import sys
import threading

import pytest

from skymatte.picture.quiet import quiet


def test_noise_is_collected_and_the_rest_passed_on(capfd: pytest.CaptureFixture[str]) -> None:
    said: list[str] = []
    with quiet(said):
        os.write(2, b"libpng error: IDAT: bad\nprogress 10 %\n")
        sys.stdout.write("Warning: Exception raised reading pixel data for part 0\n")
        sys.stdout.write("a result\n")
    os.write(2, b"after\n")
    assert said == ["libpng error: IDAT: bad", "Warning: Exception raised reading pixel data for part 0"]
    assert capfd.readouterr() == ("a result\n", "progress 10 %\nafter\n")


def test_restored_after_an_exception(capfd: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(KeyError), quiet([]):
        raise KeyError
    os.write(2, b"heard\n")
    sys.stdout.write("seen\n")
    assert capfd.readouterr() == ("seen\n", "heard\n")


def test_many_threads(capfd: pytest.CaptureFixture[str]) -> None:
    def work(number: int) -> None:
        for turn in range(20):
            said: list[str] = []
            with quiet(said):
                os.write(2, f"libpng says {number} {turn}\n".encode())
            assert said == [f"libpng says {number} {turn}"]

    threads = [threading.Thread(target=work, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert capfd.readouterr() == ("", "")
