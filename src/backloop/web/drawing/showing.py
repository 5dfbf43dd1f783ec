"""What a drawing shows: pictures, the sentence, the numbers with their meaning, and the drawing before it.

Decides what stands side by side; pictures and words are the letters', numbers the core's.
"""

from dataclasses import dataclass
from typing import Any

from django.utils.safestring import SafeString, mark_safe

from backloop.letters import body_picture, drawing_sentence
from backloop.library import BodyChart, Score, read_chart
from backloop.measure import Drawing, Measure, Painted, compare_drawings, measure_drawing
from backloop.record import Session
from backloop.units import Language, Text
from backloop.web.drawing.saving import BOOK, Drawn, drawings_of, numbers_of
from backloop.web.look.wordings import reader_language
from backloop.web.people.models import Account, Patient
from backloop.web.store.events import library_in_use

__all__ = ["Row", "show_drawing"]

_SIDES = {
    "none": Text(en="no side", zh="无"),
    "left": Text(en="left only", zh="仅左侧"),
    "right": Text(en="right only", zh="仅右侧"),
    "both": Text(en="both sides", zh="双侧"),
    "middle": Text(en="middle only", zh="仅正中"),
}


@dataclass(frozen=True)
class Row:
    """One number: what it is called, what it means, its value now and at the drawing before."""

    score: Score
    now: Measure | None
    before: Measure | None

    @property
    def change(self) -> float | None:
        """The difference, where both have a value."""
        if self.now is None or self.before is None or self.now.value is None or self.before.value is None:
            return None
        return self.now.value - self.before.value


def show_drawing(account: Account, patient: Patient, visit: Session) -> dict[str, Any]:
    """Gather what the page about one drawing shows.

    Parameters
    ----------
    account : Account
        Who looks.
    patient : Patient
        Whose drawing.
    visit : Session
        At which visit; a drawing stands there.

    Returns
    -------
    dict
        For the template ``drawing/result.html``.
    """
    chart, lang, known = read_chart(), reader_language(), drawings_of(account, patient)
    at = next(number for number, each in enumerate(known) if each.visit.session_id == visit.session_id)
    now, before = known[at], known[at - 1] if at else None
    drawing = _drawing(now)
    found = measure_drawing(drawing, chart)
    shown: dict[str, Any] = {
        "drawing": drawing,
        "sentence": drawing_sentence(drawing, chart, lang=lang),
        "pictures": _pictures(drawing, chart, lang, name="now"),
        "rows": _rows(account, patient, now, before),
        "side": _SIDES[found.side],
        "outside": found.outside,
        "areas": _named_areas(found, chart),
        "before": before,
    }
    if before is not None:
        change = compare_drawings(_drawing(before), drawing, chart)
        shown |= {
            "change": change,
            "gained": [chart.region(name).title for name in change.regions_gained],
            "lost": [chart.region(name).title for name in change.regions_lost],
            "sentence_before": drawing_sentence(_drawing(before), chart, lang=lang),
            "pictures_before": _pictures(_drawing(before), chart, lang, name="before"),
        }
    return shown


def _drawing(drawn: Drawn) -> Drawing:
    if drawn.drawing is None:
        message = "a visit with a drawing was expected"
        raise LookupError(message)
    return drawn.drawing


def _pictures(drawing: Drawing, chart: BodyChart, lang: Language, *, name: str) -> list[tuple[Text, SafeString]]:
    # The picture holds numbers, ids of the chart and words of the books only, escaped where it is made.
    return [
        (view.title, mark_safe(body_picture(drawing, chart, view.id, lang=lang, name=name)))  # noqa: S308
        for view in chart.views
    ]


def _rows(account: Account, patient: Patient, now: Drawn, before: Drawn | None) -> list[Row]:
    visits = [each.visit for each in (before, now) if each is not None]
    numbers = numbers_of(account, patient, visits)
    here = numbers.get(now.visit.session_id, {})
    there = numbers.get(before.visit.session_id, {}) if before else {}
    scores = library_in_use().protocol(BOOK).scores
    return [Row(score, here.get(score.id), there.get(score.id)) for score in scores]


def _named_areas(found: Painted, chart: BodyChart) -> list[Text]:
    touched = set(found.pain_areas)
    return [area.title for area in chart.areas if area.id in touched]
