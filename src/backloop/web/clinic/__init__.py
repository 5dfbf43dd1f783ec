"""The clinician's pages: the worklist, one patient, visits and the entry of assessments."""

__all__: list[str] = []
