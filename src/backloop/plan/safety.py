"""Whether a plan may be made at all: the safety rules and contraindications held against the answers.

Decides the alerts, the cautions and the status; it chooses no treatment and clears nobody.
"""

from functools import lru_cache

from backloop.library import Condition, Contraindication, Intervention, Library, SafetyRule
from backloop.plan.answers import RecordedDecision, Standing, keep_accepted, stand
from backloop.plan.plans import Alert, Caution, Reason, Status
from backloop.profile import Profile
from backloop.record import Record
from backloop.units import Frozen, Text

__all__ = ["Screening", "safety_items", "screen", "screen_standing"]

_URGENCIES = ("emergency", "urgent", "soon", "review")
_OFFERED = frozenset({"core", "supporting", "component"})

_NOT_A_CLEARANCE = Reason(
    text=Text(
        en="Every safety question was answered and none of the rules holds. This does not rule out serious disease; "
        "ask again at each visit.",
        zh="所有安全性问题均已回答，且无一成立。但这并不能排除严重疾病，每次就诊都应重新询问。",
    ),
    references=("finucane-2020",),
)
_NO_RULES = Reason(
    text=Text(
        en="The library holds no safety rules, so nothing can be said about safety.",
        zh="知识库中没有任何安全规则，因此无法对安全性作出判断。",
    ),
    references=("backloop-convention",),
)
_ASKED_EARLIER = Text(
    en="Some safety answers come from an earlier visit. Ask again before going on.",
    zh="部分安全性回答来自以前的就诊，继续之前请重新询问。",
)
_OPEN_RULES = Text(
    en="Safety questions are still open; ask them before anything starts",
    zh="尚有安全性问题未回答，开始任何治疗之前请先询问",
)
_OPEN_LIMITS = Text(
    en="Possible contraindications have not been asked about",
    zh="尚有可能的禁忌证未询问",
)
_UNCHECKED = Text(
    en="Some rules that do not hold rest on limits not yet checked against their source; a 'no' there clears nobody.",
    zh="部分未成立的规则所用界值尚未与原始文献核对；其“否”不能视为排除。",
)


class Screening(Frozen):
    """What the safety rules and contraindications say: status with reasons, alerts, cautions per intervention.

    Examples
    --------
    >>> Screening(status=Status.CANNOT_SAY, reasons=(), alerts=(), cautions={}).bars("resolve")
    ()
    """

    status: Status
    reasons: tuple[Reason, ...]
    alerts: tuple[Alert, ...]
    cautions: dict[str, tuple[Caution, ...]]

    def bars(self, intervention: str) -> tuple[Caution, ...]:
        """Give the absolute contraindications that are present."""
        found = self.cautions.get(intervention, ())
        return tuple(caution for caution in found if caution.kind == "absolute" and caution.state == "present")


def screen(record: Record, profile: Profile, *, library: Library | None = None) -> Screening:
    """Hold every safety rule and contraindication against what is known at the profile's visit.

    Parameters
    ----------
    record : Record
        What was observed about the person.
    profile : Profile
        The same person's profile, with the measures that rules may ask about.
    library : Library, optional
        The books; the packaged ones if not given.

    Returns
    -------
    Screening
        Alerts for rules that hold or cannot be answered, most urgent first, and the status.

    Raises
    ------
    UnknownPerson
        If profile and record do not belong together.

    Notes
    -----
    From strict to permissive: *refer* (a stopping rule holds), *cannot say* (a stopping rule is not known, or the
    library has none), *adapt* (any other rule or contraindication holds or is not known, or safety answers are from
    an earlier visit), *proceed* (all was asked at this visit, nothing holds). The first two let nothing start; taking
    a safety answer of this visit away never turns them into the last two, nor *adapt* into *proceed*, unless an earlier
    answer takes its place. The contraindications of all core, supporting and component treatments are weighed, chosen
    or not; those of a research-only treatment where a recorded decision names it. *Proceed* is never a clearance.

    References
    ----------
    finucane-2020, verhagen-2016

    Examples
    --------
    >>> from backloop.measure import score
    >>> from backloop.profile import infer
    >>> from backloop.record import make_person
    >>> person = make_person(seed=1)
    >>> screen(person, infer(score(person))).status in set(Status)
    True
    """
    library = library or Library.packaged()
    return screen_standing(keep_accepted(stand(record, profile), library=library), library=library)


