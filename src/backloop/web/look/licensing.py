"""The clinic's own licensed wording of a questionnaire, as both sides of the clinic read it.

Decides which loaded file speaks for a language, and which words a choice gets; checking a file is the library's.
"""

import logging

from backloop.errors import InvalidBook
from backloop.library import Instrument, Item, LicensedText, answer_words, find_text
from backloop.units import Language
from backloop.web.settings.starting import this_clinic

__all__ = ["choice_words", "clinic_wording"]

_FOLDER = "texts"
_TAGS: dict[Language, tuple[str, ...]] = {"zh": ("zh-Hans", "zh", "zh-CN"), "en": ("en", "en-GB", "en-US")}
_log = logging.getLogger("backloop.web.look")


def clinic_wording(book: Instrument, *, lang: Language) -> LicensedText | None:
    """Give the wording a clinic loaded for a questionnaire, in the reader's language.

    Parameters
    ----------
    book : Instrument
        The questionnaire.
    lang : str
        ``en`` or ``zh``.

    Returns
    -------
    LicensedText or None
        None where none was loaded, and where a file was changed after it was loaded: its words are then not shown, the
        topics in our own words are, and the log says which file to load again.

    Notes
    -----
    The folder is ``texts`` of the clinic, as ``backloop books load-text FILE --store FOLDER/texts`` fills it.
    """
    store = this_clinic().folder / _FOLDER
    for tag in _TAGS[lang]:
        try:
            found = find_text(book.id, tag, store)
        except InvalidBook as error:
            _log.error("%s", error)
            return None
        if found is not None:
            return found
    return None


def choice_words(item: Item, book: Instrument, text: LicensedText | None, *, lang: Language) -> dict[str, str]:
    """Give the words of a question's choices by code.

    Parameters
    ----------
    item : Item
        The question.
    book : Instrument
        Its book.
    text : LicensedText or None
        The clinic's wording.
    lang : str
        ``en`` or ``zh``.

    Returns
    -------
    dict of str to str
        A question with choices of its own keeps them, since a file names the scale's common ones alone. A code that a
        file leaves out keeps our own words, where we have any.

    Examples
    --------
    >>> from backloop.library import Library
    >>> book = Library.packaged().instrument("phq-9")
    >>> text = LicensedText(instrument="phq-9", language="en", permission="own", items={}, answers={"0": "Never"})
    >>> choice_words(book.items[0], book, text, lang="en")["0"], choice_words(book.items[9], book, text, lang="en")["0"]
    ('Never', 'not difficult at all')
    """
    own = {f"{label.value:g}": label.text.say(lang) for label in answer_words(item, book.answers)}
    return own if text is None or item.labels else own | text.answers
