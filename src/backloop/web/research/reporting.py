"""The report of the trial engine on an unblinded study, made in the background.

Decides when a study can be analysed and what is said where it cannot; the analysis is the trial engine's.
"""

import tempfile
from pathlib import Path

from django.db import transaction
from django_tasks import task

from backloop.errors import BackloopError
from backloop.learn import report_trial
from backloop.letters import trial_page
from backloop.trial import Freeze, FreezeHistory, frozen_file, open_trial
from backloop.units import Text
from backloop.web.people.models import Account, Study
from backloop.web.people.roles import Role
from backloop.web.research.designs import plan_of_study
from backloop.web.research.models import StudyReport
from backloop.web.research.refusals import words_of
from backloop.web.research.study_exports import gather_study, write_trial_files

__all__ = ["ask_for_report", "write_report"]


def ask_for_report(account: Account, study: Study, *, language: str) -> StudyReport:
    """Ask for a report, unless one is being written.

    Parameters
    ----------
    account : Account
        A statistician of the study, which is unblinded.
    study : Study
        Which study.
    language : str
        ``en`` or ``zh``.

    Returns
    -------
    StudyReport
    """
    with transaction.atomic():
        Study.objects.select_for_update().get(pk=study.pk)
        found = StudyReport.objects.filter(study=study, state__in=["waiting", "working"]).first()
        if found is not None:
            return found
        made = StudyReport.objects.create(study=study, account=str(account.uid), language=language)
    write_report.enqueue(made.pk)
    made.refresh_from_db()
    return made


@task()
def write_report(number: int, imputations: int = 200, draws: int = 2000) -> None:
    """Write a report that was asked for, or why it cannot be written."""
    report = StudyReport.objects.select_related("study").get(pk=number)
    if report.is_over:
        return
    StudyReport.objects.filter(pk=number).update(state="working")
    try:
        report.page = _page(report, imputations=imputations, draws=draws)
        report.end()
    except (BackloopError, ArithmeticError, LookupError, MemoryError, OSError, ValueError) as error:
        name = type(error).__name__
        told = words_of(error) if isinstance(error, BackloopError) else Text(en=name, zh=name)
        reason = Text(en=f"The report could not be written: {told.en}", zh=f"无法生成报告：{told.zh}")
        report.end(reason=reason, failed=True)


def _page(report: StudyReport, *, imputations: int, draws: int) -> str:
    account, study = Account.objects.get(uid=report.account), report.study
    people = gather_study(account, study, Role.STATISTICIAN, what="trial report")
    plan = plan_of_study(study)
    if plan.trial is None:
        return ""
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        path = folder / "plan.toml"
        path.write_text(study.design, encoding="utf-8")
        if plan.freezes:
            freezes = tuple(Freeze(sha256=one.sha256, on=one.made_at.date(), reason=one.reason) for one in plan.freezes)
            history = FreezeHistory(trial=plan.trial.id, freezes=freezes)
            frozen_file(path).write_text(history.model_dump_json(), encoding="utf-8")
        mapping = write_trial_files(people, study, plan.trial, folder)
        data = open_trial(path, mapping, exploratory=not plan.is_frozen)
        found = report_trial(data, imputations=imputations, draws=draws)
    return trial_page(found, lang="en" if report.language == "en" else "zh")
