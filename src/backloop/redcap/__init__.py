"""REDCap: the door to the data bases of studies. Records as a project's files, and back from an export."""

from backloop.redcap.exporting import write_project
from backloop.redcap.importing import read_project

__all__ = ["read_project", "write_project"]
