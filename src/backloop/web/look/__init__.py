"""How every page looks and speaks: the shell of a page, its style, words in two languages, and pages for faults."""

__all__: list[str] = []
