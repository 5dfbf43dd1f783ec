"""The record as an append-only series of events, each linked to the one before it; and, apart from it, who is who."""

__all__: list[str] = []
