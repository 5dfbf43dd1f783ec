"""One made-up person's nouns, set by hand, so that the letters are tested whatever the other rooms decide."""

import datetime as dt
import itertools
import re
from html.parser import HTMLParser

import pytest

from backloop.follow import Change, Course, Outcome, Yardstick
from backloop.library import Dose, EvidenceRow, Guideline, Harm, Library, Stage
from backloop.measure import BandName, Because, Measure, Measures
from backloop.norms import Control, Controls, ReferencePerson
from backloop.panel import Panel, PanelProblem, make_panel
from backloop.plan import (
    Alert,
    Burden,
    Caution,
    Considered,
    Goal,
    Plan,
    Prescription,
    Reason,
    Status,
    Step,
    Target,
)
from backloop.profile import Finding, NextTest, Profile, Support, Verdict
from backloop.record import Origin, Participant, Record, Session
from backloop.recordings import Curve, Derivation, FileUsed, Matrix, Reading
from backloop.train import Activity, Assessment, Programme, Quota, SessionPlan, WeekPlan
from backloop.units import Absent, Certainty, Interval, Scale, Text

PERSON = "sub-madeup7"
BECAUSE = Because(
    edition="2026-11-22", software="0.1.0", books=("instruments/frebaq@1",), observations=("ses-w00/nrs_01",)
)
SESSIONS = tuple(
    Session(session_id=f"ses-w{week:02d}", order=place, week=week) for place, week in enumerate((0, 6, 12), 1)
)
NRS, RMDQ, FREBAQ = (Scale(low=0, high=high, better="low") for high in (10, 24, 36))
THRESHOLD = Scale(low=0, unit="mm", better="low")
SOURCE = {"reference": "bagg-2022", "verified": True}
GUESS = {"reference": "backloop-convention", "verified": False}


def words(en: str, zh: str) -> Text:
    """Give a text in both languages."""
    return Text(en=en, zh=zh)


def measure(name: str, visit: int, value: float | None, **more) -> Measure:
    """Give one measure of the made-up person."""
    titles = {
        "nrs": ("average pain, past week", "过去一周平均疼痛", NRS),
        "rmdq": ("disability (Roland-Morris)", "功能障碍（Roland-Morris）", RMDQ),
        "frebaq": ("disturbed back perception", "背部感知紊乱", FREBAQ),
        "two-point-lumbar": ("two-point distance, low back", "腰部两点辨别距离", THRESHOLD),
    }
    en, zh, scale = titles[name]
    absent = None if value is not None else Absent.NOT_ASKED
    origin = "tested" if name == "two-point-lumbar" else "scored"
    return Measure(
        id=name,
        book=name,
        session_id=SESSIONS[visit].session_id,
        title=words(en, zh),
        value=value,
        absent=absent,
        scale=scale,
        origin=origin,
        is_outcome=name != "two-point-lumbar",
        **more,
    )


@pytest.fixture
def measures() -> Measures:
    """Three visits; back perception is missing at the second."""
    mild = BandName(scheme="boonstra-2016", label=words("moderate", "中度"), reference="ostelo-2008", verified=False)
    found = [
        measure("nrs", 0, 6, interval=Interval(low=4.6, high=7.4), bands=(mild,), references=("ostelo-2008",)),
        measure("rmdq", 0, 13, interval=Interval(low=9.1, high=16.9)),
        measure("frebaq", 0, 17, interval=Interval(low=12.8, high=21.2), references=("hu-2022",)),
        measure("two-point-lumbar", 0, 61.5, notes=(words("error from another laboratory", "误差来自其他实验室"),)),
        measure("nrs", 1, 4.5, interval=Interval(low=3.1, high=5.9)),
        measure("rmdq", 1, 9, interval=Interval(low=5.1, high=12.9)),
        measure("frebaq", 1, None),
        measure("nrs", 2, 3, interval=Interval(low=1.6, high=4.4)),
        measure("rmdq", 2, 5, interval=Interval(low=1.1, high=8.9)),
        measure("frebaq", 2, 9, interval=Interval(low=4.8, high=13.2)),
    ]
    return Measures(participant_id=PERSON, is_made_up=True, sessions=SESSIONS, measures=tuple(found), because=BECAUSE)


def finding(clue: str, direction: str, label: Text, **more) -> Finding:
    """Give one finding."""
    content = {
        "clue": clue,
        "label": label,
        "source": clue,
        "direction": direction,
        "strength": "strong",
        "counts_as": "strong",
        "certainty": Certainty.LOW,
        **SOURCE,
    }
    return Finding(**(content | more))


