"""The page of one's own tokens: see, make, end.

Decides that a token is shown once, right after it was made.
"""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from backloop.units import Text
from backloop.web.api.forms import TokenForm
from backloop.web.api.tokens import end_token, make_token, tokens_of
from backloop.web.look.wordings import say_now
from backloop.web.people.acting import account_of
from backloop.web.people.guarding import open_to_signed_in

__all__ = ["end_one", "show_tokens"]

_ENDED = Text(en="The token was ended.", zh="令牌已停用。")


@open_to_signed_in
def show_tokens(request: HttpRequest) -> HttpResponse:
    """List one's tokens, and make a new one."""
    account, made = account_of(request), ""
    form = TokenForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        made = make_token(account, **form.cleaned_data)
        form = TokenForm()
    return render(request, "api/tokens.html", {"form": form, "made": made, "tokens": tokens_of(account)})


@open_to_signed_in
@require_POST
def end_one(request: HttpRequest, number: int) -> HttpResponse:
    """End one of one's own tokens."""
    if end_token(account_of(request), number):
        messages.success(request, say_now(_ENDED))
    return redirect("api_tokens")
