"""Answers that are not pages of the clinic: files to keep, and self-contained reports shown by themselves.

Decides their headers: a file is never opened in the browser, a report runs nothing and reaches nobody.
"""

from typing import Any

from django.http import HttpResponse

__all__ = ["attachment", "sandboxed"]

_KINDS = {
    "csv": "text/csv; charset=utf-8",
    "json": "application/json",
    "zip": "application/zip",
}
_ALONE: dict[str, Any] = {
    "sandbox": True,
    "default-src": ["'none'"],
    "style-src": ["'unsafe-inline'"],
    "img-src": ["data:"],
    "frame-ancestors": ["'none'"],
    "form-action": ["'none'"],
    "base-uri": ["'none'"],
}


def attachment(content: str | bytes, name: str) -> HttpResponse:
    """Give a file to keep.

    Parameters
    ----------
    content : str or bytes
        What it holds.
    name : str
        Letters, digits, hyphens and dots; its ending says the kind.

    Returns
    -------
    HttpResponse
    """
    answer = HttpResponse(content, content_type=_KINDS[name.rpartition(".")[2]])
    answer["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer


def sandboxed(page: str) -> HttpResponse:
    """Give a self-contained page that brings its own style; it may run no script, send nothing and load nothing.

    Parameters
    ----------
    page : str
        HTML.

    Returns
    -------
    HttpResponse
    """
    answer = HttpResponse(page)
    answer._csp_replace = _ALONE  # type: ignore[attr-defined]  # noqa: SLF001 - where django-csp looks
    return answer
