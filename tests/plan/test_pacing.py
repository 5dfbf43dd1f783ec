"""One mode of pacing a plan."""

import pytest

from backloop.plan import choose_mode


@pytest.mark.parametrize(
    ("verdicts", "mode"),
    [
        ({"threat-beliefs": "supported", "nociceptive": "supported"}, "time-contingent"),
        ({"catastrophising": "supported"}, "time-contingent"),
        ({"nociplastic": "supported"}, "time-contingent"),
        ({"nociceptive": "supported", "threat-beliefs": "possible"}, "symptom-guided"),
        ({"nociceptive": "possible", "nociplastic": "possible"}, "time-contingent"),
        ({"nociceptive": "possible", "threat-beliefs": "not supported"}, "symptom-guided"),
        ({}, "time-contingent"),
    ],
)
def test_what_decides_the_mode(person, verdicts, mode):
    """Supported before possible; beliefs, catastrophising or nociplastic pain before nociceptive; else the clock."""
    _, profile = person({}, verdicts=verdicts)

    assert mode == choose_mode(profile)[0]


def test_the_default_says_that_findings_do_not_decide(person):
    """Without findings the reason admits it and names the trial behind the default."""
    _, profile = person({})
    reason = choose_mode(profile)[1]

    assert "do not decide" in reason.text.en
    assert "lambeek-2007" in reason.references


@pytest.mark.parametrize("verdict", ["supported", "possible"])
@pytest.mark.parametrize("name", ["threat-beliefs", "catastrophising", "nociplastic", "nociceptive"])
def test_the_reason_names_what_decided_and_one_way_only(person, name, verdict):
    """The reason rests on the finding that decided, cites a source, and says in both languages how pain counts."""
    _, profile = person({}, verdicts={name: verdict, "cortical-map": "supported"})
    mode, reason = choose_mode(profile)

    assert (name,) == reason.because
    assert reason.references
    assert ("by the clock" in reason.text.en) == (mode == "time-contingent")
    assert ("以症状为指导" in reason.text.zh) == (mode == "symptom-guided")
