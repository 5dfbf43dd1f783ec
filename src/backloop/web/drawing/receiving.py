"""What a page sends of a pain drawing, read and checked: strokes as JSON, regions as ticked boxes.

Decides what is refused and in which words; what a drawing holds is decided by the core.
"""

import json
import uuid
from typing import Any

from django.http import HttpRequest
from pydantic import ValidationError

from backloop.library import read_chart
from backloop.measure import MOST_POINTS, MOST_STROKES, Drawing, Stroke, Tapped
from backloop.units import Text

__all__ = ["MOST_BYTES", "Unreadable", "read_drawing", "read_uid"]

MOST_BYTES = 600_000
"""The largest request that is read: about twice what the longest accepted drawing takes."""

_TOO_LARGE = Text(
    en="This drawing is larger than a drawing can be, and was not saved. Undo the last strokes, or choose regions.",
    zh="图的内容过大，未保存。请撤销最近的笔画，或改为点选区域。",
)
_GARBLED = Text(
    en="The drawing did not arrive whole and was not saved. Load the page again; what was saved before is safe.",
    zh="图未能完整传输，未保存。请重新载入页面，此前已保存的内容不受影响。",
)
_BOTH = Text(
    en="Either show where it hurts or say that it hurts nowhere; both were sent, so nothing was saved.",
    zh="“标出疼痛部位”与“无疼痛”只能选其一；两者同时提交，未保存。",
)
_STRANGE = Text(
    en="A region was sent that this chart does not have; nothing was saved. Load the page again.",
    zh="提交了本图没有的区域，未保存。请重新载入页面。",
)


class Unreadable(Exception):
    """A drawing that cannot be accepted, with the words for whoever sent it and the status of the answer."""

    def __init__(self, text: Text, status: int = 422) -> None:
        super().__init__(text.en)
        self.text, self.status = text, status


def read_drawing(request: HttpRequest, session_id: str) -> Drawing:
    """Read the drawing of a request.

    Parameters
    ----------
    request : HttpRequest
        Sent with ``marks`` (JSON: ``strokes``, and ``tapped`` with what was said of a region), ``region`` once for
        every ticked region, ``nowhere``, and ``quality`` and ``intensity`` for regions of which nothing was said.
    session_id : str
        The visit it belongs to.

    Returns
    -------
    Drawing

    Raises
    ------
    Unreadable
        If it is too large, garbled, or says both that it hurts and that it does not.
    """
    if int(request.META.get("CONTENT_LENGTH") or 0) > MOST_BYTES:
        raise Unreadable(_TOO_LARGE, 413)
    marks, sent = _marks(request), request.POST
    regions = list(dict.fromkeys(sent.getlist("region")))
    if not set(regions) <= {region.id for region in read_chart().regions()}:
        raise Unreadable(_STRANGE)
    strokes, nowhere = marks.get("strokes", []), "nowhere" in sent
    if nowhere and (regions or strokes):
        raise Unreadable(_BOTH)
    if len(strokes) > MOST_STROKES or sum(_count(stroke) for stroke in strokes) > MOST_POINTS:
        raise Unreadable(_TOO_LARGE, 413)
    said = {"quality": sent.get("quality", ""), "intensity": sent.get("intensity", "") or None}
    try:
        return Drawing(
            session_id=session_id,
            chart=read_chart().name,
            strokes=tuple(Stroke.model_validate(stroke) for stroke in strokes),
            tapped=tuple(_tap(region, marks.get("tapped", {}), said) for region in regions),
            nowhere=nowhere,
        )
    except (ValidationError, AttributeError, TypeError) as error:
        raise Unreadable(_GARBLED) from error


def read_uid(request: HttpRequest) -> uuid.UUID:
    """Read the sender's own id of the drawing; a new one where none came.

    Parameters
    ----------
    request : HttpRequest
        The request.

    Returns
    -------
    UUID
    """
    try:
        return uuid.UUID(request.POST.get("uid", ""))
    except ValueError:
        return uuid.uuid4()


def _marks(request: HttpRequest) -> dict[str, Any]:
    try:
        marks = json.loads(request.POST.get("marks", "") or "{}")
    except (ValueError, RecursionError) as error:
        raise Unreadable(_GARBLED) from error
    fits = isinstance(marks, dict) and isinstance(marks.get("strokes", []), list)
    if not fits or not isinstance(marks.get("tapped", {}), dict):
        raise Unreadable(_GARBLED)
    found: dict[str, Any] = marks
    return found


def _count(stroke: object) -> int:
    points = stroke.get("points") if isinstance(stroke, dict) else None
    return len(points) if isinstance(points, list) else 0


def _tap(region: str, told: dict[str, Any], said: dict[str, Any]) -> Tapped:
    return Tapped(region=region, **{**said, **told.get(region, {})})
