"""The tags every template has without loading them."""

__all__: list[str] = []
