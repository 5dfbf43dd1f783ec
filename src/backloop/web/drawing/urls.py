"""The addresses of the pain drawing.

Decides their paths and names. They stand before the clinic's, which would read the word "drawing" as a book.
"""

from django.urls import path

from backloop.web.drawing import pages

__all__ = ["app_name", "urlpatterns"]

app_name = "drawing"

_visit = "clinic/patients/<str:code>/visits/<str:session_id>/drawing/"

urlpatterns = [
    path(_visit, pages.draw_at_visit, name="draw"),
    path(f"{_visit}result/", pages.show_at_visit, name="result"),
    path("patient/drawing/", pages.draw_own, name="own"),
    path("patient/drawing/result/", pages.show_own, name="own_result"),
]
