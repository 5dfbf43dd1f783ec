"""The door to the clinic and the patient: a Django project whose store keeps the record's events."""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from backloop.web.clinics import Clinic
    from backloop.web.settings.clinic_settings import ClinicSettings, Mail, SignInService, read_settings

__all__ = ["Clinic", "ClinicSettings", "Mail", "SignInService", "read_settings"]

_MODULES = {
    "Clinic": "clinics",
    "ClinicSettings": "settings.clinic_settings",
    "Mail": "settings.clinic_settings",
    "SignInService": "settings.clinic_settings",
    "read_settings": "settings.clinic_settings",
}


def __getattr__(name: str) -> Any:  # noqa: ANN401 - whatever the module holds
    if name not in _MODULES:
        message = f"module 'backloop.web' has no attribute '{name}'; it offers {', '.join(__all__)}"
        raise AttributeError(message)
    return getattr(import_module(f"backloop.web.{_MODULES[name]}"), name)


def __dir__() -> list[str]:
    return __all__
