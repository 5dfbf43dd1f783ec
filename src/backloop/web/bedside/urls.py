"""The addresses of the guided tests, below the visit they belong to.

Decides their paths and names; a patient is named by code alone, the place on the body by ``?site=``.
"""

from django.urls import path

from backloop.web.bedside import views

__all__ = ["app_name", "urlpatterns"]

app_name = "bedside"

_test = "clinic/patients/<str:code>/visits/<str:session_id>/test/<str:book>/"

urlpatterns = [
    path(_test, views.show_test, name="test"),
    path(f"{_test}run/", views.run_test, name="run"),
    path(f"{_test}undo/", views.undo_step, name="undo"),
    path(f"{_test}result/", views.show_outcome, name="result"),
]
