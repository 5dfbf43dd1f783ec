"""The forms of a site's administration: a role, a team, an invitation, a study.

Decides what is asked; only the administrator's own sites and studies can be chosen.
"""

from typing import Any

from django import forms
from django.core.validators import RegexValidator

from backloop.units import Text
from backloop.web.look.wordings import lazy_text, say_now
from backloop.web.people.models import Account, CareTeam, Patient, Site, Study
from backloop.web.people.roles import ROLES, Role
from backloop.web.people.scopes import patients_for
from backloop.web.research.governing import GRANTABLE, administered_sites, administered_studies

__all__ = ["InvitationForm", "RoleForm", "StudyForm", "TeamForm"]

_ROLE = Text(en="Role", zh="角色")
_SITE = Text(en="Site", zh="机构")
_STUDY = Text(en="Study (trial roles only)", zh="研究（仅试验角色）")
_TEAM = Text(en="Care team (clinicians only)", zh="诊疗团队（仅临床医师）")
_CODE = Text(en="Code of the patient (patients and helpers only)", zh="患者编码（仅患者与协助者）")
_SHORT = Text(en="Short name", zh="简称")
_LETTERS = Text(en="Small letters, digits and hyphens.", zh="仅限小写字母、数字与连字符。")
_TITLE_EN = Text(en="Title in English", zh="英文名称")
_TITLE_ZH = Text(en="Title in Chinese", zh="中文名称")
_SITES = Text(en="Sites", zh="参与机构")
_BLINDED = Text(en="Care teams do not know the arm either", zh="诊疗团队同样对组别设盲")
_TAKEN = Text(en="There is a study of this name.", zh="已有同名研究。")
_NOBODY = Text(en="No patient of your sites has this code.", zh="您所在机构没有此编码的患者。")

_slug = RegexValidator(r"^[a-z0-9][a-z0-9-]*$", lazy_text(_LETTERS))


class _SiteChoice(forms.ModelChoiceField):  # type: ignore[type-arg]
    def label_from_instance(self, obj: Any) -> str:  # noqa: ANN401 - Django's own name
        return say_now(obj.name)


class _StudyChoice(forms.ModelChoiceField):  # type: ignore[type-arg]
    def label_from_instance(self, obj: Any) -> str:  # noqa: ANN401
        return say_now(obj.title)


class _SitesChoice(forms.ModelMultipleChoiceField):  # type: ignore[type-arg]
    def label_from_instance(self, obj: Any) -> str:  # noqa: ANN401
        return say_now(obj.name)


class RoleForm(forms.Form):
    """Ask for a role and where it is given."""

    role = forms.TypedChoiceField(
        label=lazy_text(_ROLE), coerce=Role, choices=[(role.value, lazy_text(ROLES[role].title)) for role in GRANTABLE]
    )
    site = _SiteChoice(label=lazy_text(_SITE), queryset=Site.objects.none(), empty_label=None)
    study = _StudyChoice(label=lazy_text(_STUDY), queryset=Study.objects.none(), required=False)

    def __init__(self, *arguments: Any, admin: Account, **rest: Any) -> None:  # noqa: ANN401
        super().__init__(*arguments, **rest)
        self.fields["site"].queryset = administered_sites(admin)  # type: ignore[attr-defined]
        self.fields["study"].queryset = administered_studies(admin)  # type: ignore[attr-defined]


class InvitationForm(RoleForm):
    """Ask whom an invitation is for."""

    role = forms.TypedChoiceField(
        label=lazy_text(_ROLE),
        coerce=Role,
        choices=[(role.value, lazy_text(rule.title)) for role, rule in ROLES.items()],
    )
    team = forms.ModelChoiceField(label=lazy_text(_TEAM), queryset=CareTeam.objects.none(), required=False)
    patient = forms.CharField(label=lazy_text(_CODE), max_length=16, required=False)

    def __init__(self, *arguments: Any, admin: Account, **rest: Any) -> None:  # noqa: ANN401
        super().__init__(*arguments, admin=admin, **rest)
        self.admin = admin
        teams = CareTeam.objects.filter(site__in=administered_sites(admin)).select_related("site")
        self.fields["team"].queryset = teams  # type: ignore[attr-defined]

    def clean_patient(self) -> Patient | None:
        """Find the patient among those of the administrator's sites."""
        code = str(self.cleaned_data["patient"]).strip().upper()
        if not code:
            return None
        found = patients_for(self.admin, role=Role.SITE_ADMIN).filter(code=code).first()
        if found is None:
            raise forms.ValidationError(lazy_text(_NOBODY))
        return found


class TeamForm(forms.Form):
    """Ask for a new team."""

    site = _SiteChoice(label=lazy_text(_SITE), queryset=Site.objects.none(), empty_label=None)
    slug = forms.CharField(label=lazy_text(_SHORT), help_text=lazy_text(_LETTERS), max_length=40, validators=[_slug])

    def __init__(self, *arguments: Any, admin: Account, **rest: Any) -> None:  # noqa: ANN401
        super().__init__(*arguments, **rest)
        self.fields["site"].queryset = administered_sites(admin)  # type: ignore[attr-defined]


class StudyForm(forms.Form):
    """Ask for a new study."""

    slug = forms.CharField(label=lazy_text(_SHORT), help_text=lazy_text(_LETTERS), max_length=40, validators=[_slug])
    title_en = forms.CharField(label=lazy_text(_TITLE_EN), max_length=200)
    title_zh = forms.CharField(label=lazy_text(_TITLE_ZH), max_length=200)
    sites = _SitesChoice(label=lazy_text(_SITES), queryset=Site.objects.none(), widget=forms.CheckboxSelectMultiple)
    clinicians_blinded = forms.BooleanField(label=lazy_text(_BLINDED), required=False, initial=True)

    def __init__(self, *arguments: Any, admin: Account, **rest: Any) -> None:  # noqa: ANN401
        super().__init__(*arguments, **rest)
        self.fields["sites"].queryset = administered_sites(admin)  # type: ignore[attr-defined]

    def clean_slug(self) -> str:
        """Refuse a name that is taken."""
        if Study.objects.filter(slug=self.cleaned_data["slug"]).exists():
            raise forms.ValidationError(lazy_text(_TAKEN))
        return str(self.cleaned_data["slug"])
