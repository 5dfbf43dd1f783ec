"""The forms of studies: plan, screening, steps of a participant, allocation.

Decides what is asked and how large a file may be; what follows from it is decided beside.
"""

from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile

from backloop.trial import Trial
from backloop.units import Text
from backloop.web.look.wordings import lazy_text
from backloop.web.research.steps import EXCLUSIONS, WITHDRAWALS

__all__ = [
    "ConsentForm",
    "LeavingForm",
    "LevelsForm",
    "LimitedFile",
    "PlanForm",
    "ReasonForm",
    "ScreeningForm",
    "UnblindForm",
]

_FILE = Text(en="Design file (TOML)", zh="设计文件（TOML）")
_REASON = Text(en="Why now; for an amendment, what changed", zh="锁定原因；如为修订，请说明修改内容")
_CODE = Text(en="Code of the patient, from the referring clinician", zh="患者编码（由转介医师提供）")
_FORM = Text(en="Version of the consent form", zh="知情同意书版本")
_ANSWER = Text(en="The person", zh="本人意愿")
_YES = Text(en="agreed and signed", zh="同意并已签署")
_NO = Text(en="did not agree", zh="不同意")
_WHY = Text(en="Reason", zh="原因")
_DETAIL = Text(en="In your own words (seen by coordinators only)", zh="补充说明（仅协调员可见）")
_TYPE = Text(en="Type the study's short name to confirm", zh="请输入研究简称以确认")
_CHOOSE = Text(en="choose", zh="请选择")
_NOT_SAME = Text(en="This is not the study's short name.", zh="与研究简称不符。")
_TOO_LARGE = Text(en="This file is too large for its purpose.", zh="文件过大，超出允许范围。")
_NOT_TEXT = Text(en="Expected a text file in UTF-8; save it so.", zh="应为 UTF-8 文本文件，请转换后重新上传。")


class LimitedFile(forms.FileField):
    """A file up to a size in bytes."""

    def __init__(self, *, largest: int, **rest: Any) -> None:  # noqa: ANN401 - as Django's own field takes it
        super().__init__(**rest)
        self.largest = largest

    def clean(self, data: Any, initial: Any = None) -> Any:  # noqa: ANN401
        """Refuse a file that is too large before anybody opens it."""
        file = super().clean(data, initial)
        if isinstance(file, UploadedFile) and (file.size or 0) > self.largest:
            raise forms.ValidationError(lazy_text(_TOO_LARGE), code="large")
        return file


class PlanForm(forms.Form):
    """Ask for a design file."""

    design = LimitedFile(label=lazy_text(_FILE), largest=200_000)

    def clean_design(self) -> str:
        """Give the file's text."""
        try:
            text: str = self.cleaned_data["design"].read().decode("utf-8-sig")
        except UnicodeDecodeError:
            raise forms.ValidationError(lazy_text(_NOT_TEXT)) from None
        return text


class ReasonForm(forms.Form):
    """Ask why a plan is frozen."""

    reason = forms.CharField(label=lazy_text(_REASON), max_length=300)


class ScreeningForm(forms.Form):
    """Ask for the code of somebody to be screened."""

    code = forms.CharField(label=lazy_text(_CODE), max_length=16, widget=forms.TextInput(attrs={"autocomplete": "off"}))

    def clean_code(self) -> str:
        """Codes are read aloud and typed, so case and blanks do not matter."""
        return str(self.cleaned_data["code"]).replace(" ", "").upper()


class ConsentForm(forms.Form):
    """Ask whether somebody agreed, and to which form."""

    given = forms.ChoiceField(
        label=lazy_text(_ANSWER),
        choices=[("yes", lazy_text(_YES)), ("no", lazy_text(_NO))],
        widget=forms.RadioSelect,
    )
    form = forms.CharField(label=lazy_text(_FORM), max_length=80)


class LeavingForm(forms.Form):
    """Ask why somebody is not included, or leaves."""

    reason = forms.ChoiceField(label=lazy_text(_WHY))
    detail = forms.CharField(
        label=lazy_text(_DETAIL), max_length=300, required=False, widget=forms.Textarea(attrs={"rows": 3})
    )

    def __init__(self, *arguments: Any, state: str, **rest: Any) -> None:  # noqa: ANN401
        super().__init__(*arguments, **rest)
        reasons = EXCLUSIONS if state == "excluded" else WITHDRAWALS
        choices = [("", lazy_text(_CHOOSE)), *((name, lazy_text(text)) for name, text in reasons.items())]
        self.fields["reason"].choices = choices  # type: ignore[attr-defined]


class LevelsForm(forms.Form):
    """Ask for a person's level of every factor of a plan; only the plan's levels can be chosen."""

    def __init__(self, *arguments: Any, trial: Trial, site: str = "", **rest: Any) -> None:  # noqa: ANN401
        super().__init__(*arguments, **rest)
        for factor in trial.strata:
            choices = [("", lazy_text(_CHOOSE)), *((level, level) for level in factor.levels)]
            known = site if site in factor.levels and factor.id == "site" else ""
            self.fields[factor.id] = forms.ChoiceField(label=factor.id, choices=choices, initial=known)


class UnblindForm(forms.Form):
    """Ask for the study's own name before it is unblinded."""

    slug = forms.CharField(label=lazy_text(_TYPE), max_length=40, widget=forms.TextInput(attrs={"autocomplete": "off"}))

    def __init__(self, *arguments: Any, expected: str, **rest: Any) -> None:  # noqa: ANN401
        super().__init__(*arguments, **rest)
        self.expected = expected

    def clean_slug(self) -> str:
        """Refuse another name."""
        if self.cleaned_data["slug"] != self.expected:
            raise forms.ValidationError(lazy_text(_NOT_SAME))
        return self.expected
