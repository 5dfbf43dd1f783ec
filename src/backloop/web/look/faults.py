"""The pages for what went wrong: each says what happened and what to do, and nothing else.

Decides their words and status; the fault itself goes to the log.
"""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from backloop.units import Text

__all__ = ["show_broken", "show_denied", "show_forged", "show_missing", "show_wrong"]

_MISSING = (
    Text(en="This page is not here", zh="找不到此页面"),
    Text(
        en="The address may be old or mistyped, or it is not open to your account. Go back to the start page.",
        zh="地址可能已失效或有误，或者您的账号无权查看。请返回首页。",
    ),
)
_DENIED = (
    Text(en="This is not open to your account", zh="您的账号无权查看此页面"),
    Text(
        en="Your role does not include this page. If you need it for your work, ask your site administrator.",
        zh="您的角色不包含此页面。如工作需要，请联系本机构管理员。",
    ),
)
_FORGED = (
    Text(en="Please send that again", zh="请重新提交"),
    Text(
        en="The page had been open for too long, or cookies are switched off. Go back, reload the page, and try again.",
        zh="页面打开时间过长，或浏览器禁用了 Cookie。请返回并刷新页面后重试。",
    ),
)
_WRONG = (
    Text(en="That could not be understood", zh="无法识别该请求"),
    Text(en="Go back and try again; reload the page first.", zh="请返回，刷新页面后重试。"),
)
_BROKEN = (
    Text(en="Something broke on our side", zh="系统出现故障"),
    Text(
        en="What you had saved before is safe. Try again in a minute; if it happens again, tell your administrator "
        "the time shown by your clock.",
        zh="此前已保存的内容不受影响。请稍后重试；如再次出现，请将当前时间告知管理员。",
    ),
)


def show_missing(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:  # noqa: ARG001
    """Say that there is no such page (404)."""
    return _show(request, _MISSING, 404)


def show_denied(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:  # noqa: ARG001
    """Say that the account may not see this (403)."""
    return _show(request, _DENIED, 403)


def show_forged(request: HttpRequest, reason: str = "") -> HttpResponse:  # noqa: ARG001
    """Say that a form's proof of origin was missing or old (403)."""
    return _show(request, _FORGED, 403)


def show_wrong(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:  # noqa: ARG001
    """Say that the request made no sense (400)."""
    return _show(request, _WRONG, 400)


def show_broken(request: HttpRequest) -> HttpResponse:
    """Say that the server failed (500)."""
    return _show(request, _BROKEN, 500)


def _show(request: HttpRequest, words: tuple[Text, Text], status: int) -> HttpResponse:
    title, advice = words
    return render(request, "look/fault.html", {"title": title, "advice": advice, "status": status}, status=status)
