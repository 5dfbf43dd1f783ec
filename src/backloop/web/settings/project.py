"""What Django is told: apps, middleware, sign-in, headers and limits, all from a clinic's own settings.

Decides every Django setting; a clinic sets none of them directly.
"""

from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

from csp.constants import NONE, SELF

from backloop.web.settings.clinic_settings import ClinicSettings
from backloop.web.settings.databases import postgresql_settings, sqlite_settings
from backloop.web.settings.keyrings import Keys, read_secret

__all__ = ["APPS", "django_settings"]

APPS = (
    "backloop.web.api",
    "backloop.web.bedside",
    "backloop.web.caring",
    "backloop.web.clinic",
    "backloop.web.drawing",
    "backloop.web.look",
    "backloop.web.patient",
    "backloop.web.people",
    "backloop.web.research",
    "backloop.web.store",
)
"""Our own apps; a page room adds its name here."""

_MIDDLEWARE = (
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "backloop.web.look.closing.guard_opening",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "allauth.usersessions.middleware.UserSessionsMiddleware",
    "backloop.web.people.guarding.guard_sessions",
    "backloop.web.people.guarding.RouteGuard",
)
_THEIR_APPS = (
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.openid_connect",
    "allauth.usersessions",
    "csp",
    "django_htmx",
    "django_tasks",
    "django_tasks_db",
)


def django_settings(clinic: ClinicSettings, keys: Keys) -> dict[str, Any]:
    """Give everything Django is configured with.

    Parameters
    ----------
    clinic : ClinicSettings
        The clinic's own settings.
    keys : Keys
        Its key rings.

    Returns
    -------
    dict
        Django's settings by name; `CLINIC` and `KEYS` hold the two arguments.
    """
    return {
        "CLINIC": clinic,
        "KEYS": keys,
        **_parts(clinic),
        **_words(clinic),
        **_safety(clinic),
        **_sign_in(clinic),
    }


def _parts(clinic: ClinicSettings) -> dict[str, Any]:
    address = clinic.database_url.get_secret_value()
    processors = ("debug", "request", "i18n")
    names = [f"django.template.context_processors.{name}" for name in processors]
    names += ["django.contrib.auth.context_processors.auth", "django.contrib.messages.context_processors.messages"]
    names += ["backloop.web.look.surroundings.page_surroundings"]
    return {
        "DATABASES": {"default": postgresql_settings(address) if address else sqlite_settings(clinic.sqlite_file)},
        "DEFAULT_AUTO_FIELD": "django.db.models.BigAutoField",
        "INSTALLED_APPS": [*APPS, *_THEIR_APPS],
        "MIDDLEWARE": list(_MIDDLEWARE),
        "ROOT_URLCONF": "backloop.web.urls",
        "TEMPLATES": [
            {
                "BACKEND": "django.template.backends.django.DjangoTemplates",
                "APP_DIRS": True,
                "OPTIONS": {"context_processors": names, "builtins": ["backloop.web.look.templatetags.wording"]},
            }
        ],
        "CACHES": {"default": _counters(clinic)},
        "TASKS": {"default": {"BACKEND": "django_tasks_db.DatabaseBackend"}},
        "STATIC_URL": "/static/",
        "WHITENOISE_USE_FINDERS": True,
        "WHITENOISE_AUTOREFRESH": False,
        "WHITENOISE_ALLOW_ALL_ORIGINS": False,
        "FORM_RENDERER": "django.forms.renderers.DjangoTemplates",
        "LOGGING_CONFIG": "backloop.web.settings.logs.set_up_logs",
        "LOGGING": {"version": 1},  # Django calls the function above only where this holds something
    }


def _counters(clinic: ClinicSettings) -> dict[str, Any]:
    """Keep the counters of sign-ins and API requests; in files, because several processes count together."""
    if clinic.mode == "demo":
        return {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}
    backend = "django.core.cache.backends.filebased.FileBasedCache"
    return {"BACKEND": backend, "LOCATION": str(clinic.folder / "cache"), "OPTIONS": {"MAX_ENTRIES": 10_000}}


