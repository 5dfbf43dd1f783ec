"""The pages for what went wrong: each says what happened and what to do, and nothing else.

Decides their words and status; the fault itself goes to the log.
"""

from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import RequestDataTooBig, TooManyFieldsSent, TooManyFilesSent
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from backloop.units import Text

__all__ = [
    "show_away",
    "show_broken",
    "show_closed",
    "show_denied",
    "show_forged",
    "show_hurried",
    "show_missing",
    "show_wrong",
]

_AGAIN_SECONDS = "300"

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
_TOO_LARGE = (
    Text(en="That was too much at once", zh="提交内容过大"),
    Text(
        en="Nothing of it was saved. Send less text at once; recordings go up on the page of recordings, in parts.",
        zh="本次内容未保存。请减少一次提交的文字；检查数据请在“检查数据”页面分段上传。",
    ),
)
_CLOSED = (
    Text(en="This is not used here", zh="本机构未启用此功能"),
    Text(
        en="Accounts come by invitation, and a forgotten password by a new link: ask your clinic for one.",
        zh="账号通过邀请创建；忘记密码请向机构索取新的链接。",
    ),
)
_HURRIED = (
    Text(en="Too many tries", zh="尝试次数过多"),
    Text(
        en="Wait a quarter of an hour, then try again. If you forgot your password, ask your clinic for a new link.",
        zh="请等待 15 分钟后再试。如忘记密码，请向机构索取新的链接。",
    ),
)
_AWAY = (
    Text(en="The clinic's system is being looked after", zh="系统维护中"),
    Text(
        en="It is back soon; try again in a few minutes. What you had saved is safe. If you cannot wait, call the "
        "clinic; in an emergency call the emergency service.",
        zh="系统即将恢复，请几分钟后重试。此前已保存的内容不受影响。如不能等待请致电机构，紧急情况请拨打急救电话。",
    ),
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


def show_wrong(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Say that the request made no sense (400), or was too large (413)."""
    if isinstance(exception, RequestDataTooBig | TooManyFieldsSent | TooManyFilesSent):
        return _show(request, _TOO_LARGE, 413)
    return _show(request, _WRONG, 400)


def show_closed(request: HttpRequest) -> HttpResponse:
    """Say that a way in is not used by this clinic, and which one is (410)."""
    return _show(request, _CLOSED, 410)


def show_hurried(request: HttpRequest) -> HttpResponse:
    """Say that somebody tried too often (429)."""
    return _show(request, _HURRIED, 429)


def show_away(request: HttpRequest) -> HttpResponse:
    """Say that the clinic is closed for maintenance and when to come again (503); the database is not asked."""
    response = _show(request, _AWAY, 503, is_alone=True)
    response["Retry-After"] = _AGAIN_SECONDS
    return response


def show_broken(request: HttpRequest) -> HttpResponse:
    """Say that the server failed (500); the database, which may be what failed, is not asked."""
    return _show(request, _BROKEN, 500, is_alone=True)


def _show(request: HttpRequest, words: tuple[Text, Text], status: int, *, is_alone: bool = False) -> HttpResponse:
    title, advice = words
    shown = {"title": title, "advice": advice, "status": status}
    # Who is signed in and what was said to them stand in the database.
    shown |= {"user": AnonymousUser(), "messages": ()} if is_alone else {}
    response = render(request, "look/fault.html", shown, status=status)
    response["Cache-Control"] = "no-store"
    return response
