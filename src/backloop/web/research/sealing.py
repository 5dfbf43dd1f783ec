"""The concealed list of a study: drawn once, locked with the clinic's keys, one line opened at a time.

Decides who gets the next line, and that no line is opened twice or out of order; nobody else reads it.
"""

import datetime as dt
import hashlib
import hmac
import json
import math
import secrets

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.db import transaction

from backloop.errors import InvalidSettings, TrialError
from backloop.trial import (
    AllocationList,
    AuditEntry,
    AuditLog,
    Trial,
    allocate,
    allocate_next,
    check_list,
    check_log,
    commit_seed,
    draw_list,
    make_seed,
    redcap_tables,
)
from backloop.units import Frozen
from backloop.web.people.models import Participation, Study
from backloop.web.research.designs import parse_plan, plan_of_study
from backloop.web.research.models import OpenedLine, SealedList
from backloop.web.research.refusals import refusal
from backloop.web.settings.starting import clinic_keys
from backloop.web.store.events import Actor

__all__ = ["blinded_tables", "check_sealed", "lock_lists_again", "open_line", "reveal_seed", "seal_list"]

_NONCE_BYTES = 12
_SPARE = 1.2


class _Secret(Frozen):
    """What is locked: the seed, and the list where the rule lets one be drawn beforehand."""

    seed: str
    concealed: AllocationList | None = None


def seal_list(study: Study, *, actor: Actor) -> SealedList:
    """Draw a study's list from a fresh secret seed and lock it; it is drawn once.

    Parameters
    ----------
    study : Study
        With a frozen plan.
    actor : Actor
        Who asks for it; nobody sees what is drawn.

    Returns
    -------
    SealedList

    Raises
    ------
    TrialError
        If the plan is not frozen as it stands, or a list was drawn before.
    """
    plan = plan_of_study(study)
    if plan.trial is None or not plan.is_frozen:
        raise refusal(TrialError, en="freeze the plan before its list is drawn", zh="请先锁定方案，再生成分组表")
    seed, scheme = make_seed(), plan.trial.scheme
    length = _length(plan.trial)
    drawn = draw_list(scheme, seed, trial=plan.trial.id, per_stratum=length) if scheme.is_listable else None
    row = SealedList(study=study, commitment=commit_seed(seed).sha256, plan_sha256=plan.sha256, account=actor.account)
    _lock(row, _Secret(seed=seed, concealed=drawn))
    with transaction.atomic():
        # On both engines the row of the study is the queue of whoever draws.
        Study.objects.select_for_update().get(pk=study.pk)
        if SealedList.objects.filter(study=study).exists():
            raise refusal(
                TrialError,
                en="a list was drawn before; a concealed list is never replaced",
                zh="分组表已生成；隐藏分组表不可更换",
            )
        row.save()
    return row


def open_line(participation: Participation, levels: dict[str, str], *, actor: Actor) -> tuple[str, OpenedLine]:
    """Open the next line for a participant and write down that it was opened; call it within a transaction.

    Parameters
    ----------
    participation : Participation
        Who is next.
    levels : dict of str to str
        The person's level of every factor of the plan.
    actor : Actor
        Who asks.

    Returns
    -------
    tuple of (str, OpenedLine)
        The arm, and the entry that does not hold it.

    Raises
    ------
    TrialError
        If there is no list, a level is unknown, no line is left, or the person has a line.
    """
    sealed = SealedList.objects.select_for_update().filter(study=participation.study).first()
    if sealed is None:
        raise refusal(
            TrialError, en="draw the study's list before anybody is allocated", zh="请先生成分组表，再进行分组"
        )
    trial, secret, log = parse_plan(participation.study.design), _open(sealed), _log_of(sealed)
    stratum = _stratum(trial, levels)
    now = dt.datetime.now(tz=dt.UTC)
    entry = {"participant_id": participation.number, "at": now.isoformat(), "by": actor.account}
    if secret.concealed is None:
        arm, logged = _balance(trial, secret.seed, log, entry | {"stratum": stratum})
    else:
        who, at, by = entry["participant_id"], entry["at"], entry["by"]
        arm, logged = allocate_next(secret.concealed, log, who, stratum=stratum, at=at, by=by)
    line = logged.entries[-1]
    row = OpenedLine.objects.create(
        sealed=sealed,
        participation=participation,
        place=len(logged.entries),
        stratum=list(line.stratum),
        number=line.number,
        seal=line.seal,
        previous=line.previous,
        account=actor.account,
        stamp=line.at,
        made_at=now,
    )
    return arm, row


def check_sealed(study: Study) -> None:
    """Check that a study's list follows from its seed and that its lines were opened in their order.

    Parameters
    ----------
    study : Study
        The study.

    Returns
    -------
    None
        Where everything agrees.

    Raises
    ------
    TrialError
        If there is no list, or something was changed.
    """
    sealed = SealedList.objects.filter(study=study).first()
    if sealed is None:
        raise refusal(TrialError, en="there is no list yet", zh="尚无分组表")
    secret, log = _open(sealed), _log_of(sealed)
    if commit_seed(secret.seed).sha256 != sealed.commitment or not log.is_unbroken:
        raise refusal(
            TrialError,
            en="the seed or the log of opened lines was changed; restore them from a backup",
            zh="种子或启用记录已被更改；请从备份恢复",
        )
    if secret.concealed is not None:
        check_list(secret.concealed, secret.seed)
        check_log(log, secret.concealed)


