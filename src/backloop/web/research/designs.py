"""A study's plan: read from its file, held against what is frozen, frozen with a reason.

Decides when a plan may still change; what a plan may say is decided by the trial room.
"""

import tempfile
from dataclasses import dataclass
from pathlib import Path

from django.db import transaction

from backloop.errors import TrialError
from backloop.trial import Trial, read_trial, trial_hash
from backloop.web.people.models import Study
from backloop.web.research.models import PlanFreeze, SealedList
from backloop.web.research.refusals import refusal
from backloop.web.store.events import Actor

__all__ = ["StudyPlan", "freeze_plan", "parse_plan", "plan_of_study", "take_plan"]


@dataclass(frozen=True)
class StudyPlan:
    """A study's plan as it stands: its content, its fingerprint, its freezes.

    Examples
    --------
    >>> StudyPlan(None, "", ()).is_frozen
    False
    """

    trial: Trial | None
    sha256: str
    freezes: tuple[PlanFreeze, ...]

    @property
    def is_frozen(self) -> bool:
        """Whether the plan is the one frozen last."""
        return bool(self.freezes) and self.freezes[-1].sha256 == self.sha256

    @property
    def is_amended(self) -> bool:
        """Whether the plan was changed since it was frozen."""
        return bool(self.freezes) and not self.is_frozen


def parse_plan(text: str) -> Trial:
    """Read a plan's text.

    Parameters
    ----------
    text : str
        TOML.

    Returns
    -------
    Trial

    Raises
    ------
    TrialError
        If it is no plan; every fault is listed.

    Examples
    --------
    >>> parse_plan("id = ")
    Traceback (most recent call last):
    backloop.errors.TrialError: plan.toml: not TOML: Invalid value (at end of document); correct the line
    """
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "plan.toml"
        path.write_text(text, encoding="utf-8")
        return read_trial(path)


def plan_of_study(study: Study) -> StudyPlan:
    """Give a study's plan; without a trial where none was read yet.

    Parameters
    ----------
    study : Study
        The study.

    Returns
    -------
    StudyPlan
    """
    trial = parse_plan(study.design) if study.design else None
    freezes = tuple(PlanFreeze.objects.filter(study=study).order_by("pk"))
    return StudyPlan(trial, trial_hash(trial) if trial else "", freezes)


def take_plan(study: Study, text: str) -> Trial:
    """Take a plan as the study's own; once a list is drawn its arms and allocation stay as they are.

    Parameters
    ----------
    study : Study
        The study.
    text : str
        TOML.

    Returns
    -------
    Trial

    Raises
    ------
    TrialError
        If it is no plan, or allocates otherwise than the list that was drawn.
    """
    trial = parse_plan(text)
    with transaction.atomic():
        if SealedList.objects.filter(study=study).exists() and parse_plan(study.design).scheme != trial.scheme:
            raise refusal(
                TrialError,
                en="the list is drawn, so arms, shares, rule and strata stay as they are; amend the other parts only",
                zh="分组表已生成，组别、比例、规则与分层因素不可更改；只能修订其他部分",
            )
        study.design = text
        study.save(update_fields=["design"])
    return trial


def freeze_plan(study: Study, *, reason: str, actor: Actor) -> PlanFreeze:
    """Freeze a study's plan as it stands, or an amendment of it.

    Parameters
    ----------
    study : Study
        The study.
    reason : str
        Why now; for an amendment what changed.
    actor : Actor
        Who freezes it.

    Returns
    -------
    PlanFreeze

    Raises
    ------
    TrialError
        If there is no plan, no reason, or it is frozen already.
    """
    plan = plan_of_study(study)
    if plan.trial is None or not reason.strip():
        raise refusal(
            TrialError,
            en="expected a plan and the reason why it is frozen now; read a design file first",
            zh="需要方案及锁定原因；请先读取设计文件",
        )
    if plan.is_frozen:
        raise refusal(TrialError, en="frozen already, and not changed since", zh="方案已锁定，且此后未修改")
    return PlanFreeze.objects.create(
        study=study, sha256=plan.sha256, design=study.design, reason=reason.strip(), account=actor.account
    )
