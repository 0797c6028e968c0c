"""Timings and quality tables, with public networks side by side: ``python -m benchmarks.segment``."""
