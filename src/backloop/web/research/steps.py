"""A participant's way through a study: screened, eligible, consented, allocated, to the end or withdrawn.

Decides which step may follow which and what is written down with each; the arm comes from `sealing` alone.
"""

from django.db import transaction
from django.http import HttpRequest
from django.utils import timezone

from backloop.errors import TrialError
from backloop.units import Text
from backloop.web.keeping.exporting import agrees
from backloop.web.people.acting import account_of, record_for
from backloop.web.people.models import Participation, Patient, Study
from backloop.web.people.roles import Role
from backloop.web.people.study_scopes import actor_in
from backloop.web.research.designs import plan_of_study
from backloop.web.research.models import SealedList, Step
from backloop.web.research.refusals import refusal
from backloop.web.research.sealing import open_line
from backloop.web.store.events import add_event
from backloop.web.store.kinds import AccessChanged, Allocated, ConsentGiven

__all__ = [
    "EXCLUSIONS",
    "STATES",
    "WITHDRAWALS",
    "allocate_participant",
    "begin_screening",
    "give_consent",
    "move_participant",
    "next_steps",
]

STATES: dict[str, Text] = {
    "screened": Text(en="being screened", zh="筛查中"),
    "eligible": Text(en="eligible, consent not yet given", zh="符合条件，尚未签署知情同意"),
    "excluded": Text(en="not included", zh="未纳入"),
    "consented": Text(en="consented, ready for allocation", zh="已知情同意，待分组"),
    "allocated": Text(en="in the trial", zh="试验进行中"),
    "withdrawn": Text(en="withdrawn", zh="已退出"),
    "completed": Text(en="completed", zh="已完成"),
}
"""What each state is called."""

EXCLUSIONS: dict[str, Text] = {
    "criteria": Text(en="does not meet the inclusion criteria", zh="不符合纳入标准"),
    "safety": Text(en="meets an exclusion criterion (safety)", zh="符合排除标准（安全性）"),
    "declined": Text(en="declined to take part", zh="拒绝参加"),
    "unreachable": Text(en="could not be reached", zh="无法联系"),
    "other": Text(en="another reason", zh="其他原因"),
}
"""Why people are not included; said in counts without anybody's own words."""

WITHDRAWALS: dict[str, Text] = {
    "own-wish": Text(en="no longer wished to take part", zh="本人不愿继续参加"),
    "harm": Text(en="something harmful happened", zh="发生不良事件"),
    "burden": Text(en="too much time or travel", zh="时间或路程负担过重"),
    "health": Text(en="another illness or operation", zh="其他疾病或手术"),
    "moved": Text(en="moved away", zh="迁居外地"),
    "lost": Text(en="lost to follow-up", zh="失访"),
    "died": Text(en="died", zh="死亡"),
    "other": Text(en="another reason", zh="其他原因"),
}
"""Why people leave; no reason tells the arm."""

_NEXT: dict[str, tuple[str, ...]] = {
    "screened": ("eligible", "excluded"),
    "eligible": ("consented", "excluded"),
    "consented": ("allocated", "excluded", "withdrawn"),
    "allocated": ("completed", "withdrawn"),
    "completed": (),
    "withdrawn": (),
    "excluded": (),
}


def next_steps(participation: Participation) -> tuple[str, ...]:
    """Name the states that may follow.

    Parameters
    ----------
    participation : Participation
        Who.

    Returns
    -------
    tuple of str

    Examples
    --------
    >>> next_steps(Participation(state="allocated"))
    ('completed', 'withdrawn')
    """
    return _NEXT[participation.state]


def begin_screening(request: HttpRequest, study: Study, patient: Patient) -> Participation:
    """Take a patient into the screening of a study under the next number.

    Parameters
    ----------
    request : HttpRequest
        Of a coordinator of the study.
    study : Study
        Which study.
    patient : Patient
        As `people.study_scopes.screenable_patient` found them.

    Returns
    -------
    Participation
        The one there is, where the patient was screened before.
    """
    actor = actor_in(account_of(request), Role.COORDINATOR)
    with transaction.atomic():
        Study.objects.select_for_update().get(pk=study.pk)
        found = Participation.objects.filter(study=study, patient=patient).first()
        if found is not None:
            return found
        made = Participation.objects.create(patient=patient, study=study, site=patient.site, number=_number(study))
        Step.objects.create(participation=made, state="screened", account=actor.account)
        given = AccessChanged(account=actor.account, what=f"screened for {study}", given=True)
        add_event(actor, patient.code, given)
    return made


