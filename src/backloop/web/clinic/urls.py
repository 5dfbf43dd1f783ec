"""The addresses of the clinician's pages.

Decides their paths and names; a patient is named by code alone.
"""

from django.urls import path

from backloop.web.clinic import list_views, patient_views, visit_views

__all__ = ["app_name", "urlpatterns"]

app_name = "clinic"

_one = "clinic/patients/<str:code>/"
_visit = f"{_one}visits/<str:session_id>/"
_book = f"{_visit}<str:book>/"

urlpatterns = [
    path("clinic/", list_views.show_worklist, name="worklist"),
    path("clinic/new/", list_views.enter_patient, name="new"),
    path(_one, patient_views.show_patient, name="patient"),
    path(f"{_one}next/", patient_views.show_next_tests, name="next"),
    path(f"{_one}close/", patient_views.close_alert, name="close"),
    path(f"{_one}message/", patient_views.send_message, name="message"),
    path(f"{_one}identity/", patient_views.edit_identity, name="identity"),
    path(f"{_one}consent/", patient_views.record_consent, name="consent"),
    path(f"{_one}invite/", patient_views.invite_person, name="invite"),
    path(f"{_one}record.json", patient_views.download_record, name="record"),
    path(f"{_one}visits/", visit_views.open_visit, name="open_visit"),
    path(_visit, visit_views.show_visit, name="visit"),
    path(_book, visit_views.show_assessment, name="assess"),
    path(f"{_book}answer/", visit_views.save_one, name="answer"),
    path(f"{_book}correct/", visit_views.correct_one, name="correct"),
]
