"""The course of care in the browser: profile, plan, programme, course, letters and harms of one patient."""

__all__: list[str] = []
