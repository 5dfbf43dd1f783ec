"""What a clinic decides about its installation: typed settings, keys, and how Django is started from them."""

__all__: list[str] = []
