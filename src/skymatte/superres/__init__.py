"""Pictures at two, three or four times their size."""

from skymatte.superres.arrays import upscale

__all__ = ["upscale"]
