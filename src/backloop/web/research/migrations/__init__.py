"""The steps of the tables of research."""

__all__: list[str] = []
