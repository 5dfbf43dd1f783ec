"""The nouns of a pain drawing: strokes and tapped regions as they were made, and what they amount to.

Decides which drawings are accepted and how one is kept; the arithmetic is in `painting`.
"""

from typing import Annotated, Literal, Self

from pydantic import AfterValidator, Field, model_validator

from backloop.units import Frozen, Text

__all__ = [
    "MOST_POINTS",
    "MOST_STROKES",
    "QUALITIES",
    "Drawing",
    "DrawingChange",
    "Painted",
    "Quality",
    "Stroke",
    "Tapped",
]

Quality = Literal["", "aching", "pressing", "burning", "stabbing", "shooting", "tingling", "numb", "other"]
"""What the pain is like, in one word; empty where it was not said."""

QUALITIES: dict[Quality, Text] = {
    "aching": Text(en="aching or dull", zh="酸痛、钝痛"),
    "pressing": Text(en="pressing or tight", zh="压迫、发紧"),
    "burning": Text(en="burning or hot", zh="烧灼、发热"),
    "stabbing": Text(en="stabbing", zh="刺痛"),
    "shooting": Text(en="shooting or electric", zh="窜痛、触电样"),
    "tingling": Text(en="tingling or pins and needles", zh="麻刺感"),
    "numb": Text(en="numb", zh="麻木"),
    "other": Text(en="something else", zh="其他"),
}
"""The words for what the pain is like; our own everyday words, not those of a questionnaire."""

MOST_STROKES, MOST_POINTS = 400, 8000
"""More than anybody draws: beyond this a drawing is a fault of the sender, and is refused."""

_DIGITS = 4
_TOO_MUCH = f"a drawing holds at most {MOST_STROKES} strokes and {MOST_POINTS} points"
_BOTH = "a drawing of no pain anywhere has neither strokes nor regions"


def _place(share: float) -> float:
    return round(share, _DIGITS)


Share = Annotated[float, Field(ge=0, le=1), AfterValidator(_place)]
"""A place along the width or height of a figure's frame: 0 left or top, 1 right or bottom."""

Strength = Annotated[int, Field(ge=1, le=10)]


class Stroke(Frozen):
    """One line of the brush: on which figure, how wide (as a share of its frame's width), through which points.

    Examples
    --------
    >>> Stroke(view="back", width=0.08, points=((0.45, 0.4), (0.55, 0.4))).quality
    ''
    """

    view: Literal["front", "back", "left", "right"]
    width: float = Field(gt=0, le=0.25)
    points: tuple[tuple[Share, Share], ...] = Field(min_length=1)
    quality: Quality = ""
    intensity: Strength | None = None


class Tapped(Frozen):
    """One region chosen as a whole, by its id on the chart.

    Examples
    --------
    >>> Tapped(region="low-back-left", quality="aching").intensity is None
    True
    """

    region: str
    quality: Quality = ""
    intensity: Strength | None = None


class Drawing(Frozen):
    """A pain drawing as it was made at a visit: everything on it, or that there is no pain anywhere.

    `chart` names the chart and its version. A drawing with nothing on it that does not say `nowhere` is no answer.

    Examples
    --------
    >>> drawn = Drawing(session_id="ses-01", chart="body-chart@1", tapped=(Tapped(region="sacrum"),))
    >>> drawn.is_answer, drawn.nowhere
    (True, False)
    """

    session_id: str
    chart: str
    strokes: tuple[Stroke, ...] = ()
    tapped: tuple[Tapped, ...] = ()
    nowhere: bool = False

    @property
    def marks(self) -> tuple["Stroke | Tapped", ...]:
        """Everything on it: strokes, then regions."""
        return (*self.strokes, *self.tapped)

    @property
    def is_answer(self) -> bool:
        """Whether it says anything: where it hurts, or that it hurts nowhere."""
        return self.nowhere or bool(self.marks)

    @model_validator(mode="after")
    def _sound(self) -> Self:
        points = sum(len(stroke.points) for stroke in self.strokes)
        if len(self.strokes) > MOST_STROKES or points > MOST_POINTS:
            raise ValueError(_TOO_MUCH)
        if self.nowhere and (self.strokes or self.tapped):
            raise ValueError(_BOTH)
        if len({each.region for each in self.tapped}) < len(self.tapped):
            message = "a region is tapped once or not at all"
            raise ValueError(message)
        return self


class Painted(Frozen):
    """What a drawing amounts to. Areas are in percent of the figures' surface; `area` is over all four together.

    `outside` is the share of the brush that fell beside the figures, which counts nowhere. `spread` is the greatest
    distance between two painted places of one figure, in percent of the chart's height. `left_share` is the share
    of the painted area on the left side of the body. `intensity` is area times strength, given only where all paint
    has a strength. None where nothing was painted that it could be taken of.

    Examples
    --------
    >>> Painted(area=0, by_view={"front": 0.0}).side
    'none'
    """

    area: float = Field(ge=0, le=100)
    by_view: dict[str, float]
    regions: tuple[str, ...] = ()
    pain_areas: tuple[str, ...] = ()
    body_regions: tuple[str, ...] = ()
    side: Literal["none", "left", "right", "both", "middle"] = "none"
    spread: float = Field(default=0, ge=0)
    left_share: float | None = Field(default=None, ge=0, le=100)
    outside: float | None = Field(default=None, ge=0, le=100)
    intensity: float | None = Field(default=None, ge=0, le=1000)

    @property
    def views(self) -> int:
        """On how many of the figures there is paint."""
        return sum(share > 0 for share in self.by_view.values())


class DrawingChange(Frozen):
    """What differs between two drawings: area gained, lost and kept (percent of all figures), regions gained and lost.

    `overlap` is the Jaccard index: the area painted both times, over the area painted at least once.

    Examples
    --------
    >>> DrawingChange(gained=1.5, lost=0, kept=2).overlap is None
    True
    """

    gained: float = Field(ge=0)
    lost: float = Field(ge=0)
    kept: float = Field(ge=0)
    regions_gained: tuple[str, ...] = ()
    regions_lost: tuple[str, ...] = ()
    overlap: float | None = Field(default=None, ge=0, le=1)
