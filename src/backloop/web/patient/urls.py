"""The addresses of the patient's pages; those with a code are for helpers.

Decides their paths and names.
"""

from django.urls import path

from backloop.web.patient import answering, own_pages, session_pages, views

__all__ = ["app_name", "urlpatterns"]

app_name = "patient"

urlpatterns = [
    path("patient/", views.show_today, name="today"),
    path("patient/now/", views.show_now, name="now"),
    path("patient/answer/<str:book>/", answering.answer_book, name="answer"),
    path("patient/draw/", answering.start_drawing, name="draw"),
    path("patient/practice/", session_pages.do_practice, name="practice"),
    path("patient/diary/", own_pages.keep_diary, name="diary"),
    path("patient/diary/weeks.svg", own_pages.draw_diary, name="diary_picture"),
    path("patient/harm/", own_pages.tell_harm, name="harm"),
    path("patient/messages/", views.write_message, name="messages"),
    path("patient/letters/", views.read_letter, name="letters"),
    path("patient/calendar.ics", views.give_calendar, name="calendar"),
    path("patient/consents/", own_pages.show_consents, name="consents"),
    path("patient/data/", own_pages.show_data, name="data"),
    path("patient/data/my-data.json", own_pages.give_json, name="data_json"),
    path("patient/data/my-data.html", own_pages.give_page, name="data_page"),
    path("patient/for/<str:code>/", views.show_today, name="today"),
    path("patient/for/<str:code>/practice/", session_pages.do_practice, name="practice"),
    path("patient/for/<str:code>/harm/", own_pages.tell_harm, name="harm"),
    path("patient/for/<str:code>/messages/", views.write_message, name="messages"),
]