def support(mechanism: str, group: str, verdict: Verdict, title: Text, *findings: Finding) -> Support:
    """Give one mechanism with its findings."""
    plain = words(
        f"{title.en.capitalize()}: the brain keeps a picture of your back. When pain lasts, this picture can get less "
        "sharp. Practice can make it sharper again.",
        f"{title.zh}：大脑里有一幅关于背部的“地图”。疼痛持续久了，这幅地图会变得不够清晰；通过练习，它可以重新变清晰。",
    )
    return Support(
        mechanism=mechanism,
        title=title,
        plain=plain,
        group=group,
        verdict=verdict,
        findings=findings,
        reason=words("Two of three findings point this way.", "三项发现中有两项指向此机制。"),
        certainty=Certainty.LOW,
        settles=words("A repeated two-point test.", "重复进行两点辨别觉检查。"),
    )


@pytest.fixture
def profile(measures: Measures) -> Profile:
    """Every verdict and every direction of a finding."""
    blurred = words("less clear perception of the back", "背部感知不清晰")
    wide = words("two-point distance is wide", "两点辨别距离增大")
    supports = (
        support(
            "cortical-map",
            "central",
            Verdict.SUPPORTED,
            words("a blurred body map", "身体图式模糊"),
            finding("frebaq", "for", blurred, measures=("frebaq",)),
            finding("two-point-lumbar", "for", wide),
            finding("graphaesthesia", "missing", words("letters drawn on the back", "背部图形觉")),
        ),
        support(
            "central-sensitisation",
            "central",
            Verdict.POSSIBLE,
            words("a sensitive alarm system", "中枢敏化"),
            finding("csi", "for", words("high sensitisation score", "中枢敏化量表得分高"), **GUESS, counts_as="weak"),
            finding("cpm", "conflicting", words("pain inhibition", "疼痛抑制")),
        ),
        support(
            "threat-beliefs",
            "cognitive and affective",
            Verdict.POSSIBLE,
            words("worry that movement harms", "担心活动会伤腰"),
            finding("tsk-11", "neither", words("fear of movement", "运动恐惧")),
        ),
        support(
            "low-mood",
            "cognitive and affective",
            Verdict.NOT_SUPPORTED,
            words("low mood", "情绪低落"),
            finding("phq-9", "against", words("low score", "得分低")),
        ),
        support(
            "motor-control",
            "peripheral",
            Verdict.CANNOT_SAY,
            words("movement control", "运动控制"),
            finding("luomajoki", "missing", words("movement control tests", "运动控制测试")),
        ),
    )
    test = NextTest(
        book="frebaq",
        title=words("Movement control tests", "运动控制测试"),
        minutes=10,
        informs=("motor-control",),
        reason=words("It would settle movement control.", "可以判断运动控制是否受累。"),
    )
    return Profile(
        participant_id=PERSON,
        is_made_up=True,
        session_id="ses-w00",
        supports=supports,
        next_tests=(test,),
        panel=measures.at("ses-w00"),
        because=BECAUSE,
    )


def stage(name: str, strand: str, weeks: tuple[int, int], title: Text) -> Stage:
    """Give one stage of a strand."""
    return Stage(
        id=name,
        strand=strand,
        title=title,
        weeks=weeks,
        provenance="adapted",
        **GUESS,
        clinic=words("practise with your clinician", "与治疗师一起练习"),
        home=words("practise at home", "在家练习"),
        move_on=words("when 8 of 10 are right, twice in a row", "连续两次 10 题答对 8 题时进阶"),
    )


STAGES = (
    stage("pain-story", "education", (1, 2), words("Your own pain story", "您自己的疼痛故事")),
    stage("safe-to-move", "education", (3, 6), words("Moving is safe", "活动是安全的")),
    stage("left-right", "pre-movement", (1, 4), words("Left or right?", "左右辨认")),
    stage("touch-place", "pre-movement", (3, 6), words("Where was the touch?", "触觉定位")),
    stage("small-moves", "movement", (5, 8), words("Small precise movements", "小幅度精确运动")),
    stage("loads", "movement", (9, 12), words("Lifting and carrying", "提物与负重")),
)


STEPS = (
    Step(
        rule="safety",
        outcome="allows",
        at_most="core",
        reasons=(Reason(text=words("Nothing forbids it.", "无禁忌证。")),),
    ),
)


