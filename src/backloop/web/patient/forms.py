"""The forms of the patient's pages.

Decides what is asked and accepted, in calm words; what follows from it is decided elsewhere.
"""

import datetime as dt
from typing import Any

from django import forms

from backloop.library import Instrument, Item, accepted
from backloop.units import Text
from backloop.web.look.wordings import lazy_text, say_now
from backloop.web.patient.questions import read_answer

__all__ = ["REASONS", "CalmForm", "CheckForm", "DiaryForm", "DoneForm", "HarmForm", "MessageForm"]

_YES, _NO = Text(en="Yes", zh="是"), Text(en="No", zh="否")
_NOT_SAID = Text(en="I would rather not say", zh="不想回答")
_SKIP = "skip"
_NUMBERS = [("", "–"), *((str(number), str(number)) for number in range(11))]
_DONE = {
    "done": Text(en="I did it", zh="做完了"),
    "partly": Text(en="I did a part of it", zh="做了一部分"),
    "not": Text(en="Not this time", zh="这次没有做"),
}
REASONS = {
    "time": Text(en="There was no time", zh="没有时间"),
    "tired": Text(en="I was too tired", zh="太累了"),
    "pain": Text(en="It hurt too much", zh="太痛了"),
    "unsure": Text(en="I was not sure it was good for me", zh="不确定这样做是否合适"),
    "unclear": Text(en="I did not know how to do it", zh="不清楚怎么做"),
    "unwell": Text(en="I was not well", zh="身体不舒服"),
    "help": Text(en="Nobody was there to help", zh="没有人协助"),
    "other": Text(en="Something else", zh="其他原因"),
}
"""Why a session was not done, or only in part; none of them is a fault."""

_SEVERITIES = {
    "mild": Text(en="A little: I could go on with my day", zh="轻：不影响当天的活动"),
    "moderate": Text(en="Quite bad: it got in the way of my day", zh="中：影响了当天的活动"),
    "severe": Text(en="Very bad: I could not do what I need to do", zh="重：无法做必须做的事"),
}
_AFTER = {
    "": Text(en="I do not know", zh="不清楚"),
    "home": Text(en="Practice at home", zh="居家练习"),
    "clinic": Text(en="A visit to the clinic", zh="在门诊治疗或训练"),
    "daily life": Text(en="Something in daily life", zh="日常生活中的事情"),
    "medicine": Text(en="A medicine", zh="用药"),
}
_LONG_AGO = dt.timedelta(days=366)
_WHEN = Text(en="Please choose a day up to today, within the last year.", zh="请选择今天或过去一年内的日期。")
_BEFORE = Text(en="The end cannot come before the beginning.", zh="结束日期不能早于开始日期。")
_HOW_SEVERE = Text(en="How bad was it, or is it?", zh="有多严重？")
_HOSPITAL = Text(
    en="I needed a hospital, an emergency department or a doctor at once",
    zh="需要住院、去急诊或马上看医生",
)


def _choices(words: dict[str, Text]) -> list[tuple[str, Any]]:
    return [(name, lazy_text(text)) for name, text in words.items()]


def _number(text: Text, most: int, unit: Text | None = None) -> forms.IntegerField:
    attributes = {"inputmode": "numeric", "autocomplete": "off"}
    return forms.IntegerField(
        label=lazy_text(text),
        help_text=lazy_text(unit) if unit else "",
        min_value=0,
        max_value=most,
        required=False,
        widget=forms.NumberInput(attrs=attributes),
    )


def _pain(text: Text) -> forms.TypedChoiceField:
    scale = Text(en="0 is no pain, 10 the worst you can imagine.", zh="0为无痛，10为能想象的最剧烈疼痛。")
    return forms.TypedChoiceField(
        label=lazy_text(text),
        help_text=lazy_text(scale),
        choices=_NUMBERS,
        coerce=int,
        empty_value=None,
        required=False,
    )


def _words(text: Text, *, required: bool = False, rows: int = 3, most: int = 1000) -> forms.CharField:
    return forms.CharField(
        label=lazy_text(text), required=required, max_length=most, widget=forms.Textarea(attrs={"rows": rows})
    )


class CalmForm(forms.Form):
    """A form whose labels are questions and words as they stand, without a colon after them."""

    def __init__(self, *given: Any, **more: Any) -> None:  # noqa: ANN401 - as Django's forms take them
        super().__init__(*given, **{"label_suffix": "", **more})


