"""Synthetic panoramas with exact mattes."""
