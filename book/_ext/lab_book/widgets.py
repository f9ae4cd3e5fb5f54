"""A page that holds a widget `<lab-decay>` loads its script and style; other pages load nothing."""

import re
from pathlib import Path

from docutils import nodes
from sphinx.errors import ExtensionError

ELEMENT = re.compile(r"<(lab-[a-z0-9-]+)[\s>]")
STYLE = "lab-widgets.css"
NEEDED = re.compile(r"\blab-[a-z0-9-]+\.js\b")


def elements(html: str) -> list[str]:
    """List the custom elements of the lab in a piece of HTML, each once.

    >>> elements('<lab-decay rho="0.9">text</lab-decay>')
    ['lab-decay']
    """
    return sorted(set(ELEMENT.findall(html)))


def opening_comment(script: str) -> str:
    """Give the comment a script begins with.

    >>> opening_comment("/* Needs lab-common.js before it. */ run()")
    '/* Needs lab-common.js before it. '
    """
    return script.partition("*/")[0] if script.lstrip().startswith("/*") else ""


def scripts(name: str, folder: Path, seen: tuple = ()) -> list[str]:
    """List the scripts a page must load for the script `name`, in order, itself last.

    A script names the others it needs in its opening comment. Raises an error for a missing file.
    """
    path = folder / name
    if not path.is_file():
        raise ExtensionError(f"the book has no script {path}: write it, or correct the element")
    needed = NEEDED.findall(opening_comment(path.read_text(encoding="utf-8")))
    out = []
    for other in needed:
        if other != name and other not in seen:
            out += [one for one in scripts(other, folder, (*seen, name)) if one not in out]
    return [*out, name]


def add_scripts(app, pagename, templatename, context, doctree):
    """Add to one page the scripts of its widgets."""
    if doctree is None:
        return
    html = "".join(node.astext() for node in doctree.findall(nodes.raw))
    folder = Path(app.srcdir) / app.config.lab_widgets
    added = []
    if elements(html) and (folder / STYLE).is_file():
        app.add_css_file(STYLE)
    for element in elements(html):
        for name in scripts(f"{element}.js", folder):
            if name not in added:
                app.add_js_file(name)
                added.append(name)


def connect(app):
    """Connect to Sphinx."""
    app.add_config_value("lab_widgets", "book/_static", "html", [str])
    app.connect("html-page-context", add_scripts)
