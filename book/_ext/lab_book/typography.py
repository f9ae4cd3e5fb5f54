"""Keep a full stop on the line of the formula before it."""

import re

from docutils import nodes

CLOSING = re.compile(r"""^[.,;:!?)\]'"\u2019\u201d]+""")


def closing_marks(text: str) -> str:
    """Give the punctuation that a text begins with.

    >>> closing_marks("), then"), closing_marks(" and")
    ('),', '')
    """
    match = CLOSING.match(text)
    return match[0] if match else ""


def tie_punctuation(app, doctree):
    """Put each formula in a line, and the punctuation behind it, into one unbreakable piece.

    A browser may break a line after a formula, because MathJax makes it a box.
    """
    for math in list(doctree.findall(nodes.math)):
        parent = math.parent
        at = parent.index(math)
        after = parent[at + 1] if at + 1 < len(parent) else None
        marks = closing_marks(after.astext()) if isinstance(after, nodes.Text) else ""
        if not marks:
            continue
        rest = nodes.Text(after.astext()[len(marks) :])
        tied = nodes.inline("", "", math.deepcopy(), nodes.Text(marks), classes=["lab-tied"])
        parent[at : at + 2] = [tied, rest] if rest.astext() else [tied]


def connect(app):
    """Connect to Sphinx."""
    app.connect("doctree-read", tie_punctuation)
