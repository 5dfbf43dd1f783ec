"""Keeping a clinic: making one, checking it, copying it safely, restoring the copy and proving it equal."""

__all__: list[str] = []
