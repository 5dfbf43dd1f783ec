"""The forms of the clinician's pages.

Decides what is asked and checked; what becomes of it is decided by the views.
"""

from typing import Any

from django import forms
from django.db.models import QuerySet

from backloop.record import Participant
from backloop.units import Text
from backloop.web.look.wordings import lazy_text, say_now
from backloop.web.people.models import Account, CareTeam, Site
from backloop.web.people.scopes import patients_for, sites_for
from backloop.web.store.identities import IDENTITY_FIELDS, find_subjects

__all__ = [
    "PURPOSES",
    "CloseForm",
    "ConsentForm",
    "IdentityForm",
    "MessageForm",
    "NewPatientForm",
    "SiteChoice",
    "TeamChoice",
    "VisitForm",
]

PURPOSES = {
    "care": Text(en="Treatment and the keeping of this record", zh="诊疗及保存本病历"),
    "research": Text(en="Use of the data for research, without name", zh="去标识后用于研究"),
    "contact": Text(en="Being contacted about follow-up", zh="联系随访"),
}
"""What consent is asked for, one by one."""

_LABELS = {
    "name": Text(en="Name", zh="姓名"),
    "phone": Text(en="Telephone", zh="电话"),
    "id_number": Text(en="Identity card number", zh="身份证件号码"),
    "email": Text(en="Email", zh="电子邮箱"),
    "address": Text(en="Address", zh="住址"),
    "birth_date": Text(en="Date of birth", zh="出生日期"),
    "record_number": Text(en="Hospital record number", zh="病历号"),
}
_SEXES = [
    ("", Text(en="not stated", zh="未说明")),
    ("female", Text(en="female", zh="女")),
    ("male", Text(en="male", zh="男")),
    ("other", Text(en="other", zh="其他")),
]
_LANGUAGES = [("zh-Hans", Text(en="Chinese", zh="中文")), ("en", Text(en="English", zh="英文"))]
_UNIQUE = ("id_number", "phone", "record_number")
_FORM = Text(en="Form that was signed (name or number)", zh="所签知情同意书的名称或编号")
_SENT = Text(en="Known already as {code}. Open that patient, or tick below that this is somebody else.",
             zh="已有相同信息的患者：{code}。请打开该患者，或在下方确认此为另一人。")  # fmt: skip
_NEED_FORM = Text(en="Name the form that was signed.", zh="请填写所签知情同意书的名称或编号。")
_NEED_CARE = Text(
    en="Without consent to care no record can be kept here. Ask again, or do not enter the person.",
    zh="未同意诊疗则不能在此建立病历。请再次征求同意，否则不要录入。",
)
_NEED_TEAM = Text(
    en="Choose at least one of your own teams, or you could not open this patient.",
    zh="请至少选择一个您所在的团队，否则您将无法打开该患者。",
)
_OTHER_SITE = Text(en="This team belongs to another site.", zh="该团队属于其他机构。")


class SiteChoice(forms.ModelChoiceField):  # type: ignore[type-arg]
    """Choose a site by its name in the reader's language."""

    def label_from_instance(self, obj: Site) -> str:
        """Give the site's name."""
        return say_now(obj.name)


class TeamChoice(forms.ModelMultipleChoiceField):  # type: ignore[type-arg]
    """Choose care teams; each is named with its site."""

    def label_from_instance(self, obj: CareTeam) -> str:
        """Give the team's name and the site's."""
        return f"{obj.slug} · {say_now(obj.site.name)}"


