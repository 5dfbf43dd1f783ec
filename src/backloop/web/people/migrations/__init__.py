"""How the tables came to be, step by step."""

__all__: list[str] = []
