"""The addresses of tokens and of the API.

Decides their paths and names.
"""

from django.urls import path

from backloop.web.api import views
from backloop.web.api.endpoints import api

__all__ = ["urlpatterns"]

urlpatterns = [
    path("me/tokens/", views.show_tokens, name="api_tokens"),
    path("me/tokens/<int:number>/end/", views.end_one, name="api_end_token"),
    path("api/", api.urls),
]
