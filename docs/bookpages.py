"""Writes one page a shelf from the books themselves, so the pages cannot disagree with the program."""

from pathlib import Path

from backloop.library import (
    SHELVES,
    Book,
    Instrument,
    Intervention,
    Library,
    Marker,
    Mechanism,
    Protocol,
    SafetyRule,
    cite,
)
from backloop.units import Frozen, Text

TITLES = {
    "instruments": "Questionnaires and worksheets",
    "protocols": "Sensory and movement tests",
    "markers": "Brain markers",
    "mechanisms": "Mechanisms",
    "interventions": "Interventions",
    "safety": "Safety rules",
    "tasks": "Training tasks",
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
    entries = [f"{key}\n: {_reference(key, library)}" for key in sorted(library.references)]
    (folder / "references.md").write_text("# References\n\n" + "\n\n".join(entries) + "\n", encoding="utf-8")


def _book(book: Book, library: Library) -> list[str]:
    head = [
        f"## {book.title.en} · {book.title.zh}",
        f"`{book.id}`, version {book.version}, certainty {book.certainty.value}",
    ]
    return [*head, book.summary.en, book.summary.zh, *_body(book), _sources(book, library)]


def _body(book: Book) -> list[str]:
    match book:
        case Instrument() | Protocol():
            return [_scores(book), *_cautions(book)]
        case Marker():
            rows = [(row.finding.en, row.direction, row.n.en if row.n else "", _source(row)) for row in book.evidence]
            flag = "**Studies disagree; the profile never leans on it.**" if book.is_conflicting else ""
            return [book.definition.en, flag, _table(("finding", "direction", "n", "source"), rows)]
        case Mechanism():
            rows = [
                (clue.label.en, clue.source, clue.strength, clue.certainty.value, _source(clue)) for clue in book.clues
            ]
            return [f"*{book.settles.en}*", _table(("clue", "from", "strength", "certainty", "source"), rows)]
        case Intervention():
            return _intervention(book)
        case SafetyRule():
            return [f"**{book.urgency}**: {book.action.en}", book.action.zh]
        case _:
            return []


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
        *[f"**Conflict.** {text.en}" for text in book.conflicts],
        _table(("guideline", "direction", "strength", "what it says", "source"), guides),
        _table(("strand", "stage", "weeks", "provenance", "source"), stages),
        _table(("kind", "contraindication", "source"), limits),
    ]


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