def screen_standing(standing: Standing, *, library: Library) -> Screening:
    """Hold every safety rule and contraindication against answers already collected.

    Parameters
    ----------
    standing : Standing
        The answers and measures that stand, only those their items accept (`keep_accepted`).
    library : Library
        The books.

    Returns
    -------
    Screening
        As from `screen`.

    Examples
    --------
    >>> nothing_known = Standing({})
    >>> screen_standing(nothing_known, library=Library.packaged()).status.value
    'cannot say'
    """
    rules, _interventions = _books(library)
    in_question = _in_question(library, RecordedDecision.of(standing).named)
    alerts = sorted(
        (alert for rule in rules if (alert := _judge_rule(rule, standing))),
        key=lambda alert: (not alert.stops, alert.state != "present", _URGENCIES.index(alert.urgency)),
    )
    cautions = _judge_limits(standing, library)
    weighed = tuple({each.text.en: each for name in in_question for each in cautions[name]}.values())
    earlier = tuple(sorted(standing.earlier & safety_items(library, in_question)))
    return Screening(
        status=_status(alerts, is_mute=not rules, is_open=bool(weighed or earlier)),
        reasons=_reasons(alerts, weighed, standing.trace(earlier), library),
        alerts=tuple(alerts),
        cautions=cautions,
    )


@lru_cache(maxsize=16)
def safety_items(library: Library, interventions: tuple[str, ...] | None = None) -> frozenset[str]:
    """Name every item and measure that a safety rule or contraindication asks about.

    Parameters
    ----------
    library : Library
        The books.
    interventions : tuple of str, optional
        The treatments whose contraindications count; all if not given.

    Returns
    -------
    frozenset of str
        Item and measure ids.

    Examples
    --------
    >>> "red-flags_01" in safety_items(Library.packaged())
    True
    """
    rules, treatments = _books(library)
    limits = [each.contraindications for each in treatments if interventions is None or each.id in interventions]
    asked = [rule.when for rule in rules] + [limit.when for each in limits for limit in each]
    return frozenset(name for condition in asked for name in condition.ids())


@lru_cache(maxsize=16)
def _in_question(library: Library, named: frozenset[str]) -> tuple[str, ...]:
    """Name the treatments whose contraindications bear on the status: those offered, and those decided on."""
    _rules, treatments = _books(library)
    return tuple(
        each.id for each in treatments if each.role in _OFFERED or (each.role == "research-only" and each.id in named)
    )


@lru_cache(maxsize=8)
def _books(library: Library) -> tuple[tuple[SafetyRule, ...], tuple[Intervention, ...]]:
    rules, interventions = library.shelf("safety"), library.shelf("interventions")
    return tuple(rules.values()), tuple(interventions.values())


def _judge_rule(rule: SafetyRule, standing: Standing) -> Alert | None:
    holds = rule.when.judge(standing.look)
    if holds is False:
        return None
    asked = tuple(rule.when.ids())
    return Alert(
        rule=rule.id,
        title=rule.title,
        group=rule.group,
        state="present" if holds else "not known",
        urgency=rule.urgency,
        stops=rule.stops,
        action=rule.action,
        plain=rule.plain,
        unanswered=() if holds else standing.lacking(asked),
        because=standing.trace(asked),
        reference=rule.reference,
        verified=rule.verified,
    )


def _judge_limits(standing: Standing, library: Library) -> dict[str, tuple[Caution, ...]]:
    questions, limits = _limits(library)
    holds = {question: condition.judge(standing.look) for question, condition in questions.items()}
    return {
        name: tuple(
            _caution(limit, standing, holds=bool(holds[question]))
            for question, limit in asked
            if holds[question] is not False
        )
        for name, asked in limits.items()
    }


