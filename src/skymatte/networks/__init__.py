"""Pure torch modules: no files, no training."""
