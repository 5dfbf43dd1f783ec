"""The pain drawing: painted or tapped on four figures, by clinician, assessor or patient."""

__all__: list[str] = []