def evidence(effect: float | None, direction: str, **more) -> EvidenceRow:
    """Give one row of evidence."""
    content = {
        "outcome": words("pain at 18 weeks", "18 周时的疼痛"),
        "measure": words("NRS 0-10", "NRS 0～10分"),
        "domain": "pain",
        "design": "trial",
        "effect": effect,
        "direction": direction,
        "comparator": words("sham treatment and attention", "假治疗与同等关注"),
        "versus": "sham",
        "certainty": Certainty.MODERATE,
        "rated_by": words("backloop", "backloop项目"),
        **SOURCE,
    }
    return EvidenceRow(**(content | more))


@pytest.fixture
def prescription() -> Prescription:
    """Sensorimotor retraining as the letters show it, with evidence in both directions."""
    guideline = Guideline(
        body="WHO",
        year=2023,
        direction="for",
        strength="conditional",
        certainty=Certainty.VERY_LOW,
        statement=words("Education may be offered.", "可提供健康教育。"),
        reference="bagg-2022",
        verified=False,
    )
    return Prescription(
        intervention="resolve",
        title=words("Sensorimotor retraining", "感觉运动再训练"),
        role="core",
        steps=STEPS,
        plain=words(
            "You train how your brain senses and moves your back, step by step.",
            "循序渐进地训练大脑对背部的感觉与控制。",
        ),
        strands=("education", "pre-movement", "movement"),
        strand_titles=(words("Understanding", "认识疼痛"), words("Sensing", "感觉训练"), words("Moving", "运动训练")),
        stages=STAGES,
        dose=Dose(
            weeks=12,
            clinic_per_week=1,
            clinic_minutes=60,
            home_per_week=5,
            home_minutes=30,
            ceiling_home_per_week=7,
            **GUESS,
        ),
        targets=(
            Target(
                mechanism="cortical-map",
                title=words("a blurred body map", "身体图式模糊"),
                verdict="supported",
                link="hypothesis",
            ),
        ),
        reasons=(
            Reason(
                text=words("Your sense of your back is less sharp than it could be.", "您对背部的感知不如应有的清晰。"),
                references=("bagg-2022",),
            ),
        ),
        evidence=(
            evidence(-1.0, "for", low=-1.5, high=-0.4, n=276, trials=1, weeks=18),
            evidence(None, "no difference", weeks=52),
        ),
        conflicts=(words("At one year pain no longer differed.", "一年时疼痛已无差异。"),),
        guidelines=(guideline,),
        harms=(Harm(what=words("short-lived soreness", "短暂的酸痛"), rate=words("seldom", "少见"), **GUESS),),
        cautions=(
            Caution(
                text=words("Skin problem on the back", "背部皮肤问题"), kind="relative", state="not known", **GUESS
            ),
        ),
        stop_rules=(words("Stop and call if your legs get weaker.", "如出现双腿无力加重，请停止并联系我们。"),),
        certainty=Certainty.MODERATE,
        references=("bagg-2022", "wand-2014"),
    )


def alert(state: str, urgency: str, *, stops: bool) -> Alert:
    """Give one safety alert."""
    return Alert(
        rule="cauda-equina",
        title=words("Possible cauda equina syndrome", "可疑马尾综合征"),
        group="red flag",
        state=state,
        urgency=urgency,
        stops=stops,
        action=words("Same-day emergency referral.", "当日急诊转诊。"),
        plain=words("Please go to an emergency department today. Do not wait.", "请今天就去急诊，不要等待。"),
        unanswered=("frebaq_01",) if state == "not known" else (),
        because=("ses-w00/red-flags_01",),
        **GUESS,
    )


def _plan(status: Status, alerts: tuple[Alert, ...], prescriptions: tuple[Prescription, ...]) -> Plan:
    return Plan(
        participant_id=PERSON,
        is_made_up=True,
        session_id="ses-w00",
        status=status,
        alerts=alerts,
        status_reasons=(Reason(text=words("No answer speaks against starting.", "没有回答提示不宜开始。")),),
        goals=(
            Goal(
                activity="play <script>alert('x')</script> & garden",
                level=4,
                scale_low=0,
                scale_high=10,
                source="psfs_01",
            ),
            Goal(activity="抱孙子", source="psfs_03"),
        ),
        prescriptions=prescriptions,
        considered=(
            Considered(
                intervention="aerobic-exercise",
                title=words("Aerobic exercise", "有氧运动"),
                role="adjunct",
                reasons=(Reason(text=words("You asked for less at once.", "您希望一次不要太多。")),),
                steps=STEPS,
            ),
        ),
        burden=Burden(
            clinic_visits=1, clinic_minutes=60, home_minutes=150, most_clinic_visits=5, most_home_minutes=420
        ),
        mode="time-contingent" if prescriptions else None,
        mode_reason=Reason(text=words("By the clock, not by the pain.", "按时间而非按疼痛安排。"))
        if prescriptions
        else None,
        because=BECAUSE,
    )


