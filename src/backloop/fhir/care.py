"""What is to be done: condition, flags, goals, care plan and consent in FHIR.

Decides how a plan is written down; a plan that nobody accepted is a draft, and what must not be given says so.
"""

import datetime as dt
from typing import Literal

from pydantic import AwareDatetime

from backloop.fhir.coding import Json, coded, concept, extension, link, quantity, spoken, urn, worded
from backloop.plan import Alert, Considered, Goal, Plan, Prescription, Role
from backloop.units import Frozen, Language, Text

__all__ = ["ConsentGiven", "write_care_plan", "write_condition", "write_consent", "write_flag", "write_goal"]

_CONDITION = Text(en="chronic low back pain", zh="慢性腰背痛")
_PURPOSES = {
    "care": ("treatment", Text(en="care", zh="诊疗")),
    "research": ("research", Text(en="research", zh="科研")),
    "contact": ("patient-privacy", Text(en="being contacted", zh="联系本人")),
}
_POLICY = Text(en="The clinic's own consent form for this purpose.", zh="本机构针对该用途的知情同意书。")
_INTRO = Text(en="Proposed by decision support; a clinician decides.", zh="由决策支持软件提出，须由临床人员决定。")


class ConsentGiven(Frozen):
    """What a person agreed to or withdrew: for which purpose, whether, and when.

    Examples
    --------
    >>> ConsentGiven(purpose="care", given=True, when="2026-11-22T09:00:00+08:00").given
    True
    """

    purpose: Literal["care", "research", "contact"]
    given: bool
    when: AwareDatetime


def write_condition(participant_id: str, *, lang: Language = "en") -> Json:
    """Write the complaint the person is in care for.

    Parameters
    ----------
    participant_id : str
        Whose it is.
    lang : str
        The language of the texts.

    Returns
    -------
    dict
        A FHIR R4 Condition, unconfirmed: the software does not diagnose.

    Examples
    --------
    >>> write_condition("sub-01")["verificationStatus"]["coding"][0]["code"]
    'unconfirmed'
    """
    return {
        "resourceType": "Condition",
        "id": urn(participant_id, "Condition").rpartition(":")[2],
        "clinicalStatus": coded("condition-clinical", "active"),
        "verificationStatus": coded("condition-ver-status", "unconfirmed"),
        "category": [coded("condition-category", "encounter-diagnosis")],
        "code": concept("condition", "chronic-low-back-pain", _CONDITION, lang=lang),
        "subject": link(participant_id, "Patient"),
    }


def write_flag(alert: Alert, *, participant_id: str, lang: Language = "en") -> Json:
    """Write a warning sign that is present or cannot be answered.

    Parameters
    ----------
    alert : Alert
        The rule that holds or is open.
    participant_id : str
        Whose it is.
    lang : str
        The language of the texts.

    Returns
    -------
    dict
        A FHIR R4 Flag; whether it is present or not known stands in an extension.

    Examples
    --------
    >>> from backloop import infer, prescribe, score
    >>> from backloop.record import make_person
    >>> person = make_person(seed=1, answers={"red-flags_01": 1})
    >>> alert = prescribe(infer(score(person)), person).alerts[0]
    >>> write_flag(alert, participant_id="sub-1")["extension"][0]["valueString"]
    'present'
    """
    return {
        "resourceType": "Flag",
        "id": urn(participant_id, "Flag", alert.rule).rpartition(":")[2],
        "extension": [extension("state", valueString=alert.state)],
        "status": "active",
        "category": [coded("flag-category", "safety")],
        "code": concept("safety-rule", alert.rule, alert.title, lang=lang),
        "subject": link(participant_id, "Patient"),
    }


def write_goal(goal: Goal, *, participant_id: str) -> Json:
    """Write what the person wants to do again, in their own words.

    Parameters
    ----------
    goal : Goal
        The goal.
    participant_id : str
        Whose it is.

    Returns
    -------
    dict
        A FHIR R4 Goal; the amount aimed at is its target where one was agreed.

    Examples
    --------
    >>> write_goal(Goal(activity="gardening", source="psfs_01"), participant_id="sub-01")["description"]
    {'text': 'gardening'}
    """
    made: Json = {
        "resourceType": "Goal",
        "id": urn(participant_id, "Goal", goal.source).rpartition(":")[2],
        "lifecycleStatus": "proposed",
        "description": {"text": goal.activity},
        "subject": link(participant_id, "Patient"),
    }
    if goal.target is not None:
        amount = quantity(goal.target, goal.baseline_unit)
        made["target"] = [{"measure": concept("goal", goal.source), "detailQuantity": amount}]
    return made


