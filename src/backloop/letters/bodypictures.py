"""A pain drawing as a picture of the body and as a sentence that names its regions.

Decides marks and words; what a drawing amounts to is measured in `measure`.
"""

from collections.abc import Sequence
from html import escape

from backloop.letters.drawing import INK, LINE
from backloop.library import BodyChart, BodyView
from backloop.measure import QUALITIES, Drawing, measure_drawing
from backloop.units import Language, Text

__all__ = ["body_picture", "drawing_sentence"]

_PAINT = "#a3341f"
_NONE = Text(en="No pain anywhere.", zh="全身无疼痛。")
_EMPTY = Text(en="Nothing is drawn.", zh="尚未作图。")
_WHERE = Text(en="Pain at: {regions}.", zh="疼痛部位：{regions}。")
_HERE_NOT = Text(en="no pain drawn on this figure", zh="此视图未标出疼痛")
_EXTENT = Text(
    en="{area} % of the body is painted, {regions} regions.", zh="涂画面积占体表的{area}%，涉及{regions}个分区。"
)
_LIKE = Text(en="It is described as {words}.", zh="疼痛性质：{words}。")
_SIDES = {"front": ("R", "L"), "back": ("L", "R")}
_SIDE_NAMES = {"L": Text(en="L", zh="左"), "R": Text(en="R", zh="右")}


def body_picture(drawing: Drawing, chart: BodyChart, view: str, *, lang: Language, name: str = "body") -> str:
    """Draw one figure with what was painted on it.

    Parameters
    ----------
    drawing : Drawing
        The drawing.
    chart : BodyChart
        The chart it was made on.
    view : str
        ``front``, ``back``, ``left`` or ``right``.
    lang : str
        ``en`` or ``zh``.
    name : str
        A word that no other picture of the page has; every id in the picture begins with it.

    Returns
    -------
    str
        One ``<svg role="img">`` without size, styled by attributes alone; its title and description name the figure
        and the regions.

    Examples
    --------
    >>> from backloop.library import read_chart
    >>> from backloop.measure import Tapped
    >>> drawn = Drawing(session_id="ses-01", chart="body-chart@1", tapped=(Tapped(region="sacrum"),))
    >>> '<desc id="body-back-text">sacrum</desc>' in body_picture(drawn, read_chart(), "back", lang="en")
    True
    """
    figure, key = chart.view(view), f"{name}-{view}"
    regions = set(measure_drawing(drawing, chart).regions)
    named = [region.title.say(lang) for region in figure.regions if region.id in regions]
    told = _list(named, lang) if named else _HERE_NOT.say(lang)
    tapped = {each.region for each in drawing.tapped}
    body = _polygon(figure.outline)
    paint = "".join(_polygon(shape) for region in figure.regions if region.id in tapped for shape in region.shapes)
    brush = "".join(_line(stroke.points, stroke.width, chart) for stroke in drawing.strokes if stroke.view == view)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {chart.width:g} {chart.height:g}" role="img"'
        f' aria-labelledby="{key}-title {key}-text"><title id="{key}-title">{escape(figure.title.say(lang))}</title>'
        f'<desc id="{key}-text">{escape(told)}</desc><clipPath id="{key}-clip">{body}</clipPath>'
        f'<g fill="#fff">{body}</g><g fill="none" stroke="{LINE}" stroke-width=".7">{_inner(figure)}</g>'
        f'<g fill="none" stroke="{INK}" stroke-width="1.2" stroke-linejoin="round">{body}</g>'
        f'<g opacity=".72" clip-path="url(#{key}-clip)"><g fill="{_PAINT}">{paint}</g>'
        f'<g fill="none" stroke="{_PAINT}" stroke-linecap="round" stroke-linejoin="round">{brush}</g></g>'
        f"{_letters(view, chart, lang)}</svg>"
    )


def drawing_sentence(drawing: Drawing, chart: BodyChart, *, lang: Language) -> str:
    """Say a drawing in words: its regions, how much of the body, what the pain is like.

    Parameters
    ----------
    drawing : Drawing
        The drawing.
    chart : BodyChart
        The chart it was made on.
    lang : str
        ``en`` or ``zh``.

    Returns
    -------
    str

    Examples
    --------
    >>> from backloop.library import read_chart
    >>> drawing_sentence(Drawing(session_id="ses-01", chart="body-chart@1", nowhere=True), read_chart(), lang="en")
    'No pain anywhere.'
    """
    if not drawing.is_answer:
        return _EMPTY.say(lang)
    if drawing.nowhere:
        return _NONE.say(lang)
    found = measure_drawing(drawing, chart)
    regions = [chart.region(region).title.say(lang) for region in found.regions]
    parts = [_WHERE.say(lang).format(regions=_list(regions, lang))] if regions else []
    parts.append(_EXTENT.say(lang).format(area=f"{found.area:.1f}", regions=len(regions)))
    said = {each.quality for each in drawing.marks}
    words = [text.say(lang) for quality, text in QUALITIES.items() if quality in said]
    parts += [_LIKE.say(lang).format(words=_list(words, lang))] if words else []
    return ("" if lang == "zh" else " ").join(parts)


def _list(words: Sequence[str], lang: Language) -> str:
    return ("、" if lang == "zh" else "; ").join(words)


def _inner(figure: BodyView) -> str:
    return "".join(_polygon(shape) for region in figure.regions for shape in region.shapes)


def _polygon(shape: Sequence[tuple[float, float]]) -> str:
    return f'<polygon points="{" ".join(f"{x:g},{y:g}" for x, y in shape)}"/>'


def _line(points: Sequence[tuple[float, float]], width: float, chart: BodyChart) -> str:
    spots = [f"{x * chart.width:.1f},{y * chart.height:.1f}" for x, y in points]
    return f'<polyline stroke-width="{width * chart.width:.1f}" points="{" ".join([*spots, spots[-1]])}"/>'


def _letters(view: str, chart: BodyChart, lang: Language) -> str:
    """Write the person's left and right beside the head, where a figure has both."""
    if view not in _SIDES:
        return ""
    places = zip((0.18, 0.82), _SIDES[view], strict=True)
    return "".join(
        f'<text x="{share * chart.width:g}" y="30" font-size="16" text-anchor="middle" fill="{INK}"'
        f' font-family="Noto Sans, Noto Sans SC, Noto Sans CJK SC, Arial, sans-serif" aria-hidden="true">'
        f"{_SIDE_NAMES[letter].say(lang)}</text>"
        for share, letter in places
    )
