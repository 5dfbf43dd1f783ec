"""The page about why a back may hurt: findings for and against, what is missing, and two visits side by side.

Decides what stands on the page; what it says comes from the core.
"""

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse

from backloop.errors import ScaleMismatch
from backloop.measure import Measure
from backloop.plan import Alert
from backloop.profile import Finding, NextTest, Profile, Support, Verdict, against_past
from backloop.units import Text
from backloop.web.caring.opening import Care, as_picture, open_care
from backloop.web.look.wordings import reader_language
from backloop.web.people.guarding import audience
from backloop.web.people.roles import Role
from backloop.web.store.drawings import draw_profile

__all__ = ["show_profile"]

_WAYS = ("for", "against", "conflicting", "neither", "missing")
_OTHER_SCALE = Text(en="Measured on another scale; not compared.", zh="所用量尺不同，不作比较。")


@dataclass(frozen=True)
class _Told:
    """One mechanism with its findings by direction, and the tests that could settle it."""

    support: Support
    ways: list[tuple[str, list[Finding]]]
    tests: list[NextTest]


@dataclass(frozen=True)
class _Moved:
    """One mechanism at two visits."""

    title: Text
    then: Verdict
    now: Verdict


@dataclass(frozen=True)
class _Beside:
    """One measure at two visits, in words."""

    title: Text
    then: Measure
    now: Measure
    words: Text
    side: str


@audience(Role.CLINICIAN)
def show_profile(request: HttpRequest, code: str) -> HttpResponse:
    """Show a patient's profile at a visit, and beside an earlier one where that is asked for."""
    care = open_care(request, code)
    at = care.visit(request.GET.get("visit", ""))
    profile = care.nouns.profile(at.session_id) if at else None
    if at is None or profile is None:
        return care.page("profile")
    return care.page(
        "profile",
        at=at,
        profile=profile,
        alerts=_alerts(care, at.session_id),
        told=[_tell(support, profile) for support in profile.supports],
        picture=as_picture(draw_profile(care.nouns, at.session_id, reader_language())),
        **_compare(care, profile, request.GET.get("beside", "")),
    )


def _tell(support: Support, profile: Profile) -> _Told:
    ways = [(way, [each for each in support.findings if each.direction == way]) for way in _WAYS]
    tests = [test for test in profile.next_tests if support.mechanism in test.informs]
    return _Told(support, [(way, found) for way, found in ways if found], tests)


def _alerts(care: Care, session_id: str) -> list[Alert]:
    plan = care.nouns.plan(session_id)
    return [] if plan is None else [alert for alert in plan.alerts if alert.state == "present" or alert.stops]


def _compare(care: Care, profile: Profile, name: str) -> dict[str, Any]:
    other = care.visit(name) if name else None
    if other is None or other.session_id in {profile.session_id, ""} or other.session_id != name:
        return {"beside": None}
    then = care.nouns.profile(name)
    if then is None:
        return {"beside": None}
    moved = [_Moved(each.title, then.support(each.mechanism).verdict, each.verdict) for each in profile.supports]
    return {"beside": other, "moved": moved, "measures": _measures(then, profile)}


def _measures(then: Profile, now: Profile) -> list[_Beside]:
    """Compare what was measured at both visits themselves, not what a profile carries over from before."""
    found = []
    for measure in now.panel:
        before = then.measure(measure.id)
        seen = (measure.session_id, before.session_id if before else "") == (now.session_id, then.session_id)
        if not seen or before is None or measure.value is None or before.value is None:
            continue
        try:
            past = against_past(measure, before)
        except ScaleMismatch:
            found.append(_Beside(measure.title, before, measure, _OTHER_SCALE, ""))
        else:
            found.append(_Beside(measure.title, before, measure, past.words, past.side or ""))
    return found
