"""Who works with the clinic and what each may see: accounts, roles, care teams, sites, studies, invitations."""

__all__: list[str] = []
