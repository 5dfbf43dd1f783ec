"""What a row of the panel is called, and what its reader must know: names of parts, contradictions, findings by sex.

Decides the words only, from the marker's book and `parts.toml`; it judges no number.
"""

import tomllib
from functools import cache
from importlib import resources
from typing import Literal

from backloop.library import Marker, MarkerEvidence, SexFinding
from backloop.units import Text

__all__ = ["contradictions", "row_title", "sex_notes"]

_SEXES = {"female": Text(en="In women", zh="女性"), "male": Text(en="In men", zh="男性")}


def row_title(book: Marker, marker: str) -> Text:
    """Name a marker, or a part of it.

    Parameters
    ----------
    book : Marker
        The marker's book.
    marker : str
        Its id, or the id of a part.

    Returns
    -------
    Text
        The book's title, followed by the parts' names; a part without a name is called by its id.

    Examples
    --------
    >>> from backloop.library import Library
    >>> row_title(Library.packaged().marker("nac-volume"), "nac-volume.left").zh
    '伏隔核体积：左侧'
    """
    known = _parts()
    parts = [known.get(part, Text(en=part.replace("-", " "), zh=part)) for part in marker.split(".")[1:]]
    if not parts:
        return book.title
    return Text(
        en=f"{book.title.en}: {', '.join(part.en for part in parts)}",
        zh=f"{book.title.zh}：{'、'.join(part.zh for part in parts)}",
    )


def contradictions(book: Marker) -> tuple[Text, ...]:
    """Say which studies found the opposite of the claim, nothing, or both.

    Parameters
    ----------
    book : Marker
        The marker's book.

    Returns
    -------
    tuple of Text
        One sentence a study: what, in how many, and the key of the source.

    Examples
    --------
    >>> from backloop.library import Library
    >>> contradictions(Library.packaged().marker("acc-alff"))[0].zh[:8]
    '仅楔前叶有差异（'
    """
    return tuple(_told(row) for row in book.evidence if row.direction != "for")


def sex_notes(book: Marker, sex: Literal["female", "male"] | None) -> tuple[Text, ...]:
    """Say what was found in one sex only.

    Parameters
    ----------
    book : Marker
        The marker's book.
    sex : {'female', 'male'} or None
        The person's; where it is not known, the findings of both are told.

    Returns
    -------
    tuple of Text
        One sentence a study.

    Examples
    --------
    >>> from backloop.library import Library
    >>> sex_notes(Library.packaged().marker("nac-slow5"), "female")
    ()
    """
    rows = [row for row in book.sex_findings if sex in {None, row.sex}]
    told = [(_SEXES[row.sex], _told(row)) for row in rows]
    return tuple(Text(en=f"{who.en}: {what.en}", zh=f"{who.zh}：{what.zh}") for who, what in told)


def _told(row: MarkerEvidence | SexFinding) -> Text:
    english = f"{row.finding.en} ({row.n.en})" if row.n else row.finding.en
    chinese = f"{row.finding.zh}（{row.n.zh}）" if row.n else row.finding.zh
    return Text(en=f"{english} [{row.reference}]", zh=f"{chinese}[{row.reference}]")


@cache
def _parts() -> dict[str, Text]:
    text = resources.files("backloop.panel").joinpath("parts.toml").read_text("utf-8")
    return {part: Text.model_validate(words) for part, words in tomllib.loads(text).items()}
