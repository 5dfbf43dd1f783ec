"""How the pages are built."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

import bookpages

import backloop

project = "backloop"
author = "The backloop authors"
copyright = "2026, the backloop authors"
release = version = backloop.__version__
extensions = ["myst_parser", "sphinx.ext.autodoc", "sphinx.ext.napoleon"]
myst_enable_extensions = ["colon_fence", "deflist"]
myst_heading_anchors = 3
html_theme = "furo"
html_title = "backloop"
exclude_patterns = ["_build"]
autodoc_member_order = "bysource"
autodoc_default_options = {"members": True, "imported-members": True, "exclude-members": "model_config"}
autodoc_typehints = "description"
napoleon_use_rtype = False
suppress_warnings = ["myst.xref_missing", "ref.python"]


def setup(app: object) -> None:
    """Write the pages of the books before Sphinx reads the folder."""
    bookpages.write_pages(Path(__file__).parent / "books")
