"""The addresses of the pages of care.

Decides their paths and names.
"""

from django.urls import path

from backloop.web.caring import course_pages, harm_pages, letter_pages, plan_pages, profile_pages, programme_pages

__all__ = ["app_name", "urlpatterns"]

app_name = "caring"

urlpatterns = [
    path("care/<str:code>/profile/", profile_pages.show_profile, name="profile"),
    path("care/<str:code>/plan/", plan_pages.show_plan, name="plan"),
    path("care/<str:code>/plan/line/", plan_pages.decide_line, name="line"),
    path("care/<str:code>/plan/sign/", plan_pages.sign_plan, name="sign"),
    path("care/<str:code>/plan/evidence/<str:treatment>/", plan_pages.show_evidence, name="evidence"),
    path("care/<str:code>/programme/", programme_pages.show_programme, name="programme"),
    path("care/<str:code>/programme/pace/", programme_pages.pace_programme, name="pace"),
    path("care/<str:code>/programme/calendar/", programme_pages.save_calendar, name="calendar"),
    path("care/<str:code>/programme/<str:planned>/", programme_pages.show_session, name="session"),
    path("care/<str:code>/course/", course_pages.show_course, name="course"),
    path("care/<str:code>/letters/<str:reader>/<str:lang>/", letter_pages.show_letter, name="letter"),
    path("care/<str:code>/letters/<str:reader>/<str:lang>/print/", letter_pages.print_letter, name="print"),
    path("care/<str:code>/letters/<str:reader>/<str:lang>/send/", letter_pages.send_letter, name="send"),
    path("care/<str:code>/harms/", harm_pages.show_harms, name="harms"),
    path("care/<str:code>/harms/<int:number>/", harm_pages.judge_harm, name="harm"),
]
