"""Writes one page a shelf from the books themselves, so the pages cannot disagree with the program."""

from pathlib import Path

from backloop.letters import evidence_picture, guideline_picture
from backloop.library import (
    SHELVES,
    Book,
    Bounds,
    Checklist,
    ClaimsReview,
    Contraindications,
    Instrument,
    Intervention,
    Library,
    Limit,
    Marker,
    Mechanism,
    Medicines,
    Protocol,
    SafetyRule,
    SessionRule,
    Sourced,
    ThresholdBias,
    TrainDurations,
    TrainIntervals,
    cite,
)
from backloop.synthesis import gather_evidence
from backloop.units import Frozen, Text

TITLES = {
    "instruments": "Questionnaires and worksheets · 问卷与工作表",
    "protocols": "Sensory and movement tests · 感觉与运动测试",
    "markers": "Brain markers · 脑标志物",
    "mechanisms": "Mechanisms · 机制",
    "interventions": "Interventions · 干预措施",
    "safety": "Safety rules · 安全规则",
    "sessions": "Rules for training sessions · 训练当次规则",
    "tasks": "Training tasks · 训练任务",
    "claims": "Claims that were checked · 论点核查",
    "limits": "Limits of brain stimulation · 脑刺激限值",
    "checklists": "Reporting checklists · 报告清单",
}


def write_pages(folder: Path) -> None:
    """Write ``index.md`` and one page a shelf."""
    library = Library.packaged()
    folder.mkdir(exist_ok=True)
    toc = "\n".join(SHELVES)
    head = f"# The books\n\nEdition {library.edition}. Generated from the books when these pages were built.\n"
    (folder / "index.md").write_text(
        f"{head}\n```{{toctree}}\n:maxdepth: 2\n\n{toc}\nreferences\n```\n", encoding="utf-8"
    )
    for name in SHELVES:
        shelf = library.shelf(name)
        parts = [f"# {TITLES[name]}", *(page for book_id in shelf for page in _book(shelf[book_id], library))]
        (folder / f"{name}.md").write_text("\n\n".join(parts) + "\n", encoding="utf-8")
    _draw(folder / "pictures", library)
    entries = [f"{key}\n: {_reference(key, library)}" for key in sorted(library.references)]
    (folder / "references.md").write_text("# References\n\n" + "\n\n".join(entries) + "\n", encoding="utf-8")


def _book(book: Book, library: Library) -> list[str]:
    head = [
        f"## {book.title.en} · {book.title.zh}",
        f"`{book.id}`, version {book.version}, certainty {book.certainty.value}",
    ]
    return [*head, book.summary.en, book.summary.zh, *_body(book), _sources(book, library)]


def _body(book: Book) -> list[str]:
    return BODIES[type(book)](book) if type(book) in BODIES else []


def _measured(book: Instrument | Protocol) -> list[str]:
    return [_scores(book), *_cautions(book), *_led(book)]


def _led(book: Instrument | Protocol) -> list[str]:
    guide = book.guide if isinstance(book, Protocol) else None
    if guide is None:
        return []
    rows = [(name, f"{each.value:g}", _source(each), each.note) for name, each in guide if isinstance(each, Sourced)]
    table = [_table(("number", "value", "source", "note"), rows)] if rows else []
    return [
        f"**Led step by step** ({guide.kind}).",
        *table,
        "What makes the result doubtful:",
        *[f"- {text.en}" for text in guide.doubts],
    ]


def _marker(book: Marker) -> list[str]:
    rows = [(row.finding.en, row.direction, row.n.en if row.n else "", _source(row)) for row in book.evidence]
    flag = "**Studies disagree; the profile never leans on it.**" if book.is_conflicting else ""
    return [book.definition.en, flag, _table(("finding", "direction", "n", "source"), rows)]


def _mechanism(book: Mechanism) -> list[str]:
    rows = [(clue.label.en, clue.source, clue.strength, clue.certainty.value, _source(clue)) for clue in book.clues]
    return [f"*{book.settles.en}*", _table(("clue", "from", "strength", "certainty", "source"), rows)]


def _safety(book: SafetyRule) -> list[str]:
    return [f"**{book.urgency}**: {book.action.en}", book.action.zh]


def _session(book: SessionRule) -> list[str]:
    return [f"**{book.moment}: {book.then}**. {book.action.en}", book.action.zh]


def _scores(book: Instrument | Protocol) -> str:
    rows = []
    for score in book.scores:
        important = "; ".join(f"{row.value:g} {row.basis} ({_source(row)})" for row in score.important_change)
        precise = "; ".join(
            f"SEM {row.sem}, SDC {row.sdc} ({row.population.en}; {_source(row)})" for row in score.precision
        )
        span = f"{_end(score.scale.low)} to {_end(score.scale.high)} {score.scale.unit}, better {score.scale.better}"
        rows.append((f"`{score.id}` {score.title.en}", span, score.key.method, important or "–", precise or "–"))
    return _table(("score", "scale", "method", "important change", "measurement error"), rows)


def _intervention(book: Intervention) -> list[str]:
    evidence = [
        (row.outcome.en, row.comparator.en, _effect(row), row.direction, row.certainty.value, _source(row))
        for row in book.evidence
    ]
    guides = [
        (f"{row.body} {row.year}", row.direction, row.strength, row.statement.en, _source(row))
        for row in book.guidelines
    ]
    stages = [
        (row.strand, row.title.en, f"{row.weeks[0]}–{row.weeks[1]}", row.provenance, _source(row))
        for row in book.stages
    ]
    limits = [(row.kind, row.what.en, _source(row)) for row in book.contraindications]
    return [
        _table(("outcome", "against", "effect", "direction", "certainty", "source"), evidence),
        *_pictures(book),
        *[f"**Conflict.** {text.en}" for text in book.conflicts],
        f"![What guidelines say; the table below holds the same](pictures/{book.id}-guidelines.svg)",
        _table(("guideline", "direction", "strength", "what it says", "source"), guides),
        _table(("strand", "stage", "weeks", "provenance", "source"), stages),
        _table(("kind", "contraindication", "source"), limits),
    ]


