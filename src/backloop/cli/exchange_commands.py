"""The commands about exchange: FHIR bundles for hospitals, REDCap projects for studies, both ways.

Decides names, options and help; `exchanging` does the work and is loaded when a command is called.
"""

from pathlib import Path
from typing import Annotated

import typer

from backloop.cli.options import Lang, LangOption, ShelfOption

__all__ = ["fhir_app", "redcap_app"]

fhir_app = typer.Typer(
    help="Write a person's care as a FHIR R4 bundle, or read answers from one.",
    epilog="Example: backloop fhir write record.json --out bundle.json",
    no_args_is_help=True,
)
Out = Annotated[Path, typer.Option(help="The file to write; it must not exist yet.")]


@fhir_app.command(
    "write", epilog="Example: backloop fhir write tests/data/tiny_bids --person sub-madeup1 --out bundle.json"
)
def fhir_write(
    source: Annotated[Path, typer.Argument(help="A BIDS folder or a record.json.")],
    *,
    out: Out,
    person: Annotated[str | None, typer.Option(help="participant_id, where the source holds several people.")] = None,
    shelf: ShelfOption = None,
    lang: LangOption = Lang.EN,
) -> None:
    """Write answers, measures, mechanisms and the proposed plan of one person as a bundle."""
    from backloop.cli.exchanging import write_fhir

    raise typer.Exit(write_fhir(source, out, person=person, shelf=shelf, lang=lang.value))


@fhir_app.command("read", epilog="Example: backloop fhir read hospital.json --out answers.json")
def fhir_read(
    bundle: Annotated[Path, typer.Argument(help="A bundle that backloop wrote.")],
    *,
    out: Out,
) -> None:
    """Read a person's answers from a bundle into a record."""
    from backloop.cli.exchanging import read_fhir

    raise typer.Exit(read_fhir(bundle, out))


redcap_app = typer.Typer(
    help="Write records as the files of a REDCap project, or read an export of one.",
    epilog="Example: backloop redcap write record.json --out project",
    no_args_is_help=True,
)


@redcap_app.command("write", epilog="Example: backloop redcap write tests/data/tiny_bids --out project --lang zh")
def redcap_write(
    source: Annotated[Path, typer.Argument(help="A BIDS folder or a record.json.")],
    *,
    out: Annotated[Path, typer.Option(help="A new or empty folder.")],
    shelf: ShelfOption = None,
    lang: LangOption = Lang.EN,
) -> None:
    """Write everybody's answers and trials: data dictionary, events, records and missing-data codes."""
    from backloop.cli.exchanging import write_redcap

    raise typer.Exit(write_redcap(source, out, shelf=shelf, lang=lang.value))


@redcap_app.command("read", epilog="Example: backloop redcap read export.csv dictionary.csv --out clinic.json")
def redcap_read(
    records: Annotated[Path, typer.Argument(help="The export of records, raw values, as CSV.")],
    dictionary: Annotated[Path, typer.Argument(help="The project's data dictionary, a CSV of 18 columns.")],
    *,
    out: Annotated[Path, typer.Option(help="A BIDS folder or a .json file to write.")],
    shelf: ShelfOption = None,
) -> None:
    """Read a REDCap project into records."""
    from backloop.cli.exchanging import read_redcap

    raise typer.Exit(read_redcap(records, dictionary, out, shelf=shelf))
