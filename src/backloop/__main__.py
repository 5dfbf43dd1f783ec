"""``python -m backloop`` is the command ``backloop``."""

from backloop.cli import app

__all__: list[str] = []

app()
