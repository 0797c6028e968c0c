"""Pictures at two, three or four times their size."""
