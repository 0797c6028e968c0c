"""Files that appear whole or not at all."""

from __future__ import annotations

import errno
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from skymatte.errors import OutputError


@contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """Yield a temporary path beside *path* that takes its place when the block succeeds.

    The temporary file has the same suffix (writers choose the format by it) and a hidden name (a batch that lists the
    folder meanwhile does not pick it up).  On any exception, Ctrl-C included, it is removed and *path* stays as it was.

    Raises:
        OutputError: the folder is missing or read-only, the disk is full, or *path* is a folder.
    """
    path = Path(path)
    try:
        temporary = _reserve(path)
    except OSError as error:
        raise _output_error(path, error) from None
    try:
        yield temporary
        temporary.replace(path)
    except OutputError:
        raise
    except OSError as error:
        raise _output_error(path, error) from None
    finally:
        temporary.unlink(missing_ok=True)


def _reserve(path: Path) -> Path:
    """Create an empty file of a name nobody else has; unlike ``mkstemp`` it gets the permissions of the user's
    umask."""
    temporary = path.parent / f".{path.stem[:100]}.{secrets.token_hex(6)}{path.suffix}"
    os.close(os.open(temporary, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o666))
    return temporary


def _output_error(path: Path, error: OSError) -> OutputError:
    reasons = {
        errno.ENOENT: "the folder does not exist; make it first",
        errno.ENOTDIR: "its parent is not a folder; choose another place",
        errno.EISDIR: "a folder of that name is in the way; choose another name",
        errno.EACCES: "the folder is not writable; choose another with -o or change its permissions",
        errno.EPERM: "the folder is not writable; choose another with -o or change its permissions",
        errno.EROFS: "the disk is read-only; choose another folder with -o",
        errno.ENOSPC: "the disk is full; free some space and run again",
        errno.EDQUOT: "the disk quota is used up; free some space and run again",
    }
    reason = reasons.get(error.errno or 0, f"{error.strerror or error}; nothing was written")
    return OutputError(f"{path}: cannot be written: {reason}")