def _words(clinic: ClinicSettings) -> dict[str, Any]:
    return {
        "LANGUAGE_CODE": "zh-hans" if clinic.language == "zh" else "en",
        "LANGUAGES": [("zh-hans", "简体中文"), ("en", "English")],
        "LANGUAGE_COOKIE_NAME": "language",
        "LANGUAGE_COOKIE_SAMESITE": "Lax",
        "LANGUAGE_COOKIE_SECURE": clinic.secure_cookies,
        "USE_I18N": True,
        "USE_TZ": True,
        "TIME_ZONE": clinic.zone,
    }


def _safety(clinic: ClinicSettings) -> dict[str, Any]:
    own = ("script", "style", "connect", "font", "manifest", "worker", "media")
    policy = {f"{kind}-src": [SELF] for kind in own} | {
        "default-src": [NONE],
        "img-src": [SELF, "data:"],
        # A form's answer may lead on to the hospital's sign-in, and nowhere else.
        "form-action": [SELF, *dict.fromkeys(place for service in clinic.sign_in for place in service.places)],
        "frame-ancestors": [NONE],
        "base-uri": [NONE],
    }
    return {
        "SECRET_KEY": clinic.secret_key.get_secret_value() or "demo-" + "0" * 60,
        "DEBUG": clinic.debug,
        "ALLOWED_HOSTS": list(clinic.hosts),
        "CSRF_TRUSTED_ORIGINS": [clinic.origin] if clinic.origin else [],
        "CONTENT_SECURITY_POLICY": {"DIRECTIVES": policy},
        "SECURE_CONTENT_TYPE_NOSNIFF": True,
        "SECURE_REFERRER_POLICY": "same-origin",
        "SECURE_CROSS_ORIGIN_OPENER_POLICY": "same-origin",
        "X_FRAME_OPTIONS": "DENY",
        **_over_https(clinic),
        **_cookies(clinic),
        "DATA_UPLOAD_MAX_MEMORY_SIZE": 5 * 2**20,
        "DATA_UPLOAD_MAX_NUMBER_FIELDS": 2000,
        "FILE_UPLOAD_PERMISSIONS": 0o600,
        "FILE_UPLOAD_DIRECTORY_PERMISSIONS": 0o700,
        "MEDIA_ROOT": str(clinic.uploads),
    }


def _over_https(clinic: ClinicSettings) -> dict[str, Any]:
    is_https = clinic.origin.startswith("https://")
    return {
        "SECURE_HSTS_SECONDS": 31_536_000 if is_https else 0,
        # `X-Forwarded-*` is read by the server, from the proxies named alone; here it counts for nothing.
        "SECURE_PROXY_SSL_HEADER": None,
        "SECURE_SSL_REDIRECT": is_https,
        "SECURE_SSL_HOST": urlsplit(clinic.origin).netloc or None,
        "SECURE_REDIRECT_EXEMPT": [r"^alive/$"],
    }


def _cookies(clinic: ClinicSettings) -> dict[str, Any]:
    host_only = "__Host-" if clinic.secure_cookies else ""
    return {
        "SESSION_ENGINE": "django.contrib.sessions.backends.db",
        "SESSION_COOKIE_NAME": f"{host_only}session",
        "SESSION_COOKIE_SECURE": clinic.secure_cookies,
        "SESSION_COOKIE_HTTPONLY": True,
        "SESSION_COOKIE_SAMESITE": "Lax",
        "SESSION_COOKIE_AGE": clinic.absolute_hours * 3600,
        "SESSION_EXPIRE_AT_BROWSER_CLOSE": True,
        "CSRF_COOKIE_NAME": f"{host_only}csrf",
        "CSRF_COOKIE_SECURE": clinic.secure_cookies,
        "CSRF_COOKIE_HTTPONLY": True,
        "CSRF_FAILURE_VIEW": "backloop.web.look.faults.show_forged",
    }


