"""Plans made by hand: answers and verdicts in, a plan of the packaged library out."""

import pytest

from backloop.library import Library
from backloop.measure import Because
from backloop.plan import prescribe
from backloop.profile import Profile, Support, Verdict
from backloop.record import Observation, Origin, Participant, Record, Session
from backloop.units import Text

BECAUSE = Because(edition="test", software="test")
WORDS = Text(en="words", zh="文字")


def _support(mechanism, verdict):
    return Support(
        mechanism=mechanism,
        title=WORDS,
        plain=WORDS,
        group="central",
        verdict=Verdict(verdict),
        reason=WORDS,
        findings=(),
        settles=WORDS,
        certainty="unrated",
    )


def _safe_answers():
    """Answer every safety question with no, and every muscle with full strength."""
    library = Library.packaged()
    asked = [rule.when for rule in library.shelf("safety").values()]
    books = library.shelf("interventions").values()
    asked += [limit.when for book in books for limit in book.contraindications]
    items = {name for condition in asked for name in condition.ids() if name[-3] == "_"}
    return dict.fromkeys(sorted(items), 0) | {"neuro-exam_03": 5}


@pytest.fixture(scope="session")
def plan_for():
    """Make a plan from answers (on top of safe ones), verdicts and baseline minutes of the first goal."""
    safe = _safe_answers()

    def make(answers=None, *, verdicts=None, minutes=(), target=None):
        given = safe | (answers or {})
        visit = "ses-w00"
        seen = [
            Observation(session_id=visit, kind="response", book=item.rpartition("_")[0], item=item, value=value)
            for item, value in given.items()
            if value is not None
        ]
        trial = {
            "session_id": visit,
            "kind": "trial",
            "book": "activity-tolerance",
            "item": "amount",
            "site": "psfs_01",
        }
        seen += [Observation(value=value, trial=number, unit="min", **trial) for number, value in enumerate(minutes, 1)]
        seen += [] if target is None else [Observation(value=target, trial=1, unit="min", phase="goal", **trial)]
        record = Record(
            participant=Participant(participant_id="sub-test1"),
            sessions=(Session(session_id=visit, order=1, week=0),),
            observations=tuple(seen),
            origin=Origin(name="test", format="json"),
        )
        profile = Profile(
            participant_id="sub-test1",
            session_id=visit,
            supports=tuple(_support(name, verdict) for name, verdict in (verdicts or {}).items()),
            next_tests=(),
            panel=(),
            because=BECAUSE,
        )
        return prescribe(profile, record)

    return make


@pytest.fixture(scope="session")
def plan_of(plan_for):
    """Make a plan that holds one treatment of the library, paced in one way."""

    def make(name, *, mode="time-contingent", **changes):
        book, plan = Library.packaged().intervention(name), plan_for()
        entry = plan.prescriptions[0].model_copy(
            update={
                "intervention": book.id,
                "title": book.title,
                "stages": book.stages,
                "dose": book.dose,
                "progressions": book.progressions,
                "cautions": (),
                "clinic_only_tasks": (),
                **changes,
            }
        )
        return plan.model_copy(update={"prescriptions": (entry,), "mode": mode})

    return make
