"""The forms of exchange and of recordings: a file, what it is, which visit it belongs to.

Decides what may be sent and how large it may be.
"""

from typing import Any

from django import forms

from backloop.units import Text
from backloop.web.look.wordings import lazy_text
from backloop.web.research.forms import LimitedFile
from backloop.web.research.intake import FORMATS
from backloop.web.research.recipes import KINDS, PLACES
from backloop.web.settings.starting import this_clinic

__all__ = ["RECORD_BYTES", "IntakeForm", "RecordingForm"]

RECORD_BYTES = 50 * 2**20
"""How large a file with a record may be."""

_WHAT = Text(en="What the file is", zh="文件类型")
_FILE = Text(en="File", zh="文件")
_BESIDE = Text(
    en="Second file: the mapping of a table, or the dictionary of a REDCap export",
    zh="第二个文件：表格的映射文件，或 REDCap 数据字典",
)
_VISIT = Text(en="Visit", zh="访视")
_PLACE = Text(en="Where the spectrum was measured (spectra only)", zh="谱采集部位（仅波谱需要）")
_NONE = Text(en="not a spectrum", zh="非波谱")
_NEEDS_PLACE = Text(en="Say where the spectrum was measured.", zh="请选择谱采集部位。")


class IntakeForm(forms.Form):
    """Ask for a file with a record."""

    form = forms.ChoiceField(label=lazy_text(_WHAT), choices=[(k, lazy_text(v)) for k, v in FORMATS.items()])
    file = LimitedFile(label=lazy_text(_FILE), largest=RECORD_BYTES)
    beside = LimitedFile(label=lazy_text(_BESIDE), largest=5 * 2**20, required=False)


class RecordingForm(forms.Form):
    """Ask for a recording or a table of results, and the visit it is of."""

    session_id = forms.ChoiceField(label=lazy_text(_VISIT))
    kind = forms.ChoiceField(label=lazy_text(_WHAT), choices=[(k, lazy_text(v.title)) for k, v in KINDS.items()])
    place = forms.ChoiceField(
        label=lazy_text(_PLACE),
        required=False,
        choices=[("", lazy_text(_NONE)), *((name, lazy_text(text)) for name, text in PLACES.items())],
    )
    file = LimitedFile(label=lazy_text(_FILE), largest=0)

    def __init__(self, *arguments: Any, visits: list[tuple[str, str]], **rest: Any) -> None:  # noqa: ANN401
        super().__init__(*arguments, **rest)
        self.fields["session_id"].choices = visits  # type: ignore[attr-defined]
        self.fields["file"].largest = this_clinic().upload_megabytes * 2**20  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        """Ask for the place of a spectrum."""
        told = super().clean() or {}
        if told.get("kind") == "spectrum" and not told.get("place"):
            self.add_error("place", lazy_text(_NEEDS_PLACE))
        return told
