"""Pain drawings of a made-up person: low back and one leg at first, less of both as the weeks go by.

Decides the strokes; what they amount to is measured by the core.
"""

from backloop.library import read_chart
from backloop.measure import Drawing, Stroke, drawing_observations
from backloop.record import Observation, Session

__all__ = ["drawing_at"]

_LEG_UNTIL, _LEAST = 8, 0.35


def drawing_at(visit: Session) -> tuple[Drawing | Observation, ...]:
    """Make the drawing of a visit with its numbers.

    Parameters
    ----------
    visit : Session
        The visit, with its week.

    Returns
    -------
    tuple of Drawing and Observation
        The drawing first.

    Examples
    --------
    >>> drawn = drawing_at(Session(session_id="ses-01", order=1, week=0))[0]
    >>> len(drawn.strokes)
    3
    """
    week, chart = visit.week or 0, read_chart()
    reach = max(_LEAST, 1 - week / 20)
    band = tuple((0.5 + reach * shift, 0.425) for shift in (-0.16, -0.05, 0.06, 0.14))
    strokes = [Stroke(view="back", width=0.12, points=band, quality="aching", intensity=max(2, round(7 * reach)))]
    if week < _LEG_UNTIL:
        leg = ((0.40, 0.52), (0.39, 0.6), (0.40, 0.6 + 0.12 * reach))
        side = ((0.68, 0.48), (0.66, 0.6), (0.65, 0.66))
        strokes += [
            Stroke(view="back", width=0.08, points=leg, quality="shooting", intensity=5),
            Stroke(view="left", width=0.08, points=side, quality="shooting", intensity=4),
        ]
    drawing = Drawing(session_id=visit.session_id, chart=chart.name, strokes=tuple(strokes))
    return (drawing, *drawing_observations(drawing, chart))