@lru_cache(maxsize=8)
def _limits(library: Library) -> tuple[dict[str, Condition], dict[str, tuple[tuple[str, Contraindication], ...]]]:
    """Give every question that a contraindication asks once, and the contraindications of each treatment by it."""
    _rules, interventions = _books(library)
    limits = {
        book.id: tuple((limit.when.model_dump_json(), limit) for limit in book.contraindications)
        for book in interventions
    }
    return {question: limit.when for asked in limits.values() for question, limit in asked}, limits


def _caution(limit: Contraindication, standing: Standing, *, holds: bool) -> Caution:
    ask = Text(en=f"Ask before starting: {limit.what.en}", zh=f"开始前请先询问：{limit.what.zh}")
    return Caution(
        text=limit.what if holds else ask,
        kind=limit.kind,
        state="present" if holds else "not known",
        unanswered=() if holds else standing.lacking(tuple(limit.when.ids())),
        because=standing.trace(limit.when.ids()),
        reference=limit.reference,
        verified=limit.verified,
    )


def _status(alerts: list[Alert], *, is_mute: bool, is_open: bool) -> Status:
    stopping = {alert.state for alert in alerts if alert.stops}
    if "present" in stopping:
        return Status.REFER
    if stopping or is_mute:
        return Status.CANNOT_SAY
    return Status.ADAPT if alerts or is_open else Status.PROCEED


def _reasons(
    alerts: list[Alert], weighed: tuple[Caution, ...], earlier: tuple[str, ...], library: Library
) -> tuple[Reason, ...]:
    rules, _interventions = _books(library)
    reasons = [_alert_reason(alert) for alert in alerts if alert.state == "present"]
    reasons += _open_questions(_OPEN_RULES, [(alert.unanswered, alert.reference) for alert in alerts], library)
    present = [found for found in weighed if found.state == "present"]
    reasons += [Reason(text=found.text, because=found.because, references=(found.reference,)) for found in present]
    limits = [(found.unanswered, found.reference) for found in weighed]
    reasons += _open_questions(_OPEN_LIMITS, limits, library)
    if earlier:
        reasons.append(Reason(text=_ASKED_EARLIER, because=earlier, references=("finucane-2020",)))
    if not rules:
        reasons.append(_NO_RULES)
    elif not reasons:
        reasons.append(_NOT_A_CLEARANCE)
    raised = {alert.rule for alert in alerts}
    unchecked = tuple(rule.id for rule in rules if not rule.verified and rule.id not in raised)
    if unchecked:
        reasons.append(Reason(text=_UNCHECKED, because=unchecked, references=("backloop-convention",)))
    return tuple(reasons)


def _alert_reason(alert: Alert) -> Reason:
    title, action = alert.title, alert.action
    words = Text(en=f"{title.en}: {action.en}", zh=f"{title.zh}：{action.zh}")
    return Reason(text=words, because=alert.because, references=(alert.reference,))


def _open_questions(words: Text, questions: list[tuple[tuple[str, ...], str]], library: Library) -> list[Reason]:
    """Sum up what cannot be answered yet by naming the questionnaires to fill in."""
    still_open = [(unanswered, reference) for unanswered, reference in questions if unanswered]
    if not still_open:
        return []
    items = tuple(dict.fromkeys(item for unanswered, _reference in still_open for item in unanswered))
    titles = [library.find(book).title for book in dict.fromkeys(_book_of(item) for item in items)]
    english, chinese = ", ".join(title.en for title in titles), "、".join(title.zh for title in titles)
    said = Text(en=f"{words.en} ({english}).", zh=f"{words.zh}（{chinese}）。")
    return [Reason(text=said, because=items, references=tuple(dict.fromkeys(key for _items, key in still_open)))]


def _book_of(name: str) -> str:
    return name.rpartition("_")[0] if "_" in name else name.partition(".")[0]