@pytest.fixture
def plan(prescription: Prescription) -> Plan:
    """A plan that may proceed."""
    return _plan(Status.PROCEED, (), (prescription,))


@pytest.fixture
def plan_refer() -> Plan:
    """A plan that refers: an emergency comes first and nothing is prescribed."""
    return _plan(Status.REFER, (alert("present", "soon", stops=False), alert("present", "emergency", stops=True)), ())


@pytest.fixture
def plan_cannot_say(prescription: Prescription) -> Plan:
    """A provisional plan: a safety question was not asked."""
    return _plan(Status.CANNOT_SAY, (alert("not known", "emergency", stops=True),), (prescription,))


@pytest.fixture
def programme() -> Programme:
    """Two weeks on dates, with a quota that has no baseline yet."""
    start = dt.date(2026, 12, 1)
    activity = Activity(
        intervention="resolve",
        strand="education",
        stage="pain-story",
        title=STAGES[0].title,
        what=STAGES[0].clinic,
        move_on=STAGES[0].move_on,
        minutes=60,
    )
    home = activity.model_copy(
        update={"title": STAGES[2].title, "what": STAGES[2].home, "strand": "pre-movement", "minutes": 30}
    )
    weeks = []
    for week in range(1, 13):
        monday = start + dt.timedelta(weeks=week - 1)
        clinic = SessionPlan(date=monday, week=week, place="clinic", minutes=60, activities=(activity,))
        homes = [
            SessionPlan(date=monday + dt.timedelta(days=day), week=week, place="home", minutes=30, activities=(home,))
            for day in range(1, 6)
        ]
        quotas = (
            Quota(
                activity="walking",
                unit="min",
                week=week,
                amount=14 + week,
                reason=words("70 % of your baseline, then up", "从基线的 70% 开始，逐步增加"),
            ),
            Quota(activity="sitting", unit="min", week=week, amount=None, reason=words("no baseline yet", "尚无基线")),
        )
        weeks.append(WeekPlan(week=week, starts=monday, sessions=(clinic, *homes), quotas=quotas))
    return Programme(
        participant_id=PERSON,
        is_made_up=True,
        start=start,
        weeks=tuple(weeks),
        is_provisional=False,
        because=BECAUSE,
        assessments=tuple(
            Assessment(week=week, date=start + dt.timedelta(weeks=week), books=("frebaq",)) for week in (0, 6, 12, 26)
        ),
        notes=(words("Public holidays are not known.", "未考虑法定节假日。"),),
    )


def _change(name: str, later: int, delta: float | None, **more) -> Change:
    sticks = (
        Yardstick(
            kind="important",
            size=2 if name == "nrs" else 5,
            population=words("people with low back pain", "腰痛人群"),
            language="any",
            reference="ostelo-2008",
            verified=True,
        ),
        Yardstick(
            kind="detectable",
            size=2.2 if name == "nrs" else 5.4,
            population=words("105 adults", "105名成人"),
            language="zh-Hans",
            reference="hu-2022",
            verified=True,
        ),
    )
    content = {
        "measure": name,
        "earlier": "ses-w00",
        "later": SESSIONS[later].session_id,
        "delta": delta,
        "yardsticks": sticks,
        "direction": "better",
        "is_real": "yes",
        "is_important": "yes",
        "percent": 50.0,
        "responder_30": True,
        "responder_50": True,
        "words": words("You are clearly better than at the start.", "与开始时相比，您有明确的好转。"),
    }
    if delta is None:
        content |= {
            "direction": "cannot say",
            "is_real": "not known",
            "is_important": "not known",
            "percent": None,
            "words": words("This cannot be said yet.", "目前还无法判断。"),
        }
    return Change(**(content | more))


