"""The form for a new token.

Decides what is asked.
"""

from django import forms

from backloop.units import Text
from backloop.web.api.tokens import LONGEST_DAYS
from backloop.web.look.wordings import lazy_text

__all__ = ["TokenForm"]

_NAME = Text(en="What the token is for", zh="令牌用途")
_SCOPE = Text(en="What it may do", zh="权限")
_READ = Text(en="Read", zh="读取")
_WRITE = Text(en="Read and write", zh="读取和写入")
_DAYS = Text(en="How many days it lasts", zh="有效天数")


class TokenForm(forms.Form):
    """Ask what a token is for, what it may do, and how long it lasts."""

    name = forms.CharField(label=lazy_text(_NAME), max_length=80)
    scope = forms.ChoiceField(
        label=lazy_text(_SCOPE), choices=[("read", lazy_text(_READ)), ("write", lazy_text(_WRITE))]
    )
    days = forms.IntegerField(label=lazy_text(_DAYS), min_value=1, max_value=LONGEST_DAYS, initial=90)
