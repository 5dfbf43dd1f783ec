"""The options that several commands share.

Decides their names, help and choices; what they do is up to each command.
"""

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

__all__ = ["Lang", "LangOption", "NounFormat", "NounFormatOption", "PanelOption", "ShelfOption"]


class Lang(StrEnum):
    """The language of letters and terminal output."""

    EN = "en"
    ZH = "zh"


class NounFormat(StrEnum):
    """How a noun is printed."""

    TEXT = "text"
    JSON = "json"


PanelOption = Annotated[
    Path | None,
    typer.Option("--panel", help="Brain markers: a panel.json, or the folder that 'backloop panel' wrote."),
]
ShelfOption = Annotated[Path | None, typer.Option("--shelf", help="A folder with a site's own books.")]
LangOption = Annotated[Lang, typer.Option(help="Language of texts: en or zh.")]
NounFormatOption = Annotated[NounFormat, typer.Option("--format", help="text or json.")]
