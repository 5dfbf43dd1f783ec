"""What a trial's report draws over an axis: arms over the weeks, an effect over a modifier, power by question.

Decides which marks stand for what, never by colour alone; all numbers come from the nouns.
"""

from collections.abc import Sequence
from typing import Any

import altair as alt

from backloop.learn import EffectCurve, PlannedAnswer
from backloop.letters.drawing import ACCENT, INK, LINE, SOFT, TINT, draw, theme
from backloop.letters.wording import Words
from backloop.power import Simulation
from backloop.units import Language

__all__ = ["curve_picture", "outcome_picture", "power_picture"]

_COLOURS = [ACCENT, "#8a5a00", "#5b3a6b", "#3d5a80", "#7a2e2e", "#4d595a"]
_Z95 = 1.959963984540054
_SUPPORT = 0.12  # share of the picture's height that shows where people are

Row = dict[str, object]


def outcome_picture(found: PlannedAnswer, *, lang: Language = "en", name: str = "outcome") -> str:
    """Draw each arm's adjusted mean over the weeks with its 95 % interval, on the outcome's whole scale.

    Parameters
    ----------
    found : PlannedAnswer
        An answer with means.
    lang : str
        ``en`` or ``zh``.
    name : str
        A word that no other picture of the page has.

    Returns
    -------
    str
        An SVG element; arms differ by shape, dash and colour.

    Examples
    --------
    >>> from pathlib import Path
    >>> from backloop.learn import analyse_trial
    >>> from backloop.trial import open_trial
    >>> folder = Path("examples/11_trial_report")
    >>> found = analyse_trial(open_trial(folder / "trial.toml", folder / "data.toml", exploratory=True))
    >>> 'role="img"' in outcome_picture(found.primary)
    True
    """
    words, scale = Words(lang), found.outcome.scale
    weeks, arms = sorted({mean.week for mean in found.means}), list(dict.fromkeys(mean.arm for mean in found.means))
    apart = 0.015 * (weeks[-1] - weeks[0])
    rows: list[Row] = [
        {
            "week": mean.week + apart * (arms.index(mean.arm) - (len(arms) - 1) / 2),
            "mean": mean.mean,
            "low": mean.interval.low,
            "high": mean.interval.high,
            "arm": mean.arm,
        }
        for mean in found.means
    ]
    ends = [mean.interval.low for mean in found.means] + [mean.interval.high for mean in found.means]
    low = min([*ends, *([] if scale.low is None else [scale.low])])
    high = max([*ends, *([] if scale.high is None else [scale.high])])
    told = words("number.semicolon").join(
        words("trial.mean-told", arm=mean.arm, week=words.number(mean.week), mean=words.average(mean.mean))
        for mean in found.means
    )
    title = words("trial.course-title", outcome=found.outcome.title)
    axes = words("trial.weeks"), f"{found.outcome.title}, {words.ruler(scale)}"
    return draw(_course_chart(weeks, (low, high), axes), rows, name=name, title=title, text=told)


def curve_picture(curve: EffectCurve, *, lang: Language = "en", name: str = "curve") -> str:
    """Draw an effect over a modifier, with the band for the whole curve and where the people are.

    Parameters
    ----------
    curve : EffectCurve
        What `effect_curve` gave.
    lang : str
        ``en`` or ``zh``.
    name : str
        A word that no other picture of the page has.

    Returns
    -------
    str
        An SVG element; the hill at the bottom shows how many people have which value.

    Examples
    --------
    >>> from pathlib import Path
    >>> from backloop.learn import trial_curves
    >>> from backloop.trial import open_trial
    >>> folder = Path("examples/11_trial_report")
    >>> data = open_trial(folder / "trial.toml", folder / "data.toml", exploratory=True)
    >>> 'role="img"' in curve_picture(trial_curves(data, modifiers=["fear"])[0])
    True
    """
    words = Words(lang)
    low, high = min(float(curve.band_low.min()), 0.0), max(float(curve.band_high.max()), 0.0)
    floor = low - _SUPPORT * (high - low)
    hill = floor + (low - floor) * curve.support / curve.support.max()
    columns = zip(curve.grid, curve.effect, curve.low, curve.high, curve.band_low, curve.band_high, hill, strict=True)
    names = ("value", "effect", "low", "high", "band_low", "band_high", "hill")
    rows: list[Row] = [{**dict(zip(names, map(float, row), strict=True)), "floor": floor} for row in columns]
    effect = words("trial.effect-of", arm=curve.arm, comparator=curve.comparator, week=words.number(curve.week))
    title = words("trial.curve-title", modifier=curve.title, outcome=curve.outcome)
    return draw(
        _curve_chart((curve.title, effect), (floor, high)), rows, name=name, title=title, text=curve.text.say(lang)
    )


