"""What every page's frame needs: the clinic's name, whether it is a demonstration, the reader's language.

Decides what every template may rely on; nothing of a person is among it.
"""

from typing import Any

from django.http import HttpRequest

from backloop.web.look.wordings import reader_language
from backloop.web.settings.starting import this_clinic

__all__ = ["page_surroundings"]


def page_surroundings(_request: HttpRequest) -> dict[str, Any]:
    """Give `clinic_name`, `is_demo` and `lang` to every template.

    Parameters
    ----------
    _request : HttpRequest
        The request.

    Returns
    -------
    dict
    """
    clinic = this_clinic()
    return {"clinic_name": clinic.name, "is_demo": clinic.mode == "demo", "lang": reader_language()}