@pytest.fixture
def course(measures: Measures) -> Course:
    """Three outcomes over three visits."""
    outcomes = [
        Outcome(
            measure=name,
            title=measures.get(name, "ses-w00").title,
            scale=measures.get(name, "ses-w00").scale,
            values=tuple(found for found in measures.measures if found.id == name),
            changes=changes,
            problem=words("The second visit is missing.", "缺少第二次随访。") if name == "frebaq" else None,
        )
        for name, changes in {
            "nrs": (
                _change("nrs", 1, -1.5, is_real="no", is_important="no"),
                _change("nrs", 2, -3, interval=Interval(low=-5, high=-1)),
            ),
            "rmdq": (_change("rmdq", 1, -4, is_real="not known"), _change("rmdq", 2, -8)),
            "frebaq": (_change("frebaq", 1, None), _change("frebaq", 2, -8)),
        }.items()
    ]
    return Course(
        participant_id=PERSON,
        is_made_up=True,
        sessions=SESSIONS,
        outcomes=tuple(outcomes),
        because=BECAUSE,
        summary=words(
            "Pain and daily life are clearly better after twelve weeks.", "十二周后，疼痛和日常生活都有明确好转。"
        ),
    )


@pytest.fixture
def record() -> Record:
    """The made-up person, in a group."""
    who = Participant(participant_id=PERSON, age=46, sex="female", language="zh-Hans", attributes={"group": "training"})
    return Record(participant=who, sessions=SESSIONS, origin=Origin(name="made up", format="made-up"))


