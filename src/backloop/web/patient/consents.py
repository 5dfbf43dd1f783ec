"""What a patient can agree to on their own page, in plain words, and what stands.

Decides the words of each purpose and what may be given here; a trial's consent is taken in person.
"""

from dataclasses import dataclass

from django.http import HttpRequest

from backloop.units import Text
from backloop.web.patient.ownership import seen_of
from backloop.web.people.models import Patient
from backloop.web.store.kinds import ConsentGiven

__all__ = ["PURPOSES", "WORDS_EDITION", "Consent", "consents_of"]

WORDS_EDITION = "patient-page-1"
"""Names the words below; change it when they change, so that it stays known what was agreed to."""

PURPOSES = {
    "care": (
        Text(en="For your care", zh="用于您的诊疗"),
        Text(
            en="The clinic keeps what you tell it and what it measures, to plan and follow your treatment.",
            zh="机构保存您提供的信息和检查结果，用于制订和跟踪您的治疗。",
        ),
        Text(
            en="If you withdraw, your care team sees it and talks with you about what can go on. What the law asks a "
            "clinic to keep stays kept.",
            zh="撤回后，您的医护团队会看到，并与您商量后续安排。法律要求保存的病历仍会保存。",
        ),
    ),
    "research": (
        Text(en="For research", zh="用于科学研究"),
        Text(
            en="Your data, without your name, may be used to find out what helps people with back pain.",
            zh="您的数据在去除姓名后，可用于研究怎样更好地帮助腰痛患者。",
        ),
        Text(
            en="If you withdraw, your data go into no further research. Your treatment stays the same.",
            zh="撤回后，您的数据不再用于新的研究，您的治疗不受影响。",
        ),
    ),
    "contact": (
        Text(en="For being asked again", zh="用于再次联系您"),
        Text(
            en="The clinic may write to you about later questions or studies. You can say no each time.",
            zh="机构今后可就随访或新的研究与您联系，您每次都可以拒绝。",
        ),
        Text(en="If you withdraw, nobody writes to you about this any more.", zh="撤回后，不会再为此联系您。"),
    ),
}
"""What each purpose is called, what it means, and what a withdrawal does."""


@dataclass(frozen=True)
class Consent:
    """One purpose, for the clinic as a whole or one study, and the last word on it; None where nobody asked."""

    purpose: str
    study: str = ""
    given: bool | None = None

    @property
    def names(self) -> tuple[str, str]:
        """The purpose and the study."""
        return self.purpose, self.study

    @property
    def may_give(self) -> bool:
        """Whether a yes may be given here; to take part in a study is talked through in person."""
        return not self.study

    @property
    def title(self) -> Text:
        """What it is called."""
        return PURPOSES[self.purpose][0]

    @property
    def meaning(self) -> Text:
        """What it means."""
        return PURPOSES[self.purpose][1]

    @property
    def withdrawal(self) -> Text:
        """What a withdrawal does."""
        return PURPOSES[self.purpose][2]


def consents_of(request: HttpRequest, patient: Patient) -> list[Consent]:
    """Give the last word on every purpose, and on every study the patient was asked about.

    Parameters
    ----------
    request : HttpRequest
        The request.
    patient : Patient
        Whose.

    Returns
    -------
    list of Consent
    """
    last: dict[tuple[str, str], bool | None] = {(purpose, ""): None for purpose in PURPOSES}
    for seen in seen_of(request, patient, "consent"):
        if isinstance(seen.noun, ConsentGiven):
            last[seen.noun.purpose, seen.noun.study] = seen.noun.given
    return [Consent(purpose, study, given) for (purpose, study), given in last.items()]