def _sign_in(clinic: ClinicSettings) -> dict[str, Any]:
    services = [
        {
            "provider_id": service.id,
            "name": service.name,
            "client_id": service.client,
            "secret": _secret(clinic, service.client_secret_file),
            "settings": {"server_url": service.server, "oauth_pkce_enabled": True, "scope": ["openid"]},
        }
        for service in clinic.sign_in
    ]
    return {
        "AUTH_USER_MODEL": "people.Account",
        "AUTHENTICATION_BACKENDS": ["allauth.account.auth_backends.AuthenticationBackend"],
        "PASSWORD_HASHERS": ["django.contrib.auth.hashers.Argon2PasswordHasher"],
        "AUTH_PASSWORD_VALIDATORS": _password_rules(clinic.passwords),
        "LOGIN_URL": "account_login",
        "LOGIN_REDIRECT_URL": "home",
        "ACCOUNT_ADAPTER": "backloop.web.people.adapters.ClinicAccountAdapter",
        "SOCIALACCOUNT_ADAPTER": "backloop.web.people.adapters.ClinicSocialAdapter",
        "SOCIALACCOUNT_PROVIDERS": {"openid_connect": {"APPS": services}},
        "ACCOUNT_LOGIN_METHODS": {"username"},
        "ACCOUNT_SIGNUP_FIELDS": ["username*", "password1*"],
        "ACCOUNT_EMAIL_VERIFICATION": "none",
        "ACCOUNT_LOGOUT_REDIRECT_URL": "account_login",
        "ACCOUNT_LOGOUT_ON_PASSWORD_CHANGE": True,
        "ACCOUNT_SESSION_REMEMBER": False,
        "ACCOUNT_REAUTHENTICATION_REQUIRED": True,
        "ACCOUNT_RATE_LIMITS": {"login": "60/m/ip", "login_failed": "30/15m/ip,5/15m/key"},
        "USERSESSIONS_TRACK_ACTIVITY": False,
        "SOCIALACCOUNT_STORE_TOKENS": False,
        "MFA_ADAPTER": "backloop.web.people.second_factor.ClinicFactorAdapter",
        "MFA_SUPPORTED_TYPES": ["totp", "webauthn", "recovery_codes"],
        "MFA_PASSKEY_LOGIN_ENABLED": True,
        "MFA_TOTP_ISSUER": clinic.name,
        "MFA_TOTP_TOLERANCE": 1,  # half a minute, for clocks that are a little off
        "MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN": not clinic.origin.startswith("https://"),
        "MFA_ALLOW_UNVERIFIED_EMAIL": True,
        **_mail(clinic),
    }


def _password_rules(profile: str) -> list[dict[str, Any]]:
    ours = "backloop.web.people.passwords"
    theirs = "django.contrib.auth.password_validation"
    rules = [{"NAME": f"{theirs}.UserAttributeSimilarityValidator"}, {"NAME": f"{theirs}.CommonPasswordValidator"}]
    if profile == "djbh":
        return [*rules, {"NAME": f"{ours}.MixedPassword", "OPTIONS": {"shortest": 10, "kinds": 3}}]
    return [*rules, {"NAME": f"{ours}.LongPassword", "OPTIONS": {"shortest": 12}}]


def _mail(clinic: ClinicSettings) -> dict[str, Any]:
    if clinic.mail is None:
        return {"EMAIL_BACKEND": "django.core.mail.backends.dummy.EmailBackend"}
    return {
        "EMAIL_HOST": clinic.mail.host,
        "EMAIL_PORT": clinic.mail.port,
        "EMAIL_HOST_USER": clinic.mail.user,
        "EMAIL_HOST_PASSWORD": _secret(clinic, clinic.mail.password_file),
        "EMAIL_USE_TLS": True,
        "EMAIL_TIMEOUT": timedelta(seconds=20).seconds,
        "DEFAULT_FROM_EMAIL": clinic.mail.sender,
    }


def _secret(clinic: ClinicSettings, name: str) -> str:
    return read_secret(clinic.secrets_folder / name).strip() if name else ""