class Page(HTMLParser):
    """What a page is made of, as far as its readers and their tools need it."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.html = html
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.pieces: list[tuple[str, str]] = []
        self._open: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        """Note an element."""
        self.tags.append((tag, dict(attrs)))
        if tag not in {"meta", "br", "img"}:
            self._open.append(tag)

    def handle_startendtag(self, tag, attrs):
        """Note an element that closes itself."""
        self.tags.append((tag, dict(attrs)))

    def handle_endtag(self, tag):
        """Check that elements close in order."""
        assert tag == self._open.pop(), f"</{tag}> closes nothing"

    def handle_data(self, data):
        """Note a piece of text."""
        if data.strip() and "style" not in self._open:
            self.pieces.append((self._open[-1] if self._open else "", " ".join(data.split())))

    @property
    def text(self) -> str:
        """All words a reader sees or hears, in order."""
        return " ".join(piece for _, piece in self.pieces)

    def all(self, *names: str) -> list[tuple[str, dict[str, str | None]]]:
        """Every element of these names, in order."""
        return [(tag, attrs) for tag, attrs in self.tags if tag in names]

    def faults(self) -> list[str]:
        """What would shut somebody out, or reach outside, one sentence each; an empty list means all is well."""
        ids = [attrs["id"] for _, attrs in self.tags if "id" in attrs]
        targets = [name for _, attrs in self.tags for name in (attrs.get("aria-labelledby") or "").split()]
        targets += [(attrs["href"] or "")[1:] for _, attrs in self.all("a")]
        levels = [int(tag[1]) for tag, _ in self.all("h1", "h2", "h3", "h4")]
        counts = {
            name: len(self.all(name)) for name in ("table", "caption", "figure", "figcaption", "svg", "title", "desc")
        }
        outside = re.findall(r"(?:src|href|action)=[\"'](?!#|data:image/png;)[^\"']*|url\((?!#)|@import", self.html)
        found = {
            "the language is not said": not self.all("html")[0][1].get("lang"),
            "there is not one h1": levels.count(1) != 1 or levels[0] != 1,
            "a heading level is skipped": any(after > before + 1 for before, after in itertools.pairwise(levels)),
            "a landmark is missing": not (self.all("header") and self.all("main") and self.all("footer")),
            "an id stands twice": len(ids) != len(set(ids)),
            f"a label or link leads nowhere: {sorted(set(targets) - set(ids))}": set(targets) - set(ids),
            "a table has no caption": counts["table"] != counts["caption"],
            "a table header has no scope": any("scope" not in attrs for _, attrs in self.all("th")),
            "a figure has no caption": counts["figure"] != counts["figcaption"],
            "a picture has no name or text": not counts["svg"] == counts["desc"] == counts["title"] - 1,
            "an image has no words": any(not attrs.get("alt") for _, attrs in self.all("img")),
            "a picture has no role": any(attrs.get("role") != "img" for _, attrs in self.all("svg")),
            f"it reaches outside: {outside}": outside or self.all("script", "link", "iframe", "object"),
        }
        return [fault for fault, holds in found.items() if holds]


@pytest.fixture
def page():
    """Give the reader of pages."""
    return Page


def _reading(marker: str, value: float | None, unit: str, **more) -> Reading:
    shell = {"participant_id": PERSON, "session_id": "ses-w00", "convention": "as plain, 0.01-0.08 Hz"}
    if value is None:
        shell |= {"absent": Absent.ARTEFACT, "reason": words("the scan is too short", "扫描时间过短")}
    return Reading(marker=marker, value=value, unit=unit, **shell | more)


@pytest.fixture(scope="session")
def panel() -> Panel:
    """Markers of five kinds: with own controls and without, conflicting and not, absent, and one unread file."""
    used = FileUsed(name=f"{PERSON}_task-rest_bold.nii.gz", sha256="a" * 64)
    scan = {
        "interval": Interval(low=0.9, high=1.4), "n": 180, "counted": "volumes",
        "quality": {"mean_fd_mm": 0.12, "kept_volumes_fraction": 0.95, "frequency_bins": 25.0},
        "notes": (words("360 s of scan.", "扫描360 s。"),),
        "because": Derivation(files=(used,), parameters={"confounds": "24P"}, software={"scipy": "1.17.1"}),
    }  # fmt: skip
    readings = [
        _reading("s1-alff", 1.2, "ratio to brain mean", **scan),
        _reading("s1-alff.slow-5", 1.1, "ratio to brain mean", **scan),
        _reading("nac-slow5", 0.09, "fraction", **scan | {"interval": Interval(low=0.04, high=0.2)}),
        _reading("mpfc-dmn", None, "Fisher z"),
        _reading("eeg-peak-alpha", 9.6, "Hz", interval=Interval(low=9.1, high=10.1)),
        _reading("p300", 5.2, "µV", n=58, counted="trials", quality={"sme": 0.4}),
        _reading("acc-naa", 9.1, "mmol/kg"),
        _reading("nac-volume", 1058, "mm3", quality={"surface_holes": 12.0}),
    ]
    held = {"s1-alff": 1.0, "acc-naa": 9.5, "nac-slow5": 0.1}
    people = tuple(
        Control(
            person=ReferencePerson(age_years=40 + place, is_male=place % 2 == 0),
            markers={marker: middle * (1 + 0.02 * (place - 6)) for marker, middle in held.items()},
        )
        for place in range(13)
    )
    why = words("the file is a web page saved under this name", "文件实为以该名称保存的网页")
    return make_panel(
        readings,
        participant_id=PERSON,
        library=Library.packaged(),
        controls=Controls(people=people),
        problems=[PanelProblem(source=f"{PERSON}_task-rest_eeg.edf", reason=why, modality="eeg")],
        is_made_up=True,
    )


@pytest.fixture(scope="session")
def curves() -> tuple[Curve, ...]:
    """A spectrum of the scan, two of the EEG, and an evoked average."""
    hz = tuple(2 + 0.5 * place for place in range(60))
    ms = tuple(-200.0 + 10 * place for place in range(100))
    names = (
        words("Spectrum", "频谱"),
        words("All channels", "全部导联"),
        words("Slope", "斜率"),
        words("P300, Pz", "P300，Pz"),
    )
    shapes = (
        (
            "nac-slow5",
            tuple(0.01 * place for place in range(1, 25)),
            "Hz",
            "%",
            {"slow-5-low": 0.01, "slow-5-high": 0.027},
        ),
        ("eeg-peak-alpha", hz, "Hz", "dB", {"alpha-peak": 9.6}),
        ("eeg-peak-alpha", hz, "Hz", "dB", {}),
        ("p300", ms, "ms", "µV", {"window-low": 250.0, "window-high": 500.0, "latency": 401.0, "peak": 404.0}),
    )
    return tuple(
        Curve(name=name, marker=marker, x=x, y=tuple(1 / (1 + place) for place in range(len(x))), x_unit=x_unit,
              y_unit=y_unit, marks=marks)
        for name, (marker, x, x_unit, y_unit, marks) in zip(names, shapes, strict=True)
    )  # fmt: skip


@pytest.fixture(scope="session")
def matrix() -> Matrix:
    """Three places, one of them unknown to the packaged atlas, and one pair without a value."""
    values = ((None, 0.8, -0.2), (0.8, None, None), (-0.2, None, None))
    return Matrix(
        name=words("Connectivity", "功能连接"), labels=("accumbens", "mpfc", "site-own"), values=values, unit="Fisher z"
    )
