"""The forms of the pages of care.

Decides what is asked and in which form it is accepted; whether a decision may stand is decided in `refusing`.
"""

import datetime as dt
import uuid
from collections.abc import Mapping
from typing import Any

from django import forms

from backloop.library import Dose
from backloop.units import Text
from backloop.web.caring.drafting import Proposal
from backloop.web.caring.refusing import AMOUNTS
from backloop.web.look.wordings import lazy_text
from backloop.web.store.agreements import LineDecision
from backloop.web.store.kinds import DoneSession, Harm

__all__ = ["BaselineForm", "CloseForm", "HarmForm", "LineForm", "RelateForm", "SessionForm", "SignForm", "WeekForm"]

_REASON = Text(en="Reason", zh="理由")
_CHOICES = (
    ("accepted", Text(en="accept as proposed", zh="按建议采纳")),
    ("changed", Text(en="change the dose", zh="更改剂量")),
    ("left out", Text(en="leave out", zh="不采用")),
    ("added", Text(en="add to the plan", zh="加入方案")),
)
_SEVERITY = (
    ("mild", Text(en="mild", zh="轻度")),
    ("moderate", Text(en="moderate", zh="中度")),
    ("severe", Text(en="severe", zh="重度")),
)
_RELATED = (
    ("unrelated", Text(en="unrelated", zh="无关")),
    ("unlikely", Text(en="unlikely", zh="可能无关")),
    ("possible", Text(en="possible", zh="可能有关")),
    ("probable", Text(en="probable", zh="很可能有关")),
    ("definite", Text(en="definite", zh="肯定有关")),
)
_DONE = (
    ("done", Text(en="done", zh="完成")),
    ("partly", Text(en="partly", zh="部分完成")),
    ("not", Text(en="not this time", zh="本次未做")),
)
_WEEKS = (
    ("as planned", Text(en="as planned", zh="按计划")),
    ("held", Text(en="hold: repeat the amounts of the week before", zh="维持：重复上一周的量")),
    ("stepped back", Text(en="step back: one step less than the week before", zh="退回：比上一周低一级")),
)
_LATER = Text(en="This day lies ahead; choose today or earlier.", zh="该日期尚未到来，请选择今天或更早的日期。")
_FAR = Text(en="Choose a first day from today to a year ahead.", zh="请选择从今天起一年以内的开始日期。")
_LONGEST = 365


def _options(pairs: tuple[tuple[str, Text], ...]) -> list[tuple[str, Any]]:
    return [(value, lazy_text(text)) for value, text in pairs]


def _date(label: Text, *, required: bool = True) -> forms.DateField:
    return forms.DateField(
        label=lazy_text(label), required=required, widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})
    )


def _words(label: Text, *, required: bool = False, rows: int = 2) -> forms.CharField:
    area = forms.Textarea(attrs={"rows": rows})
    return forms.CharField(label=lazy_text(label), required=required, max_length=2000, widget=area)


def _number(label: Text, *, high: float, step: str = "any") -> forms.FloatField:
    box = forms.NumberInput(attrs={"step": step, "inputmode": "decimal"})
    return forms.FloatField(label=lazy_text(label), required=False, min_value=0, max_value=high, widget=box)


class _SentOnce(forms.Form):
    """A form that carries its own id, so that sending it twice writes once."""

    uid = forms.UUIDField(widget=forms.HiddenInput, initial=uuid.uuid4)


class LineForm(_SentOnce):
    """Ask what is decided on one treatment, and why; with the amounts where it may be changed."""

    intervention = forms.CharField(widget=forms.HiddenInput, max_length=80)
    choice = forms.ChoiceField(label=lazy_text(Text(en="Decision", zh="决定")), choices=_options(_CHOICES))
    reason = _words(_REASON)
    clinic_per_week = _number(AMOUNTS["clinic_per_week"][1], high=100)
    clinic_minutes = _number(AMOUNTS["clinic_minutes"][1], high=1000)
    home_per_week = _number(AMOUNTS["home_per_week"][1], high=100)
    home_minutes = _number(AMOUNTS["home_minutes"][1], high=1000)
    sessions = forms.IntegerField(label=lazy_text(AMOUNTS["sessions"][1]), required=False, min_value=1, max_value=1000)

    def offer(self, *choices: str) -> "LineForm":
        """Leave only these choices, and only the amounts that go with them."""
        field = self.fields["choice"]
        field.choices = [(value, label) for value, label in _options(_CHOICES) if value in choices]  # type: ignore[attr-defined]
        if "changed" not in choices:
            for amount in AMOUNTS:
                del self.fields[amount]
        return self

    def line(self, proposal: Proposal) -> LineDecision:
        """Give the decision as it was made; an amount left empty stays as proposed."""
        told = self.cleaned_data
        found = proposal.prescription(told["intervention"])
        dose: Dose | None = None
        if told["choice"] == "changed" and found is not None:
            wanted = {amount: told.get(amount) for amount in AMOUNTS if told.get(amount) is not None}
            dose = found.dose.model_copy(update=wanted)
        return LineDecision(
            intervention=told["intervention"], choice=told["choice"], reason=told["reason"].strip(), dose=dose
        )


