"""Pages of research: studies, allocation, exchange of records, recordings for the panel, a site's administration."""

__all__: list[str] = []
