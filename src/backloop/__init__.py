"""backloop closes the loop between the brain and the back.

Seven verbs, in the order of care, and the seven nouns they make::

    person ─▶ record ─▶ measure ─▶ profile ─▶ plan ─▶ train ─▶ follow ─▶ learn
                read      score      infer    prescribe schedule  review   estimate
               Record   Measures    Profile    Plan   Programme   Course   Effects

``cite`` gives the sources behind any noun, ``letter`` puts it into words for a patient or a clinician. It supports a
clinician's decision; it never diagnoses and never decides. ``estimate`` needs the extra ``learn``.
"""

from importlib import import_module
from typing import Any

__all__ = [
    "Course",
    "Effects",
    "Measures",
    "Plan",
    "Profile",
    "Programme",
    "Record",
    "__version__",
    "cite",
    "estimate",
    "infer",
    "letter",
    "prescribe",
    "read",
    "review",
    "schedule",
    "score",
]

# Where each name lives; a room is loaded only when one of its names is asked for.
_ROOMS = {
    "Course": "follow",
    "Effects": "learn",
    "Measures": "measure",
    "Plan": "plan",
    "Profile": "profile",
    "Programme": "train",
    "Record": "record",
    "cite": "library",
    "estimate": "learn",
    "infer": "profile",
    "letter": "letters",
    "prescribe": "plan",
    "read": "record",
    "review": "follow",
    "schedule": "train",
    "score": "measure",
}


def __getattr__(name: str) -> Any:  # noqa: ANN401 - the stub beside this file gives the types
    if name == "__version__":
        return import_module("importlib.metadata").version("backloop")
    if name not in _ROOMS:
        message = f"module 'backloop' has no attribute '{name}'; the doorstep offers {', '.join(__all__)}"
        raise AttributeError(message)
    return getattr(import_module(f"backloop.{_ROOMS[name]}"), name)


def __dir__() -> list[str]:
    return __all__