class IdentityForm(forms.Form):
    """Ask for the direct identifiers; an emptied field is removed."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401 - as Django's forms take them
        super().__init__(*args, **kwargs)
        for name in IDENTITY_FIELDS:
            kind = {"birth_date": "date", "email": "email", "phone": "tel"}.get(name, "text")
            attributes = {"autocomplete": "off", "type": kind}
            self.fields[name] = forms.CharField(
                label=lazy_text(_LABELS[name]),
                required=False,
                max_length=200,
                widget=forms.TextInput(attrs=attributes),
            )


class NewPatientForm(IdentityForm):
    """Ask who a new patient is, who cares for them, and what they agreed to."""

    site = SiteChoice(Site.objects.none(), label=lazy_text(Text(en="Site", zh="机构")), empty_label=None)
    teams = TeamChoice(
        CareTeam.objects.none(),
        label=lazy_text(Text(en="Care team", zh="诊疗团队")),
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": lazy_text(_NEED_TEAM), "invalid_pk_value": lazy_text(_NEED_TEAM)},
    )
    age = forms.IntegerField(
        label=lazy_text(Text(en="Age in years", zh="年龄（岁）")), min_value=0, max_value=120, required=False
    )
    sex = forms.ChoiceField(label=lazy_text(Text(en="Sex", zh="性别")), required=False)
    language = forms.ChoiceField(label=lazy_text(Text(en="Language of the questionnaires", zh="量表所用语言")))
    somebody_else = forms.BooleanField(
        label=lazy_text(Text(en="I checked: this is somebody else", zh="已核对：此为另一人")), required=False
    )

    def __init__(self, *args: Any, account: Account, **kwargs: Any) -> None:  # noqa: ANN401 - the same
        super().__init__(*args, **kwargs)
        self.account = account
        sites = sites_for(account)
        teams = CareTeam.objects.filter(site__in=sites).select_related("site").order_by("site", "slug")
        self._choose("site", sites.order_by("slug"), sites.first())
        self._choose("teams", teams, teams.filter(members=account))
        self.fields["sex"].choices = [(value, say_now(text)) for value, text in _SEXES]  # type: ignore[attr-defined]
        self.fields["language"].choices = [(tag, say_now(text)) for tag, text in _LANGUAGES]  # type: ignore[attr-defined]
        for purpose, text in PURPOSES.items():
            self.fields[f"consent_{purpose}"] = forms.BooleanField(label=lazy_text(text), required=False)
            self.fields[f"form_{purpose}"] = forms.CharField(
                label=lazy_text(_FORM), required=False, max_length=120, widget=forms.TextInput()
            )

    def consents(self) -> list[tuple[forms.BoundField, forms.BoundField]]:
        """Give the two fields of each purpose, for the page."""
        return [(self[f"consent_{purpose}"], self[f"form_{purpose}"]) for purpose in PURPOSES]

    def identifiers(self) -> list[forms.BoundField]:
        """Give the fields of the direct identifiers, for the page."""
        return [self[name] for name in IDENTITY_FIELDS]

    def participant(self, code: str) -> Participant:
        """Give what is known of the person without a name."""
        chosen = self.cleaned_data
        return Participant(
            participant_id=f"sub-{code}",
            age=chosen["age"],
            sex=chosen["sex"] or None,
            language=chosen["language"],
        )

    def clean(self) -> dict[str, Any]:
        """Check the teams, the forms of consent, and whether the person is known already."""
        found = super().clean() or {}
        site, teams = found.get("site"), list(found.get("teams") or ())
        if teams and any(team.site != site for team in teams):
            self.add_error("teams", lazy_text(_OTHER_SITE))
        elif teams and not any(team.members.filter(pk=self.account.pk).exists() for team in teams):
            self.add_error("teams", lazy_text(_NEED_TEAM))
        if not found.get("consent_care"):
            self.add_error("consent_care", lazy_text(_NEED_CARE))
        for purpose in PURPOSES:
            if found.get(f"consent_{purpose}") and not (found.get(f"form_{purpose}") or "").strip():
                self.add_error(f"form_{purpose}", lazy_text(_NEED_FORM))
        if not found.get("somebody_else"):
            self._find_doubles(found)
        return found

    def _choose(self, name: str, rows: QuerySet[Any], initial: object) -> None:
        self.fields[name].queryset = rows  # type: ignore[attr-defined]
        self.fields[name].initial = initial

    def _find_doubles(self, found: dict[str, Any]) -> None:
        for name in _UNIQUE:
            codes = find_subjects(name, found[name]) if found.get(name) else []
            known = patients_for(self.account).filter(code__in=codes).first()
            if known is not None:
                self.add_error(name, say_now(_SENT).format(code=known.code))


class ConsentForm(forms.Form):
    """Ask for a yes or no to one purpose, and the form it was given on."""

    purpose = forms.ChoiceField(choices=[(purpose, purpose) for purpose in PURPOSES])
    given = forms.ChoiceField(choices=[("yes", "yes"), ("no", "no")])
    form = forms.CharField(label=lazy_text(_FORM), max_length=120, error_messages={"required": lazy_text(_NEED_FORM)})


class VisitForm(forms.Form):
    """Ask for a visit's place: its order, week and label."""

    order = forms.IntegerField(
        label=lazy_text(Text(en="Number of the visit", zh="就诊序号")), min_value=1, max_value=999
    )
    week = forms.FloatField(
        label=lazy_text(Text(en="Week since the start of care", zh="距治疗开始的周数")),
        required=False,
        min_value=-52,
        max_value=1040,
    )
    label = forms.CharField(
        label=lazy_text(Text(en="Label, such as baseline", zh="说明，例如“基线”")), required=False, max_length=60
    )


class MessageForm(forms.Form):
    """Ask for words to the patient."""

    words = forms.CharField(
        label=lazy_text(Text(en="Message to the patient", zh="发给患者的消息")),
        max_length=8000,
        widget=forms.Textarea(attrs={"rows": 3}),
    )


class CloseForm(forms.Form):
    """Ask why an alert is closed."""

    key = forms.CharField(max_length=160)
    reason = forms.CharField(
        label=lazy_text(Text(en="What was done, and why it can be closed", zh="已采取的措施及关闭理由")),
        max_length=2000,
        min_length=3,
    )
