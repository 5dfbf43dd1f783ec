"""The commands about stimulation of the brain: check a protocol against limits, describe it for a paper.

Decides names, options and help; `stimulating` does the work and is loaded when a command is called.
"""

from pathlib import Path
from typing import Annotated

import typer

from backloop.cli.options import Lang, LangOption, NounFormat, NounFormatOption, ShelfOption

__all__ = ["stim_app"]

stim_app = typer.Typer(
    help="Check and describe a protocol of magnetic or direct current stimulation.",
    epilog="Example: backloop stim describe examples/07_stimulation/worked-rtms.toml",
    no_args_is_help=True,
)
File = Annotated[Path, typer.Argument(help="The protocol, a TOML or JSON file.")]
RecordOption = Annotated[
    Path | None, typer.Option("--record", help="The person: a BIDS folder or record.json that holds one person.")
]


@stim_app.command("check", epilog="Example: backloop stim check examples/07_stimulation/worked-tdcs.toml")
def stim_check(
    file: File,
    *,
    record: RecordOption = None,
    medicine: Annotated[
        list[str] | None, typer.Option(help="A medicine the person takes, by generic name; may be repeated.")
    ] = None,
    shelf: ShelfOption = None,
    lang: LangOption = Lang.EN,
    form: NounFormatOption = NounFormat.TEXT,
) -> None:
    """Hold a protocol, and a person if given, against the stored limits.

    Exit code 0: nothing is beyond or uncovered; 3: something is beyond a limit, not covered, or must be weighed in the
    person; 2: the file cannot be read. No result clears anybody.
    """
    from backloop.cli.stimulating import print_check

    names = tuple(medicine or ())
    code = print_check(file, record=record, medicines=names, shelf=shelf, lang=lang.value, form=form.value)
    raise typer.Exit(code)


@stim_app.command(
    "describe", epilog="Example: backloop stim describe examples/07_stimulation/worked-rtms.toml --lang zh"
)
def stim_describe(
    file: File,
    *,
    record: RecordOption = None,
    shelf: ShelfOption = None,
    lang: LangOption = Lang.EN,
    form: NounFormatOption = NounFormat.TEXT,
) -> None:
    """Print derived values, the reporting checklist, and a paragraph of methods in both languages."""
    from backloop.cli.stimulating import print_description

    raise typer.Exit(print_description(file, record=record, shelf=shelf, lang=lang.value, form=form.value))
