"""The commands about evidence: what is known of one treatment, and the synthesis of a table of one's own.

Decides names, options and help; `appraising` does the work and is loaded when a command is called.
"""

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from backloop.cli.options import Lang, LangOption, ShelfOption

__all__ = ["evidence_app"]


class _Method(StrEnum):
    """How effects are weighed."""

    REML = "reml"
    DERSIMONIAN_LAIRD = "dersimonian-laird"
    PAULE_MANDEL = "paule-mandel"
    FIXED = "fixed"


class _Better(StrEnum):
    """Which end of the outcome is good for the person."""

    LOW = "low"
    HIGH = "high"
    NEITHER = "neither"


class _Measure(StrEnum):
    """What the effects are."""

    MD = "MD"
    SMD = "SMD"
    EFFECT = "effect"


evidence_app = typer.Typer(
    help="See what is known of a treatment, and pool trials of your own.",
    epilog="Example: backloop evidence show resolve",
    no_args_is_help=True,
)


def _check_page(out: Path | None) -> Path | None:
    if out is not None and out.suffix.lower() not in {".html", ".htm"}:
        message = f"expected a name that ends in .html, got '{out.name}'"
        raise typer.BadParameter(message)
    return out


Out = Annotated[
    Path | None,
    typer.Option(callback=_check_page, help="HTML file to write, with pictures and tables; none if not given."),
]


@evidence_app.command("show", epilog="Example: backloop evidence show motor-control-exercise --out evidence.html")
def evidence_show(
    book_id: Annotated[str, typer.Argument(metavar="ID", help="The treatment's id, such as resolve.")],
    *,
    lang: LangOption = Lang.EN,
    out: Out = None,
    shelf: ShelfOption = None,
) -> None:
    """Show what is known of one treatment: effects by outcome, conflicts, guidelines and harms."""
    from backloop.cli.appraising import show_evidence

    raise typer.Exit(show_evidence(book_id, folder=shelf, lang=lang.value, out=out))


@evidence_app.command("pool", epilog="Example: backloop evidence pool examples/09_evidence/trials.csv --better low")
def evidence_pool(
    table: Annotated[
        Path,
        typer.Argument(
            metavar="FILE.csv",
            help="One row a study: study, estimate, standard_error; or study and arm_ and comparator_ mean, sd, n.",
        ),
    ],
    *,
    better: Annotated[_Better, typer.Option(help="Which end is good: with low, a negative effect favours the arm.")],
    method: Annotated[
        _Method, typer.Option(help="Random effects by three estimators, or a fixed effect.")
    ] = _Method.REML,
    measure: Annotated[_Measure | None, typer.Option(help="What the effects are; MD from means if not given.")] = None,
    unit: Annotated[str, typer.Option(help="The unit of the effects.")] = "points",
    network: Annotated[
        bool,
        typer.Option(
            "--network",
            help="Compare several treatments: one row an arm (study, treatment, mean, sd, n) or a contrast (study, "
            "treatment, comparator, estimate, standard_error).",
        ),
    ] = False,
    reference: Annotated[str | None, typer.Option(help="With --network: what effects are told against.")] = None,
    title: Annotated[str | None, typer.Option(help="What was compared; the file's name if not given.")] = None,
    lang: LangOption = Lang.EN,
    out: Out = None,
) -> None:
    """Pool the trials of a table, with heterogeneity, prediction interval and the checks of small studies.

    Exit code 0: pooled; 2: the table or an option is wrong, and nothing was done.
    """
    from backloop.cli.appraising import Question, print_network, print_pool

    question = Question(
        table=table,
        better=better.value,
        method=method.value,
        measure=measure.value if measure else None,
        unit=unit,
        title=title or table.stem,
        lang=lang.value,
        out=out,
    )
    raise typer.Exit(
        print_network(question, reference=reference) if network else print_pool(question, reference=reference)
    )
