"""The clinic's JSON API: tokens with scopes, and the same rights as the pages."""

__all__: list[str] = []
