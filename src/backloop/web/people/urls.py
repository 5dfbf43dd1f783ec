"""The addresses of the pages everybody has.

Decides their paths and names.
"""

from django.urls import path

from backloop.web.people import hospital, views

__all__ = ["urlpatterns"]

urlpatterns = [
    path("", views.home, name="home"),
    path("me/", views.my_account, name="my_account"),
    path("join/<str:token>/", views.join, name="join"),
    path("alive/", views.alive, name="alive"),
    # Before allauth's own, which would believe a token without its signature and nonce.
    path("account/oidc/<str:provider_id>/login/", hospital.leave_for_hospital, name="openid_connect_login"),
    path(
        "account/oidc/<str:provider_id>/login/callback/", hospital.return_from_hospital, name="openid_connect_callback"
    ),
]
