"""The demonstration: a site of made-up people at different points of their course of care, and one trial."""

__all__: list[str] = []
