"""FHIR R4: the door to hospitals. One person's care as a bundle, and a person's answers back from one."""

from backloop.fhir.bundles import make_bundle, read_bundle
from backloop.fhir.care import ConsentGiven
from backloop.fhir.questionnaires import write_questionnaire

__all__ = ["ConsentGiven", "make_bundle", "read_bundle", "write_questionnaire"]
