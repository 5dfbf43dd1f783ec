"""The tables of the worklist, step by step."""

__all__: list[str] = []
