"""Keep C libraries from writing to the terminal.

libpng, libtiff, LibRaw and OpenEXR's core print a line on standard error for a broken file before they report the
failure; OpenEXR's bindings print theirs with Python's ``print``.  We turn the failure into an exception whose
message holds those lines; the terminal belongs to the person and to the progress bar.
"""

from __future__ import annotations

import contextlib
import io
import os
import re
import sys
import tempfile
import threading
from collections.abc import Iterator

_LOCK = threading.Lock()
_NOISE = re.compile(
    r"EXR_ERR|ojph |libpng|TIFF|JPEG|WebP|LibRaw|Exception raised reading|data corrupted|[Uu]nexpected end of file|"
    r"Warning: .*part \d+"
)


@contextlib.contextmanager
def quiet(said: list[str]) -> Iterator[None]:
    """Collect in *said* what C libraries print while the block runs; pass everything else on when it ends.

    File descriptor 2 belongs to the whole process, so blocks run one at a time.
    """
    with _LOCK, tempfile.TemporaryFile() as caught:
        printed = io.StringIO()
        terminal = _redirect(caught.fileno())
        try:
            with contextlib.redirect_stdout(printed):
                yield
        finally:
            if terminal is not None:
                os.dup2(terminal, 2)
                os.close(terminal)
            caught.seek(0)
            _sort(caught.read(), said, to_stdout=False)
            _sort(printed.getvalue().encode(errors="replace"), said, to_stdout=True)


def _redirect(target: int) -> int | None:
    """Point descriptor 2 at *target*; return a copy of where it pointed, or ``None`` if it is closed."""
    try:
        terminal = os.dup(2)
    except OSError:
        return None
    if sys.stderr is not None:
        sys.stderr.flush()
    os.dup2(target, 2)
    return terminal


def _sort(text: bytes, said: list[str], *, to_stdout: bool) -> None:
    """Split *text* into library noise, kept in *said*, and what other threads wrote meanwhile, passed on."""
    for line in text.splitlines(keepends=True):
        decoded = line.decode(errors="replace")
        if _NOISE.search(decoded):
            said.append(decoded.strip())
        elif to_stdout:
            sys.stdout.write(decoded)
        else:
            with contextlib.suppress(OSError):
                os.write(2, line)
