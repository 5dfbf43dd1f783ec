"""The addresses of the pages everybody has.

Decides their paths and names.
"""

from django.urls import path

from backloop.web.people import views

__all__ = ["urlpatterns"]

urlpatterns = [
    path("", views.home, name="home"),
    path("me/", views.my_account, name="my_account"),
    path("join/<str:token>/", views.join, name="join"),
    path("alive/", views.alive, name="alive"),
]
