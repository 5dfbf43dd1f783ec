"""The patient's own pages, made for a phone: today, questions, practice, diary, harm, messages, consent, own data."""

__all__: list[str] = []