def write_care_plan(plan: Plan, *, accepted: bool, lang: Language = "en") -> Json:
    """Write a plan: every treatment with dose and reasons, and what must not be given.

    Parameters
    ----------
    plan : Plan
        The plan.
    accepted : bool
        Whether a clinician accepted it; otherwise it is a draft.
    lang : str
        The language of the texts.

    Returns
    -------
    dict
        A FHIR R4 CarePlan.

    Examples
    --------
    >>> from backloop import infer, prescribe, score
    >>> from backloop.record import make_person
    >>> person = make_person(seed=1)
    >>> told = write_care_plan(prescribe(infer(score(person)), person), accepted=False)
    >>> told["status"], told["intent"]
    ('draft', 'proposal')
    """
    who = plan.participant_id
    refused = [each for each in plan.considered if each.role is Role.CONTRAINDICATED]
    return {
        "resourceType": "CarePlan",
        "id": urn(who, "CarePlan").rpartition(":")[2],
        "extension": [extension("status", valueString=plan.status.value)],
        "status": "active" if accepted else "draft",
        "intent": "plan" if accepted else "proposal",
        "subject": link(who, "Patient"),
        "encounter": link(who, "Encounter", plan.session_id),
        "addresses": [link(who, "Condition")],
        **({"goal": [link(who, "Goal", goal.source) for goal in plan.goals]} if plan.goals else {}),
        "activity": [
            *({"detail": _activity(each, plan, lang)} for each in plan.prescriptions),
            *({"detail": _refusal(each, lang)} for each in refused),
        ],
        "note": [worded(_INTRO, lang), *(worded(reason.text, lang) for reason in plan.status_reasons)],
    }


def write_consent(consent: ConsentGiven, *, participant_id: str, lang: Language = "en") -> Json:
    """Write what a person agreed to, or withdrew.

    Parameters
    ----------
    consent : ConsentGiven
        Purpose, answer and time.
    participant_id : str
        Whose it is.
    lang : str
        The language of the texts.

    Returns
    -------
    dict
        A FHIR R4 Consent.

    Examples
    --------
    >>> no = ConsentGiven(purpose="research", given=False, when="2026-11-22T09:00:00+08:00")
    >>> write_consent(no, participant_id="sub-01")["provision"]["type"]
    'deny'
    """
    scope, purpose = _PURPOSES[consent.purpose]
    return {
        "resourceType": "Consent",
        "id": urn(participant_id, "Consent", f"{consent.purpose}/{consent.when.isoformat()}").rpartition(":")[2],
        "status": "active" if consent.given else "inactive",
        "scope": coded("consentscope", scope),
        "category": [concept("consent-purpose", consent.purpose, purpose, lang=lang)],
        "patient": link(participant_id, "Patient"),
        "dateTime": consent.when.astimezone(dt.UTC).isoformat().replace("+00:00", "Z"),
        "policyRule": spoken("text", _POLICY, lang),
        "provision": {"type": "permit" if consent.given else "deny"},
    }


def _activity(chosen: Prescription, plan: Plan, lang: Language) -> Json:
    who = plan.participant_id
    words = [reason.text for reason in chosen.reasons]
    told: Json = {
        "extension": [
            extension("role", valueString=chosen.role.value),
            extension("certainty", valueCode=chosen.certainty.value.replace(" ", "-")),
        ],
        "code": concept("intervention", chosen.intervention, chosen.title, lang=lang),
        "status": "not-started",
        "doNotPerform": False,
        **({"goal": [link(who, "Goal", goal.source) for goal in plan.goals]} if plan.goals else {}),
        **spoken("description", _joined(words), lang),
    }
    timing = _timing(chosen)
    return told | ({"scheduledTiming": {"repeat": timing}} if timing else {})


def _timing(chosen: Prescription) -> Json:
    """Give how often in a week, where a whole number of times is stated."""
    dose = chosen.dose
    times = (dose.clinic_per_week or 0) + (dose.home_per_week or 0)
    repeat: Json = {}
    if dose.weeks:
        weeks = {"value": dose.weeks, "unit": "wk", "system": "http://unitsofmeasure.org", "code": "wk"}
        repeat["boundsDuration"] = weeks
    if times >= 1 and float(times).is_integer():
        repeat |= {"frequency": int(times), "period": 1, "periodUnit": "wk"}
    return repeat


def _refusal(left: Considered, lang: Language) -> Json:
    return {
        "code": concept("intervention", left.intervention, left.title, lang=lang),
        "status": "cancelled",
        "doNotPerform": True,
        **spoken("description", _joined([reason.text for reason in left.reasons]), lang),
    }


def _joined(texts: list[Text]) -> Text:
    return Text(en=" ".join(text.en for text in texts) or "-", zh="".join(text.zh for text in texts) or "-")
