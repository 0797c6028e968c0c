"""What the wing needs beyond the ordinary installation."""

from __future__ import annotations

from skymatte.errors import MissingExtra


def need_av(name: str) -> None:
    """Raises MissingExtra where PyAV is not installed; *name* is the file that needs it."""
    try:
        import av  # noqa: F401
    except ImportError:
        raise MissingExtra(f"{name}: video needs PyAV; install it with: pip install 'skymatte[video]'") from None
