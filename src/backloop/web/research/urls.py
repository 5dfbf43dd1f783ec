"""The addresses of research, exchange, recordings and a site's administration.

Decides their paths and names.
"""

from django.urls import path

from backloop.web.research import participant_views as people
from backloop.web.research import patient_views as patients
from backloop.web.research import site_views as site
from backloop.web.research import views

__all__ = ["app_name", "urlpatterns"]

app_name = "research"

urlpatterns = [
    path("research/", views.show_studies, name="studies"),
    path("research/<str:study>/", views.show_study, name="study"),
    path("research/<str:study>/design/", views.design, name="design"),
    path("research/<str:study>/design/freeze/", views.freeze_design, name="freeze"),
    path("research/<str:study>/list/draw/", views.draw, name="draw"),
    path("research/<str:study>/list/check/", views.check_study_list, name="check_list"),
    path("research/<str:study>/visits/", views.show_visits, name="visits"),
    path("research/<str:study>/counts/", views.show_counts, name="consort"),
    path("research/<str:study>/export/<str:form>/", views.export, name="export"),
    path("research/<str:study>/unblind/", views.unblind, name="unblind"),
    path("research/<str:study>/report/", views.report, name="report"),
    path("research/<str:study>/report/<int:number>/", views.report_page, name="report_page"),
    path("research/<str:study>/people/", people.people_of_study, name="people"),
    path("research/<str:study>/people/<str:code>/", people.participant, name="participant"),
    path("research/<str:study>/people/<str:code>/<str:state>/", people.move, name="move"),
    path("exchange/<str:code>/", patients.exchange, name="exchange"),
    path("exchange/<str:code>/out/<str:form>/", patients.take_out, name="take_out"),
    path("exchange/<str:code>/in/<int:number>/", patients.preview, name="preview"),
    path("recordings/<str:code>/", patients.send_recordings, name="recordings"),
    path("recordings/<str:code>/states/", patients.upload_states, name="upload_states"),
    path("recordings/<str:code>/<int:number>/", patients.result, name="result"),
    path("site/", site.show_accounts, name="site"),
    path("site/accounts/<int:number>/<str:deed>/", site.site_account, name="site_account"),
    path("site/roles/<int:number>/end/", site.site_grant_end, name="site_grant_end"),
    path("site/teams/", site.site_teams, name="site_teams"),
    path("site/teams/<int:number>/", site.site_team, name="site_team"),
    path("site/invitations/", site.site_invitations, name="site_invitations"),
    path("site/invitations/<int:number>/end/", site.site_invitation_end, name="site_invitation_end"),
    path("site/studies/", site.site_studies, name="site_studies"),
    path("site/readers/", site.site_readers, name="site_readers"),
    path("site/readers/<str:code>/", site.site_readers_of, name="site_readers_of"),
    path("site/audit/", site.site_audit, name="site_audit"),
]
