"""Signing in through the hospital (OpenID Connect): only with a token that was signed for us, now, by that hospital.

Decides what a token must hold before it is believed; whose account it opens is decided by `adapters`.
"""

import secrets
from typing import Any

import jwt
from allauth.socialaccount.internal import jwtkit
from allauth.socialaccount.models import SocialApp
from allauth.socialaccount.providers.oauth2.client import OAuth2Error
from allauth.socialaccount.providers.oauth2.views import OAuth2CallbackView, OAuth2LoginView, OAuth2View
from allauth.socialaccount.providers.openid_connect.views import OpenIDConnectOAuth2Adapter
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from requests import RequestException

from backloop.web.look.faults import show_closed
from backloop.web.people.guarding import open_to_all

__all__ = ["HospitalAdapter", "leave_for_hospital", "return_from_hospital"]

_SIGNED_BY = frozenset({"RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA"})
_NEEDED = ("sub", "iss", "aud", "exp", "iat", "nonce")
_WELL_KNOWN = "/.well-known/openid-configuration"


class HospitalAdapter(OpenIDConnectOAuth2Adapter):  # type: ignore[misc]
    """Believe an ID token alone: right signature, issuer, audience, time and nonce. Nothing else is asked or kept."""

    nonce = ""

    def complete_login(self, request: HttpRequest, app: Any, token: Any, **kwargs: Any) -> Any:  # noqa: ANN401, ARG002
        """Give whose sign-in this is: the hospital's own number of the person, without name or address."""
        raw = kwargs["response"].get("id_token")
        if not raw:
            message = "the hospital sent no ID token"
            raise OAuth2Error(message)
        claims = self._read(app, raw)
        return self.get_provider().sociallogin_from_response(request, {"id_token": {"sub": str(claims["sub"])}})

    def _read(self, app: Any, raw: str) -> dict[str, Any]:  # noqa: ANN401 - a service as allauth holds it
        try:
            if jwt.get_unverified_header(raw).get("alg") not in _SIGNED_BY:
                message = "the hospital's ID token is not signed by a key of its own"
                raise OAuth2Error(message)
            claims: dict[str, Any] = jwtkit.verify_and_decode(
                credential=raw,
                keys_url=self.openid_config["jwks_uri"],
                issuer=self._issuer(app),
                audience=app.client_id,
                lookup_kid=jwtkit.lookup_kid_jwk,
            )
        except (KeyError, TypeError, ValueError, jwt.PyJWTError) as error:
            message = "the hospital's ID token cannot be read"
            raise OAuth2Error(message) from error
        is_ours = bool(self.nonce) and secrets.compare_digest(str(claims.get("nonce", "")), self.nonce)
        if not is_ours or any(name not in claims for name in _NEEDED):
            message = "the hospital's ID token answers another sign-in, or leaves out what it must say"
            raise OAuth2Error(message)
        return claims

    def _issuer(self, app: Any) -> str:  # noqa: ANN401
        # Who speaks for another address than the one the clinic named is not believed (OpenID Connect Discovery 4.3).
        issuer, named = str(self.openid_config["issuer"]), app.settings["server_url"].removesuffix(_WELL_KNOWN)
        if issuer.rstrip("/") != named.rstrip("/"):
            message = "the hospital's server names another issuer than the one set up"
            raise OAuth2Error(message)
        return issuer


class _Leaving(OAuth2LoginView):  # type: ignore[misc]
    def get_provider(self) -> Any:  # noqa: ANN401
        provider, nonce = super().get_provider(), secrets.token_urlsafe(32)
        leave = provider.redirect

        def with_nonce(request: HttpRequest, process: str, **told: Any) -> HttpResponse:  # noqa: ANN401
            # The nonce stands in the state of this one attempt, and in what the hospital signs. What an address would
            # like to have asked for besides (`scope`, `auth_params`) is left out.
            kept = {name: value for name, value in told.items() if name not in {"scope", "auth_params"}}
            params = {**provider.get_auth_params(), "nonce": nonce}
            return leave(request, process, **kept, auth_params=params, nonce=nonce)  # type: ignore[no-any-return]

        provider.redirect = with_nonce
        return provider


class _Returning(OAuth2CallbackView):  # type: ignore[misc]
    def _get_state(self, request: HttpRequest, provider: Any) -> Any:  # noqa: ANN401
        state, response = super()._get_state(request, provider)
        self.adapter.nonce = (state or {}).get("nonce", "")
        return state, response


@open_to_all
def leave_for_hospital(request: HttpRequest, provider_id: str) -> HttpResponse:
    """Say where the sign-in leads, and go there when told to."""
    return _serve(request, provider_id, _Leaving)


@open_to_all
def return_from_hospital(request: HttpRequest, provider_id: str) -> HttpResponse:
    """Take in what the hospital says, and sign in whoever it may be."""
    return _serve(request, provider_id, _Returning)


def _serve(request: HttpRequest, provider_id: str, view: type[OAuth2View]) -> HttpResponse:
    try:
        found: HttpResponse = view.adapter_view(HospitalAdapter(request, provider_id))(request)
    except SocialApp.DoesNotExist:
        return show_closed(request)
    except (RequestException, KeyError, OAuth2Error):
        return render(request, "socialaccount/authentication_error.html", status=502)
    return found