def move_participant(
    request: HttpRequest, participation: Participation, state: str, *, reason: str = "", detail: str = ""
) -> None:
    """Take a participant to a state that needs neither consent nor a list.

    Parameters
    ----------
    request : HttpRequest
        Of a coordinator of the study.
    participation : Participation
        Who.
    state : str
        ``eligible``, ``excluded``, ``withdrawn`` or ``completed``.
    reason : str
        One of `EXCLUSIONS` or `WITHDRAWALS` where somebody is not included or leaves.
    detail : str
        In one's own words; shown to coordinators alone.

    Raises
    ------
    TrialError
        If the step does not follow, or the reason is missing or unknown.
    """
    reasons = {"excluded": EXCLUSIONS, "withdrawn": WITHDRAWALS}.get(state)
    if reasons is not None and reason not in reasons:
        raise refusal(TrialError, en="choose the reason from the list", zh="请从列表中选择原因")
    with transaction.atomic():
        _step(request, _queue(participation, state), state, reason=reason if reasons else "", detail=detail)


def give_consent(request: HttpRequest, participation: Participation, *, given: bool, form: str) -> None:
    """Write down whether somebody agreed to take part, to which form of words.

    Parameters
    ----------
    request : HttpRequest
        Of a coordinator of the study.
    participation : Participation
        An eligible person; a no later on withdraws the person.
    given : bool
        Yes or no.
    form : str
        The version of the form that was signed.

    Raises
    ------
    TrialError
        If the step does not follow, or the form is not named.
    """
    if not form.strip():
        raise refusal(
            TrialError, en="name the version of the consent form that was used", zh="请填写所用知情同意书的版本"
        )
    leaves = "withdrawn" if participation.state in {"consented", "allocated"} else "excluded"
    state, reason = ("consented", "") if given else (leaves, "own-wish" if leaves == "withdrawn" else "declined")
    with transaction.atomic():
        part = _queue(participation, state)
        noun = ConsentGiven(purpose="research", given=given, form=form.strip(), study=part.study.slug)
        record_for(request, part.patient, noun)
        _step(request, part, state, reason=reason)


def allocate_participant(request: HttpRequest, participation: Participation, levels: dict[str, str]) -> None:
    """Open the next line of the concealed list for somebody who is eligible and agreed; all or nothing.

    Parameters
    ----------
    request : HttpRequest
        Of a coordinator of the study.
    participation : Participation
        Who.
    levels : dict of str to str
        The person's level of every factor.

    Raises
    ------
    TrialError
        If the plan is not frozen, consent does not stand, there is no list, or the person has a line.
    """
    actor = actor_in(account_of(request), Role.COORDINATOR)
    study = participation.study
    if not plan_of_study(study).is_frozen:
        raise refusal(
            TrialError,
            en="the plan was changed since it was frozen; freeze the amendment first",
            zh="方案锁定后有修改；请先锁定修订版",
        )
    with transaction.atomic():
        # Whoever allocates in this study waits here for the one before.
        SealedList.objects.select_for_update().filter(study=study).first()
        part = _queue(participation, "allocated")
        if not agrees(part.patient.code, "research", study=study.slug):
            raise refusal(
                TrialError,
                en="consent to this study is not given, or was withdrawn",
                zh="未获得对本研究的知情同意，或同意已撤回",
            )
        arm, line = open_line(part, levels, actor=actor)
        record_for(request, part.patient, Allocated(study=study.slug, arm=arm, line=line.place))
        _step(request, part, "allocated")


def _queue(participation: Participation, state: str) -> Participation:
    part = Participation.objects.select_for_update(of=("self",)).select_related("patient", "study")
    found = part.get(pk=participation.pk)
    if state not in _NEXT[found.state]:
        raise refusal(
            TrialError,
            en=f"'{state}' does not follow '{found.state}'; reload the page to see how things stand",
            zh="该步骤与当前状态不符；请刷新页面查看现状",
        )
    return found


def _step(request: HttpRequest, part: Participation, state: str, *, reason: str = "", detail: str = "") -> None:
    account = str(account_of(request).uid)
    Step.objects.create(participation=part, state=state, reason=reason, detail=detail[:300], account=account)
    part.state, part.reason, part.changed_at = state, reason, timezone.now()
    part.save(update_fields=["state", "reason", "changed_at"])


def _number(study: Study) -> str:
    """Give the next number: the study's initials and a count, which say nothing of the person."""
    letters = "".join(word[0] for word in study.slug.split("-") if word).upper()
    taken = set(Participation.objects.filter(study=study).values_list("number", flat=True))
    return next(name for name in (f"{letters}-{n:03d}" for n in range(len(taken) + 1, 10_000)) if name not in taken)
