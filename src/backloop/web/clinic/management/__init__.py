"""What an administrator can start from the shell."""

__all__: list[str] = []
