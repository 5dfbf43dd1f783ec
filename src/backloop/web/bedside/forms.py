"""What the tester chooses before a test: the place, the unit, how often, how long to pause.

Decides the fields by the kind of the book's guide and what the book proposes for them; nothing is stored here.
"""

from typing import Any

from django import forms
from django.core.validators import RegexValidator

from backloop.library import GridGuide, LetterGuide, PressureGuide, Sourced, TimerGuide, TwoPointGuide
from backloop.units import Text
from backloop.web.bedside.amounts import FORCES
from backloop.web.bedside.sittings import Sitting
from backloop.web.look.wordings import lazy_text, say_now

__all__ = ["SITE_WORDS", "StartForm", "say_site", "units_of"]

SITE_WORDS = {
    "left": Text(en="left", zh="左侧"),
    "right": Text(en="right", zh="右侧"),
    "midline": Text(en="midline", zh="正中"),
    "along": Text(en="along the spine", zh="沿脊柱方向"),
    "across": Text(en="across the spine", zh="横向"),
}
"""The words a place is put together from, besides the tester's own."""

_NOWHERE = Text(en="not stated", zh="未注明")
_NO_SIDE = Text(en="not stated", zh="不注明")
_PLACE = Text(en="Place, such as L3 or shin", zh="部位，如 L3 或胫前")
_SIDE = Text(en="Side", zh="侧别")
_AXIS = Text(en="Axis of the calliper", zh="卡尺方向")
_UNIT = Text(en="Unit on the device", zh="仪器显示的单位")
_AREA = Text(en="Area of the probe in cm² (needed for a force)", zh="探头面积（cm²；以力读数时必填）")
_REST = Text(en="Pause between trials in seconds", zh="两次测试的间隔（秒）")
_SPACING = Text(en="Spacing of the grid in mm (needed to tap the answer)", zh="网格间距（mm；点选作答时必填）")
_TESTER = Text(en="Tested by (initials), if not you", zh="检查者（姓名缩写；非本人操作时填写）")
_TIMES = {
    "grid": Text(en="Touches of each point", zh="每点触碰次数"),
    "letters": Text(en="Number of letters", zh="字母个数"),
    "timer": Text(en="Trials", zh="测试次数"),
    "pressure": Text(en="Trials in each part", zh="每部分测试次数"),
}
_BOOK = Text(en="The book says {n} ({reference}).", zh="本库建议 {n}（{reference}）。")
_UNCHECKED = Text(
    en="The book says {n} ({reference}, not checked against a source).",
    zh="本库建议 {n}（{reference}，未经原文核对）。",
)
_OWN = Text(en="No source was found; the choice is yours.", zh="未查到依据，由检查者自行决定。")
_PLAIN = Text(en="Use letters, digits, blanks and hyphens.", zh="请使用文字、数字、空格和连字符。")
_NEEDS_AREA = Text(en="A force needs the area of the probe.", zh="以力读数时须填写探头面积。")


class StartForm(forms.Form):
    """Where a test is done and how, as far as the book leaves it open."""

    place = forms.CharField(
        label=lazy_text(_PLACE),
        required=False,
        max_length=40,
        validators=[RegexValidator(r"^[\w\- ]*$", message=lazy_text(_PLAIN))],
    )
    side = forms.ChoiceField(label=lazy_text(_SIDE), required=False)
    tester = forms.CharField(label=lazy_text(_TESTER), required=False, max_length=12)

    def __init__(self, *args: Any, sitting: Sitting, **kwargs: Any) -> None:  # noqa: ANN401 - what Django hands on
        super().__init__(*args, **kwargs)
        self.sitting = sitting
        sides = ("left", "right", "midline")
        self.fields["side"].choices = [("", say_now(_NO_SIDE)), *((each, say_now(SITE_WORDS[each])) for each in sides)]  # type: ignore[attr-defined]
        guide = sitting.book.guide
        if isinstance(guide, TwoPointGuide):
            axes = [(each, say_now(SITE_WORDS[each])) for each in ("across", "along")]
            self.fields["axis"] = forms.ChoiceField(label=lazy_text(_AXIS), choices=axes)
        units = units_of(sitting)
        if len(units) > 1 and isinstance(guide, GridGuide | PressureGuide):
            choices = [(each, each) for each in units]
            self.fields["unit"] = forms.ChoiceField(label=lazy_text(_UNIT), choices=choices, required=False)
        self._ask_settings()
        self.order_fields(["place", "side", "axis", "unit", "probe-area", "times", "rest", "spacing", "tester"])

    @property
    def settings(self) -> dict[str, float]:
        """What was chosen, by the guide's own fields."""
        names = ("times", "rest", "spacing", "probe-area")
        return {name: float(self.cleaned_data[name]) for name in names if self.cleaned_data.get(name) is not None}

    @property
    def site(self) -> str:
        """The place in words of a fixed order."""
        words = (self.cleaned_data.get(name, "") for name in ("place", "side", "axis"))
        return " ".join(" ".join(word.split()) for word in words if word)

    def clean(self) -> dict[str, Any]:
        """Ask for the area of the probe where a force is read."""
        told = super().clean() or {}
        if told.get("unit") in FORCES and not told.get("probe-area"):
            self.add_error("probe-area", say_now(_NEEDS_AREA))
        return told

    def _ask_settings(self) -> None:
        guide, own = self.sitting.book.guide, {field.id for field in self.sitting.book.written}
        if isinstance(guide, GridGuide | LetterGuide | TimerGuide | PressureGuide):
            known = guide.times.value if guide.times else (1 if isinstance(guide, TimerGuide) else None)
            self.fields["times"] = forms.IntegerField(
                label=lazy_text(_TIMES[guide.kind]),
                min_value=1,
                max_value=60,
                initial=None if known is None else int(known),
                help_text=_say_source(guide.times),
            )
        if isinstance(guide, PressureGuide):
            known = guide.rest.value if guide.rest else None
            self._ask("rest", _REST, low=0, high=3600, initial=known)
            self.fields["rest"].help_text = _say_source(guide.rest)
        if "spacing" in own:
            self._ask("spacing", _SPACING, low=5, high=200)
        if isinstance(guide, PressureGuide) and "unit" in self.fields:
            self._ask("probe-area", _AREA, low=0.1, high=20)

    def _ask(self, name: str, label: Text, *, low: float, high: float, initial: float | None = None) -> None:
        shown = None if initial is None else f"{initial:g}"
        self.fields[name] = forms.FloatField(
            label=lazy_text(label), required=False, min_value=low, max_value=high, initial=shown
        )
        self.fields[name].widget.attrs["step"] = "any"


def units_of(sitting: Sitting) -> list[str]:
    """Give the units a value may be read in.

    Parameters
    ----------
    sitting : Sitting
        The test.

    Returns
    -------
    list of str
        The field's own first; units of force as well where a pressure is asked for.
    """
    field = sitting.field
    units = list(dict.fromkeys([field.unit, *field.accepts]))
    return [*units, *FORCES] if field.unit == "kPa" else units


def say_site(site: str) -> str:
    """Say a place in the reader's language.

    Parameters
    ----------
    site : str
        As it is written down.

    Returns
    -------
    str
        Our own words translated, the tester's as they are; that none was stated where it is empty.
    """
    words = (say_now(SITE_WORDS[word]) if word in SITE_WORDS else word for word in site.split())
    return " ".join(words) or say_now(_NOWHERE)


def _say_source(number: Sourced | None) -> str:
    if number is None:
        return say_now(_OWN)
    words = _BOOK if number.verified else _UNCHECKED
    return say_now(words).format(n=f"{number.value:g}", reference=number.reference)
