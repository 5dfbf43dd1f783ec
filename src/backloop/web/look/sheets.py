"""Serving a self-contained document of the letters: its own style is let through by fingerprint, nothing else is.

Decides the policy of such a response; what stands in the document is decided by the letters.
"""

import base64
import re
from hashlib import sha256

from django.http import HttpResponse

__all__ = ["serve_sheet"]

_STYLE = re.compile(r"<style[^>]*>(.*?)</style>", re.DOTALL)


def serve_sheet(document: str, *, name: str = "") -> HttpResponse:
    """Answer with a document that may neither run a script nor load, frame or send anything.

    Parameters
    ----------
    document : str
        HTML that needs nothing from outside, such as a letter.
    name : str
        The file's name, where it is to be saved and not shown.

    Returns
    -------
    HttpResponse

    Notes
    -----
    The pages' own policy lets no inline style through. This one lets exactly the style sheets of the document through,
    each by its SHA-256, and puts the document into a sandbox.

    Examples
    --------
    >>> "unsafe" in serve_sheet("<style>p{margin:0}</style><p>A</p>")["Content-Security-Policy"]
    False
    """
    seals = " ".join(f"'sha256-{_seal(style)}'" for style in dict.fromkeys(_STYLE.findall(document)))
    response = HttpResponse(document, content_type="text/html; charset=utf-8")
    response["Content-Security-Policy"] = (
        f"default-src 'none'; style-src {seals or chr(39) + 'none' + chr(39)}; img-src data:; base-uri 'none'; "
        "form-action 'none'; frame-ancestors 'none'; sandbox allow-popups allow-modals"
    )
    if name:
        response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def _seal(style: str) -> str:
    return base64.b64encode(sha256(style.encode()).digest()).decode()
