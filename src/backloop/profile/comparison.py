"""A measure beside those of other people, and beside the person's own past.

Decides what may be compared and how it is said; whether a change is real or matters is judged in the room `follow`.
"""

from typing import Literal

from backloop.errors import MeasureError, ScaleMismatch
from backloop.library import Instrument, Library, Norm, Protocol
from backloop.measure import Measure
from backloop.units import Better, Frozen, Scale, Text

__all__ = ["AgainstNorm", "AgainstPast", "against_norms", "against_past"]

Side = Literal["better", "worse", "same", "neither"]
"""Where a value stands beside another, in the person's interest; *neither* where no end of the scale is good."""


class AgainstNorm(Frozen):
    """One measure beside the mean of one group of people.

    `difference` is the person's value minus the group's mean, in points. `z` is that in standard deviations of the
    group, None where its spread is not known; no percentile is derived.

    Examples
    --------
    >>> AgainstNorm.model_fields["z"].annotation
    float | None
    """

    measure: str
    group: Literal["clbp", "healthy", "general population", "other"]
    population: Text
    language: str
    value: float
    mean: float
    sd: float | None = None
    n: int | None = None
    difference: float
    z: float | None = None
    side: Side
    words: Text
    reference: str
    verified: bool


class AgainstPast(Frozen):
    """One measure beside the same person's earlier one, on the same scale.

    `difference` is later minus earlier in points, None where one of the two has no value.

    Examples
    --------
    >>> AgainstPast.model_fields["difference"].annotation
    float | None
    """

    measure: str
    earlier: str
    later: str
    difference: float | None = None
    side: Side | None = None
    words: Text


def against_norms(measure: Measure, *, library: Library | None = None) -> tuple[AgainstNorm, ...]:
    """Hold a measure beside what groups of people scored.

    Parameters
    ----------
    measure : Measure
        One number about a person.
    library : Library, optional
        Where the norms stand; the packaged library where not given.

    Returns
    -------
    tuple of AgainstNorm
        One for each group in the measure's book, in its order. Empty where the measure has no value, its book states
        no norms, or it stands on another scale than the norms.

    Raises
    ------
    UnknownBook
        If no shelf holds the measure's book.

    Notes
    -----
    A group's mean is no target and no limit of health. Look at who was in the group and which language they answered.

    Examples
    --------
    >>> from backloop.library import Library
    >>> from backloop.measure import Measure
    >>> score = Library.packaged().instrument("frebaq").scores[0]
    >>> one = Measure(id="frebaq", book="frebaq", session_id="ses-01", title=score.title, value=15,
    ...               scale=score.scale, origin="reported")
    >>> [(each.group, each.difference, each.z) for each in against_norms(one)][0]
    ('clbp', 4.0, None)
    """
    library = Library.packaged() if library is None else library
    book = library.find(measure.book)
    if measure.value is None or not isinstance(book, Instrument | Protocol):
        return ()
    score = next((score for score in book.scores if score.id == measure.id), None)
    if score is None or not measure.scale.agrees_with(score.scale):
        return ()
    return tuple(_beside(measure, measure.value, norm) for norm in score.norms)