def _claims(book: ClaimsReview) -> list[str]:
    rows = [
        (_both(row.claim), row.verdict, _both(row.source_says), _both(row.consequence), _source(row))
        for row in book.checks
    ]
    return [_table(("claim", "verdict", "what the source says", "what follows here", "source"), rows)]


def _both(text: Text) -> str:
    return f"{text.en}<br>{text.zh}"


def _draw(folder: Path, library: Library) -> None:
    """Write a forest plot for each group of results, and the guideline matrix, of every intervention."""
    folder.mkdir(exist_ok=True)
    for book in library.shelf("interventions").values():
        (folder / f"{book.id}-guidelines.svg").write_text(guideline_picture([book]), encoding="utf-8")
        for place, group in enumerate(gather_evidence(book.evidence).groups):
            (folder / f"{book.id}-{place}.svg").write_text(evidence_picture(group), encoding="utf-8")


def _pictures(book: Intervention) -> list[str]:
    groups = gather_evidence(book.evidence).groups
    forests = [
        f"![Forest plot: {group.domain}, {group.unit}; the table above holds the same numbers]"
        f"(pictures/{book.id}-{place}.svg)"
        for place, group in enumerate(groups)
    ]
    pooled = [f"**Pooled.** {one.pooled.text.en}" for group in groups for one in group.pooled]
    return [*forests, *pooled]


def _effect(row: Frozen) -> str:
    if row.effect is None:
        return "not stated"
    span = "" if row.low is None else f" ({row.low:g} to {row.high:g})"
    return f"{row.effect:+g}{span} {row.measure.en}"


def _cautions(book: Instrument | Protocol) -> list[str]:
    return [f"- {text.en}" for text in book.cautions]


def _source(row: Frozen) -> str:
    return f"{row.reference}, {'verified' if row.verified else 'not verified'}"


def _sources(book: Book, library: Library) -> str:
    return "```text\n" + str(cite(book, library=library)) + "\n```"


def _reference(key: str, library: Library) -> str:
    entry = library.references[key]
    return ". ".join(
        part for part in (entry.authors, entry.title, entry.venue, entry.year, entry.doi, entry.note) if part
    )


def _end(value: float | None) -> str:
    return "open" if value is None else f"{value:g}"


def _table(heads: tuple[str, ...], rows: list[tuple[object, ...]]) -> str:
    if not rows:
        return ""
    lines = [heads, tuple("---" for _ in heads), *rows]
    return "\n".join("| " + " | ".join(_cell(cell) for cell in line) + " |" for line in lines)


def _cell(cell: object) -> str:
    words = cell.en if isinstance(cell, Text) else str(cell)
    return words.replace("|", "\\|").replace("\n", " ")


def _limit(book: Limit) -> list[str]:
    signed = f"Signed by {book.signed_by} on {book.signed_on}." if book.is_signed else "Nobody has signed this copy."
    held = book.holds
    match held:
        case TrainDurations():
            heads = ("Hz", *(f"{percent:g} %" for percent in held.intensities))
            cells = [
                (f"{hertz:g}", *(f"{'> ' if open_ else ''}{s:g}" for s, open_ in zip(row, tested, strict=True)))
                for hertz, row, tested in zip(held.frequencies_hz, held.seconds, held.longest_tested, strict=True)
            ]
        case TrainIntervals():
            heads = ("pause (s)", *(f"{percent:g} %" for percent in held.intensities))
            cells = [(f"{gap:g}", *row) for gap, row in zip(held.gaps_s, held.cells, strict=True)]
        case Bounds():
            heads = ("quantity", "at least", "at most", "source")
            cells = [(b.quantity, _end(b.at_least), _end(b.at_most), _source(b)) for b in held.bounds]
        case ThresholdBias():
            heads = ("method", "reads high by", "range", "source")
            span = f"{held.low_percent:g} to {held.high_percent:g} %"
            cells = [(held.method, f"{held.mean_percent:g} %", span, _source(held))]
        case Medicines():
            heads = ("hazard", "medicines", "source")
            cells = [(g.meaning, ", ".join(f"{n.en} {n.zh}" for n in g.names), _source(g)) for g in held.groups]
        case Contraindications():
            heads = ("kind", "what", "source")
            cells = [(row.kind, f"{row.what.en} · {row.what.zh}", _source(row)) for row in held.rows]
    claims = "; ".join(dict.fromkeys(_source(claim) for claim in held.claims))
    return [f"**{signed}** {claims}.", _table(heads, cells)]


def _checklist(book: Checklist) -> list[str]:
    rows = [(row.part, f"{row.what.en} · {row.what.zh}", row.only_for, _source(row)) for row in book.items]
    return [_table(("part", "item", "applies to", "source"), rows)]


BODIES = {
    Instrument: _measured,
    Protocol: _measured,
    Marker: _marker,
    Mechanism: _mechanism,
    Intervention: _intervention,
    SafetyRule: _safety,
    SessionRule: _session,
    ClaimsReview: _claims,
    Limit: _limit,
    Checklist: _checklist,
}
