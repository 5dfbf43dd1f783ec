"""How the table of tokens came to be."""

__all__: list[str] = []