class SignForm(_SentOnce):
    """Ask for the first day, and that the plan looked at is the one signed."""

    fingerprint = forms.CharField(widget=forms.HiddenInput, max_length=64)
    start = _date(Text(en="First day of the programme", zh="训练开始日期"))
    reason = _words(Text(en="Note (such as what was agreed with the patient)", zh="备注（如与患者商定的内容）"))

    def __init__(self, *told: Any, today: dt.date, **rest: Any) -> None:  # noqa: ANN401 - what Django hands over
        super().__init__(*told, **rest)
        self.today = today

    def clean_start(self) -> dt.date:
        """Refuse a first day that has passed or lies far ahead."""
        start: dt.date = self.cleaned_data["start"]
        if not 0 <= (start - self.today).days <= _LONGEST:
            raise forms.ValidationError(lazy_text(_FAR))
        return start


class SessionForm(_SentOnce):
    """Ask how one session went; a harm is written beside it where words for one are given."""

    day = _date(Text(en="Day", zh="日期"))
    done = forms.ChoiceField(
        label=lazy_text(Text(en="How much was done", zh="完成情况")), choices=_options(_DONE), widget=forms.RadioSelect
    )
    minutes = _number(Text(en="Minutes", zh="分钟数"), high=600)
    pain_before = _number(Text(en="Pain before (0 to 10)", zh="训练前疼痛（0～10）"), high=10)
    pain_after = _number(Text(en="Pain after (0 to 10)", zh="训练后疼痛（0～10）"), high=10)
    words = _words(Text(en="How it went", zh="训练反应"))
    harm = _words(Text(en="Something hurt or went wrong: what?", zh="如有不适或意外，请写明"))
    severity = forms.ChoiceField(
        label=lazy_text(Text(en="How severe", zh="严重程度")), choices=_options(_SEVERITY), required=False
    )

    def __init__(self, *told: Any, today: dt.date, **rest: Any) -> None:  # noqa: ANN401 - what Django hands over
        super().__init__(*told, **rest)
        self.today = today

    def clean_day(self) -> dt.date:
        """Refuse a day that lies ahead."""
        day: dt.date = self.cleaned_data["day"]
        if day > self.today:
            raise forms.ValidationError(lazy_text(_LATER))
        return day

    def harm_noun(self, planned: str) -> Harm | None:
        """Give the harm that was told, if one was."""
        told = self.cleaned_data
        words = told["harm"].strip()
        if not words:
            return None
        return Harm(words=words, severity=told["severity"] or "mild", began=told["day"], after=planned)

    def session_noun(self, planned: str, content: Mapping[str, Any]) -> DoneSession:
        """Give the session as it was told."""
        told = self.cleaned_data
        words = {"words": told["words"].strip()} if told["words"].strip() else {}
        amounts = {name: told[name] for name in ("minutes", "pain_before", "pain_after")}
        return DoneSession(planned=planned, day=told["day"], done=told["done"], content={**content, **words}, **amounts)


class WeekForm(_SentOnce):
    """Ask whether a week's amounts are held or stepped back."""

    week = forms.IntegerField(label=lazy_text(Text(en="Week", zh="周")), min_value=1, max_value=600)
    choice = forms.ChoiceField(label=lazy_text(Text(en="Amounts", zh="训练量")), choices=_options(_WEEKS))
    reason = _words(_REASON, required=True)


class BaselineForm(_SentOnce):
    """Ask for a measured baseline, from which amounts grow."""

    progression = forms.CharField(widget=forms.HiddenInput, max_length=80)
    value = forms.FloatField(
        label=lazy_text(Text(en="Measured on average", zh="平均实测量")), min_value=0, max_value=1_000_000
    )


class HarmForm(_SentOnce):
    """Ask what hurt or went wrong."""

    words = _words(Text(en="What happened", zh="发生了什么"), required=True, rows=3)
    severity = forms.ChoiceField(label=lazy_text(Text(en="How severe", zh="严重程度")), choices=_options(_SEVERITY))
    began = _date(Text(en="When it began", zh="开始日期"))
    serious = forms.BooleanField(
        label=lazy_text(
            Text(en="Serious (hospital, lasting damage, danger to life)", zh="严重事件（住院、永久损害或危及生命）")
        ),
        required=False,
    )
    after = forms.CharField(
        label=lazy_text(Text(en="After what (treatment or session)", zh="发生在何种治疗或训练之后")),
        required=False,
        max_length=120,
    )

    def __init__(self, *told: Any, today: dt.date, **rest: Any) -> None:  # noqa: ANN401 - what Django hands over
        super().__init__(*told, **rest)
        self.today = today

    def clean_began(self) -> dt.date:
        """Refuse a day that lies ahead."""
        began: dt.date = self.cleaned_data["began"]
        if began > self.today:
            raise forms.ValidationError(lazy_text(_LATER))
        return began


class RelateForm(forms.Form):
    """Ask how a harm is related to the treatment, and why it is judged so."""

    relatedness = forms.ChoiceField(
        label=lazy_text(Text(en="Related to the treatment", zh="与治疗的关系")), choices=_options(_RELATED)
    )
    serious = forms.BooleanField(
        label=lazy_text(
            Text(en="Serious (hospital, lasting damage, danger to life)", zh="严重事件（住院、永久损害或危及生命）")
        ),
        required=False,
    )
    reason = _words(_REASON, required=True)


class CloseForm(_SentOnce):
    """Ask when a harm ended and why nothing more is to be done."""

    ended = _date(Text(en="When it ended (open if not)", zh="结束日期（尚未结束可不填）"), required=False)
    reason = _words(_REASON, required=True)
