"""Everything skymatte raises on purpose.

    SkymatteError
    ├── InputError (ValueError)          what was given cannot be used
    │   ├── PictureError                 a picture cannot be read: missing, corrupt, unsupported, absurd
    │   ├── LabelError                   a label, mask or matte cannot be used
    │   ├── DatasetError                 a folder of labelled pictures cannot be used
    │   ├── StreamError                  a video, a camera or a sequence of pictures cannot be read
    │   ├── ModelError                   a model file or its card cannot be used
    │   └── RecipeError                  a training recipe is wrong
    ├── OutputError (OSError)            a result cannot be written
    ├── RuntimeUnavailable (RuntimeError)   a runtime that was asked for is not on this machine
    └── MissingExtra (ImportError)       an optional dependency is not installed

Each message says what is wrong, in which file, and what to do.  Errors subclass the builtin that a caller would expect.
"""

from __future__ import annotations


class SkymatteError(Exception):
    """Base of every error that skymatte raises on purpose."""


class InputError(SkymatteError, ValueError):
    """What was given cannot be used."""


class PictureError(InputError):
    """A picture cannot be read: missing, corrupt, unsupported or absurd."""


class LabelError(InputError):
    """A label, mask or matte cannot be used."""


class DatasetError(InputError):
    """A folder of labelled pictures cannot be used: of no known layout, incomplete or contradictory."""


class StreamError(InputError):
    """A video, a camera or a sequence of pictures cannot be read."""


class ModelError(InputError):
    """A model file or its card cannot be used."""


class RecipeError(InputError):
    """A training recipe is wrong."""


class OutputError(SkymatteError, OSError):
    """A result cannot be written."""


class RuntimeUnavailable(SkymatteError, RuntimeError):
    """A runtime that was asked for is not on this machine."""


class MissingExtra(SkymatteError, ImportError):
    """An optional dependency is not installed; the message names the extra to install."""
