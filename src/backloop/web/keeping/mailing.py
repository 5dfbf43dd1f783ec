"""A mail that something new is there: never what it is, and only to somebody who agreed to be contacted.

Decides when such a mail goes out. Without a mail server in the settings none does, which is how a clinic begins.
"""

import logging
from smtplib import SMTPException

from django.core.mail import EmailMessage
from django_tasks import task

from backloop.units import Text
from backloop.web.keeping.exporting import agrees
from backloop.web.people.models import Patient
from backloop.web.settings.starting import this_clinic
from backloop.web.store.identities import identity_of

__all__ = ["post_notice", "tell_by_mail"]

_log = logging.getLogger("backloop.web.keeping")
_TITLE = Text(en="Something new for you at {name}", zh="{name}有新内容等您查看")
_WORDS = Text(
    en="There is something new for you. Sign in to read it:\n\n{origin}\n\nThis mail says nothing about your health on "
    "purpose, and nobody reads answers to it. You can end such mails on the page of consents.",
    zh="有新内容等您查看，请登录阅读：\n\n{origin}\n\n为保护隐私，本邮件不含任何健康信息；请勿回复。如不愿再收到，可在“同意事项”页面撤回。",
)


def tell_by_mail(patient: Patient) -> None:
    """Let a patient be told by mail, in the background, that something new is there; where that is wanted and possible.

    Parameters
    ----------
    patient : Patient
        Whom.
    """
    if this_clinic().mail is not None and this_clinic().origin and agrees(patient.code, "contact"):
        post_notice.enqueue(patient.code)


@task()
def post_notice(code: str) -> bool:
    """Send the mail; say whether it left.

    Parameters
    ----------
    code : str
        The patient's code, which the mail does not hold.

    Returns
    -------
    bool
        False where there is no address, the consent was withdrawn meanwhile, or the mail server refused.
    """
    clinic, patient = this_clinic(), Patient.objects.select_related("account").get(code=code)
    address = identity_of(code).get("email", "")
    if clinic.mail is None or not address or not agrees(code, "contact"):
        return False
    lang = patient.account.lang if patient.account else clinic.language
    title, words = _TITLE.say(lang).format(name=clinic.name), _WORDS.say(lang).format(origin=clinic.origin)
    headers = {"Auto-Submitted": "auto-generated", "X-Auto-Response-Suppress": "All"}
    try:
        return bool(EmailMessage(title, words, clinic.mail.sender, [address], headers=headers).send())
    except (SMTPException, OSError) as error:
        # The error itself may repeat the address.
        _log.warning("a notice could not be mailed: %s; look at [mail] in the settings", type(error).__name__)
        return False
