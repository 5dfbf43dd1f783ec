"""The addresses of the clinic: each page room adds one line here.

Decides which room answers under which path; language is a cookie, so addresses are the same in both.
"""

from django.urls import include, path
from django.views.i18n import set_language

__all__ = ["handler400", "handler403", "handler404", "handler429", "handler500", "urlpatterns"]

urlpatterns = [
    path("", include("backloop.web.people.urls")),
    path("", include("backloop.web.api.urls")),
    path("", include("backloop.web.bedside.urls")),
    path("", include("backloop.web.caring.urls")),
    path("", include("backloop.web.drawing.urls")),  # before the clinic's, which reads any word as a book
    path("", include("backloop.web.clinic.urls")),
    path("", include("backloop.web.patient.urls")),
    path("", include("backloop.web.research.urls")),
    path("account/", include("allauth.urls")),
    path("language/", set_language, name="set_language"),
]

handler400 = "backloop.web.look.faults.show_wrong"
handler403 = "backloop.web.look.faults.show_denied"
handler404 = "backloop.web.look.faults.show_missing"
handler429 = "backloop.web.look.faults.show_hurried"
handler500 = "backloop.web.look.faults.show_broken"
