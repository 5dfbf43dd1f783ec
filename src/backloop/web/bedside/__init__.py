"""Tests at the bedside: led step by step, with clocks, and written down trial by trial."""

__all__: list[str] = []