def against_past(later: Measure, earlier: Measure) -> AgainstPast:
    """Hold a measure beside the same person's earlier one.

    Parameters
    ----------
    later, earlier : Measure
        The same measure at two visits.

    Returns
    -------
    AgainstPast
        The difference in points, and on which side of the past the later value stands; without both where either
        value is absent.

    Raises
    ------
    MeasureError
        If the two are different measures.
    ScaleMismatch
        If they stand on different scales or versions.

    Examples
    --------
    >>> from backloop.measure import Measure
    >>> from backloop.units import Scale, Text
    >>> first = Measure(id="nrs", book="nrs", session_id="ses-01", title=Text(en="pain", zh="疼痛"), value=6,
    ...                 scale=Scale(low=0, high=10, better="low"), origin="scored")
    >>> second = first.model_copy(update={"session_id": "ses-02", "value": 4.0})
    >>> against_past(second, first).difference
    -2.0
    """
    if later.id != earlier.id:
        message = f"expected one measure at two visits; got '{later.id}' and '{earlier.id}'"
        raise MeasureError(message)
    if not later.scale.agrees_with(earlier.scale):
        message = f"'{later.id}': expected one scale at both visits, got two; they may not be compared"
        raise ScaleMismatch(message)
    visits = {"measure": later.id, "earlier": earlier.session_id, "later": later.session_id}
    if later.value is None or earlier.value is None:
        return AgainstPast(**visits, words=Text(en="One of the two values is absent.", zh="两次结果中有一次缺失。"))
    difference = round(later.value - earlier.value, 10)
    side = _side(difference, later.scale.better)
    return AgainstPast(**visits, difference=difference, side=side, words=_past_words(difference, side, later.scale))


def _beside(measure: Measure, value: float, norm: Norm) -> AgainstNorm:
    difference = round(value - norm.mean, 10)
    side = _side(difference, measure.scale.better)
    z = None if norm.sd is None else difference / norm.sd
    return AgainstNorm(
        measure=measure.id,
        group=norm.group,
        population=norm.population,
        language=norm.language,
        value=value,
        mean=norm.mean,
        sd=norm.sd,
        n=norm.n,
        difference=difference,
        z=z,
        side=side,
        words=_norm_words(norm, difference=difference, z=z, scale=measure.scale),
        reference=norm.reference,
        verified=norm.verified,
    )


def _side(difference: float, better: Better) -> Side:
    if difference == 0:
        return "same"
    if better == "neither":
        return "neither"
    return "better" if (difference < 0) == (better == "low") else "worse"


def _norm_words(norm: Norm, *, difference: float, z: float | None, scale: Scale) -> Text:
    who = _GROUPS[norm.group]
    if difference == 0:
        return Text(en=f"Equal to the mean of {who.en}.", zh=f"与{who.zh}的均值相同。")
    amount, side = _amount(difference, scale), _side(difference, scale.better)
    spread = ("", "") if z is None else (f", {abs(z):.1f} standard deviations", f"（{abs(z):.1f}个标准差）")
    above = difference > 0
    return Text(
        en=f"{amount.en} {'above' if above else 'below'} the mean of {who.en}{spread[0]}{_SIDES[side].en}.",
        zh=f"比{who.zh}的均值{'高' if above else '低'}{amount.zh}{spread[1]}{_SIDES[side].zh}。",
    )


def _past_words(difference: float, side: Side, scale: Scale) -> Text:
    if side == "same":
        return Text(en="The same as before.", zh="与之前相同。")
    amount, more = _amount(difference, scale), difference > 0
    return Text(
        en=f"{amount.en} {'higher' if more else 'lower'} than before{_SIDES[side].en}.",
        zh=f"比之前{'高' if more else '低'}{amount.zh}{_SIDES[side].zh}。",
    )


def _amount(difference: float, scale: Scale) -> Text:
    size = f"{round(abs(difference), 2):g}"
    return Text(en=f"{size} {scale.unit}", zh=f"{size}分" if scale.unit == "points" else f"{size} {scale.unit}")


_GROUPS = {
    "clbp": Text(en="people with chronic low back pain", zh="慢性腰痛人群"),
    "healthy": Text(en="people without back pain", zh="无腰背痛人群"),
    "general population": Text(en="the general population", zh="一般人群"),
    "other": Text(en="another group", zh="另一组人群"),
}
_SIDES: dict[Side, Text] = {
    "better": Text(en=", on the better side", zh="，偏好的一侧"),
    "worse": Text(en=", on the worse side", zh="，偏差的一侧"),
    "neither": Text(en=", which is neither good nor bad in itself", zh="，本身并无好坏之分"),
}
