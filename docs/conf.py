"""The site: ``nox -s site`` builds it, with warnings as errors."""

import os
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

import reference
from docutils.nodes import SkipNode
from latex2mathml.converter import convert
from phonokit import __version__

project = "phonokit"
copyright = "the authors of phonokit"
release = version = __version__

extensions = [
    "myst_nb",
    "sphinx.ext.autodoc",
    "sphinx.ext.napoleon",
    "sphinx_copybutton",
    "sphinx_design",
]
nitpicky = False

# Pages are Markdown; what is executed stands in cells.
myst_enable_extensions = ["dollarmath", "deflist", "colon_fence"]
myst_heading_anchors = 3
myst_url_schemes = ["http", "https", "mailto"]
# Links to files of the repository are no pages; words of types, as "arrays", are no names.
suppress_warnings = ["myst.xref_missing", "ref.python"]
nb_execution_mode = "force"
nb_execution_in_temp = True
nb_execution_timeout = 300
nb_execution_raise_on_error = True
nb_merge_streams = True
# Cells start from a copy of the examples; see the hidden first cell of each page.
os.environ["PHONO_ROOT"] = str(Path(__file__).parents[1])
os.environ["PATH"] = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
# No bars that move: each of their frames would be a line of the page.
os.environ |= {"COLUMNS": "84", "TTY_INTERACTIVE": "0", "NO_COLOR": "1"}

napoleon_google_docstring = False
napoleon_use_rtype = False
autodoc_typehints = "none"
autodoc_member_order = "bysource"

# Options begin with two dashes, which are no dash of a sentence.
smartquotes = False

# Browsers draw formulas themselves: nothing is loaded from elsewhere.
html_math_renderer = "mathml"
html_theme = "pydata_sphinx_theme"
html_title = "phonokit"
html_show_sourcelink = False
# Pages that are in no section have no navigation of one.
html_sidebars = {
    page.stem: []
    for page in Path(__file__).parent.glob("*.md")
    if not page.with_suffix("").is_dir()
}
html_sidebars |= {f"generated/{name}": [] for name in ("commands", "files")}
html_theme_options = {
    "show_toc_level": 2,
    "navigation_with_keys": False,
    "secondary_sidebar_items": ["page-toc"],
    "show_prev_next": True,
}


def inline_math(translator, node):
    """Write a formula within a line as MathML."""
    translator.body.append(convert(node.astext()))
    raise SkipNode


def display_math(translator, node):
    """Write a formula of its own line as MathML."""
    formula = convert(node.astext(), display="block")
    translator.body.append(f'<div class="math">{formula}</div>')
    raise SkipNode


def setup(app):
    """Write the pages that are made from the programs themselves."""
    app.add_html_math_renderer("mathml", (inline_math, None), (display_math, None))
    app.connect("builder-inited", lambda app: reference.write(Path(app.srcdir)))