def power_picture(found: Simulation, *, lang: Language = "en", name: str = "power") -> str:
    """Draw the share of simulated trials that found something, with its Monte-Carlo interval.

    Parameters
    ----------
    found : Simulation
        What `simulate` gave.
    lang : str
        ``en`` or ``zh``.
    name : str
        A word that no other picture of the page has.

    Returns
    -------
    str
        An SVG element, one row a question; the dashed line stands at 80 %.

    Examples
    --------
    >>> from pathlib import Path
    >>> from backloop.power import ModelAnalysis, read_world, simulate
    >>> world = read_world(Path("examples/10_power/resolve.toml"))
    >>> 'role="img"' in power_picture(simulate(world, ModelAnalysis(model="ancova"), trials=50, seed=1))
    True
    """
    words = Words(lang)
    rows: list[Row] = []
    for each in found.performances:
        share, error = each.rejected.value or 0.0, _Z95 * (each.rejected.error or 0.0)
        spread = {"low": max(share - error, 0.0), "high": min(share + error, 1.0)}
        rows.append({"name": each.question.label, "share": share, "text": f"{share:.1%}"} | spread)
    return draw(
        _power_chart(words("trial.share")), rows, name=name, title=words("trial.power"), text=found.text.say(lang)
    )


def _axis(title: str, **more: Any) -> alt.Axis:  # noqa: ANN401 - altair's own keywords
    return alt.Axis(
        title=title, labelFontSize=12, titleFontSize=12.5, titleFontWeight="normal", labelColor=SOFT, titleColor=SOFT,
        domainColor=LINE, tickColor=LINE, gridColor=LINE, titleLimit=0, labelLimit=0, **more,
    )  # fmt: skip


def _course_chart(weeks: Sequence[float], ends: tuple[float, float], titles: tuple[str, str]) -> dict[str, Any]:
    base = alt.Chart(alt.NamedData("rows"))
    padded = alt.Scale(zero=False, nice=False, padding=25)
    x = alt.X("week:Q", scale=padded, axis=_axis(titles[0], values=list(weeks), grid=False))
    y = alt.Y("mean:Q", scale=alt.Scale(domain=list(ends), nice=False), axis=_axis(titles[1]))
    legend = alt.Legend(title=None, orient="top", labelFontSize=13, labelColor=INK, symbolSize=80, labelLimit=0)
    colours = alt.Scale(range=_COLOURS)
    stroke = alt.Color("arm:N", scale=colours, legend=None)
    layers = [
        base.mark_rule(strokeWidth=1.4).encode(x=x, y=alt.Y("low:Q"), y2="high:Q", color=stroke),
        base.mark_line(strokeWidth=2).encode(x=x, y=y, color=stroke, strokeDash=alt.StrokeDash("arm:N", legend=None)),
        base.mark_point(size=70, filled=True, opacity=1).encode(
            x=x, y=y, color=alt.Color("arm:N", scale=colours, legend=legend), shape=alt.Shape("arm:N", legend=legend)
        ),
    ]
    return theme(alt.layer(*layers).properties(width=560, height=260))


def _curve_chart(titles: tuple[str, str], ends: tuple[float, float]) -> dict[str, Any]:
    base = alt.Chart(alt.NamedData("rows"))
    x = alt.X("value:Q", scale=alt.Scale(zero=False, nice=False), axis=_axis(titles[0], grid=False))
    y = alt.Scale(domain=list(ends), nice=False)
    layers = [
        base.mark_area(color=TINT, opacity=1).encode(
            x=x, y=alt.Y("band_low:Q", scale=y, axis=_axis(titles[1])), y2="band_high:Q"
        ),
        base.mark_area(color=LINE, opacity=1).encode(x=x, y=alt.Y("floor:Q", scale=y), y2="hill:Q"),
        base.mark_rule(color=INK, strokeWidth=1).encode(y=alt.datum(0, scale=y)),
        base.mark_line(color=ACCENT, strokeWidth=1, strokeDash=[3, 3]).encode(x=x, y=alt.Y("low:Q", scale=y)),
        base.mark_line(color=ACCENT, strokeWidth=1, strokeDash=[3, 3]).encode(x=x, y=alt.Y("high:Q", scale=y)),
        base.mark_line(color=ACCENT, strokeWidth=2.2).encode(x=x, y=alt.Y("effect:Q", scale=y)),
    ]
    return theme(alt.layer(*layers).properties(width=560, height=240))


def _power_chart(title: str) -> dict[str, Any]:
    base = alt.Chart(alt.NamedData("rows"))
    scale = alt.Scale(domain=[0, 1], nice=False)
    y = alt.Y("name:N", sort=None, axis=_axis("", grid=False, ticks=False, domain=False))
    x = alt.X("share:Q", scale=scale, axis=_axis(title, format=".0%"))
    layers = [
        base.mark_rule(color=SOFT, strokeDash=[4, 4]).encode(x=alt.datum(0.8, scale=scale)),
        base.mark_rule(color=INK, strokeWidth=1.4).encode(x=alt.X("low:Q", scale=scale), x2="high:Q", y=y),
        base.mark_point(size=80, filled=True, opacity=1, color=ACCENT, shape="square").encode(x=x, y=y),
        base.mark_text(align="left", dx=8, fontSize=12.5, color=INK).encode(x=alt.value("width"), y=y, text="text:N"),
    ]
    return theme(alt.layer(*layers).properties(width=420, height=alt.Step(34)))
