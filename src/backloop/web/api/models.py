"""The table of API tokens: whose, for what, until when.

Decides what is kept of a token: its fingerprint, never the token.
"""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils import timezone

__all__ = ["ApiToken"]


class ApiToken(models.Model):
    """A key with which a program acts in the name of an account, within its rights and these scopes."""

    SCOPES: ClassVar[list[tuple[str, str]]] = [("read", "read"), ("write", "read and write")]

    account = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="tokens")
    name = models.CharField(max_length=80)
    fingerprint = models.CharField(max_length=64, unique=True)
    scope = models.CharField(max_length=8, choices=SCOPES, default="read")
    made_at = models.DateTimeField(default=timezone.now)
    expires_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)
    used_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return f"{self.name} ({self.scope})"

    @property
    def is_good(self) -> bool:
        """Whether it may still be used."""
        return self.ended_at is None and self.expires_at > timezone.now()
