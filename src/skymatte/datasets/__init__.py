"""Labelled pictures to training samples: readers, splits, augmentation in linear light."""
