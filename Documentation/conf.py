# SPDX-License-Identifier: GPL-2.0
"""Sphinx configuration; built by tools/check/doc.sh, offline, with Debian's Sphinx."""

project = "nftsw"
copyright = "the nftsw authors"  # noqa: A001
author = "the nftsw authors"
extensions = []
master_doc = "index"
exclude_patterns = ["**/*.inc.rst"]
html_theme = "alabaster"
html_theme_options = {
    "description": "The switch chip that you can boot",
    "fixed_sidebar": True,
    "page_width": "1100px",
    "font_size": "15px",
}
html_show_sourcelink = False
html_copy_source = False
html_static_path = ["_static"]
html_css_files = ["wide.css"]
highlight_language = "none"
primary_domain = "c"
# Structures and macros stand in tables, C declarations of the tree do not.
nitpicky = False
smartquotes = False