def reveal_seed(study: Study) -> str:
    """Give the seed of a study that was unblinded, so that anybody can check the list against its fingerprint.

    Parameters
    ----------
    study : Study
        The study.

    Returns
    -------
    str
        Empty while it is blinded, and where there is no list.
    """
    sealed = SealedList.objects.filter(study=study).first() if study.unblinded_at else None
    return _open(sealed).seed if sealed else ""


def blinded_tables(study: Study) -> dict[str, str]:
    """Give the allocation tables that REDCap takes, with numbers in the arms' place.

    Parameters
    ----------
    study : Study
        The study.

    Returns
    -------
    dict of str to str
        CSV by file name: one for development, which differs, and one for production; which number is which arm only
        once the study is unblinded. Empty where there is no list.
    """
    sealed = SealedList.objects.filter(study=study).first()
    secret = _open(sealed) if sealed else None
    if secret is None or secret.concealed is None:
        return {}
    trial = parse_plan(study.design)
    codes = {arm.id: str(place) for place, arm in enumerate(trial.arms, start=1)}
    made = redcap_tables(trial.scheme, secret.seed, codes=codes, per_stratum=_length(trial), blinded=True)
    tables = {"randomisation-development.csv": made.development, "randomisation-production.csv": made.production}
    return tables | ({"randomisation-key.csv": made.key} if study.unblinded_at else {})


def lock_lists_again() -> int:
    """Lock every list that an older key locked with the current one; what is in them stays.

    Returns
    -------
    int
        How many lists were locked anew.
    """
    with transaction.atomic():
        old = SealedList.objects.select_for_update().exclude(ring=clinic_keys().identity.current_id)
        rows = list(old.select_related("study"))
        for row in rows:
            _lock(row, _open(row))
            row.save(update_fields=["ring", "locked"])
    return len(rows)


def _length(trial: Trial) -> int:
    return math.ceil(trial.people * _SPARE)


def _stratum(trial: Trial, levels: dict[str, str]) -> tuple[str, ...]:
    for factor in trial.strata:
        if levels.get(factor.id) not in factor.levels:
            raise refusal(
                TrialError,
                en=f"expected a level of '{factor.id}': {', '.join(factor.levels)}",
                zh=f"请选择 {factor.id} 的水平：{', '.join(factor.levels)}",
            )
    return tuple(levels[factor.id] for factor in trial.strata)


def _balance(trial: Trial, seed: str, log: AuditLog, told: dict[str, object]) -> tuple[str, AuditLog]:
    """Allocate by minimisation: everybody before is allocated again, and the next one after them."""
    if not log.is_unbroken or any(entry.participant_id == told["participant_id"] for entry in log.entries):
        raise refusal(
            TrialError,
            en="the person was allocated before, or the log was changed",
            zh="此人已分组，或启用记录已被更改",
        )
    stratum: tuple[str, ...] = told["stratum"]  # type: ignore[assignment]
    names = [factor.id for factor in trial.strata]
    people = [dict(zip(names, each, strict=True)) for each in [*(one.stratum for one in log.entries), stratum]]
    arm, number = allocate(trial.scheme, people, seed)[-1], len(people)
    words = json.dumps([*stratum, number, arm], ensure_ascii=False)
    seal = hmac.new(seed.encode(), words.encode(), hashlib.sha256).hexdigest()
    entry = AuditEntry.model_validate(told | {"number": number, "seal": seal, "previous": log.last})
    return arm, log.with_entry(entry)


def _log_of(sealed: SealedList) -> AuditLog:
    rows = OpenedLine.objects.filter(sealed=sealed).select_related("participation").order_by("place")
    return AuditLog(
        entries=tuple(
            AuditEntry(
                participant_id=row.participation.number,
                at=row.stamp,
                by=row.account,
                stratum=tuple(row.stratum),
                number=row.number,
                seal=row.seal,
                previous=row.previous,
            )
            for row in rows
        )
    )


def _lock(row: SealedList, secret: _Secret) -> None:
    ring, nonce = clinic_keys().identity, secrets.token_bytes(_NONCE_BYTES)
    row.ring = ring.current_id
    row.locked = nonce + AESGCM(ring.current).encrypt(nonce, secret.model_dump_json().encode(), _place(row))


def _open(row: SealedList) -> _Secret:
    locked, key = bytes(row.locked), clinic_keys().identity.find(row.ring)
    try:
        plain = AESGCM(key).decrypt(locked[:_NONCE_BYTES], locked[_NONCE_BYTES:], _place(row))
    except InvalidTag as error:
        raise refusal(
            InvalidSettings,
            en=f"the sealed list does not open with key '{row.ring}'; it was changed or moved; restore a backup",
            zh=f"密封分组表无法用密钥 {row.ring} 打开：已被更改或移动；请从备份恢复",
        ) from error
    return _Secret.model_validate_json(plain)


def _place(row: SealedList) -> bytes:
    # Bound to its study: a list copied to another one does not open.
    return f"sealed-list|{row.study.slug}|{row.commitment}|{row.ring}".encode()
