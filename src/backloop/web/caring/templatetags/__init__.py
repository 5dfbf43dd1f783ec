"""The tags of the pages of care."""

__all__: list[str] = []