class CheckForm(CalmForm):
    """Ask the questions before a session; each may be left open, which is never taken for a no."""

    def __init__(self, *given: Any, items: list[Item], book: Instrument, **more: Any) -> None:  # noqa: ANN401
        super().__init__(*given, **more)
        self.items, self.book = items, book
        for item in items:
            self.fields[item.id] = self._field(item)

    def _field(self, item: Item) -> forms.Field:
        topic = lazy_text(item.topic)
        if item.kind == "code":
            choices = [("1", lazy_text(_YES)), ("0", lazy_text(_NO)), (_SKIP, lazy_text(_NOT_SAID))]
            return forms.ChoiceField(label=topic, choices=choices, widget=forms.RadioSelect, required=False)
        limits = accepted(item, self.book.answers)
        attributes = {
            "inputmode": "decimal",
            "autocomplete": "off",
            "min": limits.low,
            "max": limits.high,
            "step": "any",
        }
        return forms.CharField(label=topic, required=False, max_length=8, widget=forms.NumberInput(attrs=attributes))

    def clean(self) -> dict[str, Any]:
        """Read every answer as the book accepts it; what was left open is left out."""
        found = super().clean() or {}
        answers: dict[str, float] = {}
        for item in self.items:
            raw = str(found.get(item.id, "")).strip()
            if raw in {"", _SKIP}:
                continue
            value, reason = read_answer(item, self.book, raw)
            if reason is not None:
                self.add_error(item.id, say_now(reason))
            elif isinstance(value, int | float):
                answers[item.id] = value
        return {"answers": answers}


class DoneForm(CalmForm):
    """Ask how a session went."""

    done = forms.ChoiceField(
        label=lazy_text(Text(en="How did it go?", zh="完成得怎么样？")),
        choices=_choices(_DONE),
        widget=forms.RadioSelect,
    )
    reasons = forms.MultipleChoiceField(
        label=lazy_text(Text(en="If something came between: what was it?", zh="如果没能做完，是因为什么？")),
        help_text=lazy_text(
            Text(en="It helps us to fit the plan to your life.", zh="这有助于我们让方案更适合您的生活。")
        ),
        choices=_choices(REASONS),
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )
    minutes = _number(Text(en="How many minutes, about?", zh="大约做了多少分钟？"), 600)
    pain_before = _pain(Text(en="Pain before", zh="练习前的疼痛"))
    pain_after = _pain(Text(en="Pain after", zh="练习后的疼痛"))
    words = _words(Text(en="Anything you want to add", zh="其他想说的"))


class DiaryForm(CalmForm):
    """Ask about a day: pain, activity, words."""

    pain = _pain(Text(en="How was your pain today?", zh="今天疼痛怎么样？"))
    minutes = _number(
        Text(en="Minutes you were active today", zh="今天活动了多少分钟"),
        1440,
        Text(en="Walking, housework, practice: all of it counts.", zh="走路、家务、练习，都算在内。"),
    )
    words = _words(Text(en="A word about the day", zh="今天想记下的话"))

    def clean(self) -> dict[str, Any]:
        """Ask for at least one of the three."""
        found = super().clean() or {}
        if not self.errors and all(found.get(name) in (None, "") for name in ("pain", "minutes", "words")):
            raise forms.ValidationError(
                say_now(Text(en="Please fill in at least one of the three.", zh="请至少填写其中一项。"))
            )
        return found


class HarmForm(CalmForm):
    """Ask what hurt or went wrong; `today` is the last day that may be chosen."""

    words = _words(Text(en="What happened?", zh="发生了什么？"), required=True, rows=4, most=4000)
    began = forms.DateField(
        label=lazy_text(Text(en="When did it begin?", zh="什么时候开始的？")),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )
    severity = forms.ChoiceField(label=lazy_text(_HOW_SEVERE), choices=_choices(_SEVERITIES), widget=forms.RadioSelect)
    after = forms.ChoiceField(
        label=lazy_text(Text(en="What came before it?", zh="之前做了什么？")),
        choices=_choices(_AFTER),
        widget=forms.RadioSelect,
        required=False,
    )
    ended = forms.DateField(
        label=lazy_text(Text(en="When was it over?", zh="什么时候好转的？")),
        help_text=lazy_text(Text(en="Leave this empty if it is still there.", zh="如果还没有好转，请留空。")),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        required=False,
    )
    serious = forms.BooleanField(label=lazy_text(_HOSPITAL), required=False)

    def __init__(self, *given: Any, today: dt.date, **more: Any) -> None:  # noqa: ANN401 - as Django's forms take them
        super().__init__(*given, **more)
        self.today = today
        self.fields["began"].initial = today

    def clean(self) -> dict[str, Any]:
        """Keep the days between a year ago and today, and the end after the beginning."""
        found = super().clean() or {}
        for name in ("began", "ended"):
            day = found.get(name)
            if day is not None and not self.today - _LONG_AGO <= day <= self.today:
                self.add_error(name, say_now(_WHEN))
        began, ended = found.get("began"), found.get("ended")
        if began and ended and ended < began:
            self.add_error("ended", say_now(_BEFORE))
        return found


class MessageForm(CalmForm):
    """Ask for the words of a message."""

    words = _words(Text(en="Your message", zh="您的留言"), required=True, rows=4, most=8000)
