"""The `dropdown` directive: an element that folds, whose title and content are ordinary text."""

from docutils import nodes
from docutils.parsers.rst import directives
from sphinx.util.docutils import SphinxDirective


class fold(nodes.General, nodes.Element):
    """A block that the reader can open."""


class fold_title(nodes.General, nodes.TextElement):
    """The line that is always seen."""


class Dropdown(SphinxDirective):
    """A folded block: the argument is its title, `open` shows it at once."""

    required_arguments = 1
    final_argument_whitespace = True
    has_content = True
    option_spec = {"open": directives.flag}

    def run(self):
        """Return the block with its parsed title and content."""
        block = fold(open="open" in self.options)
        title, messages = self.state.inline_text(self.arguments[0], self.lineno)
        block += fold_title("", "", *title)
        self.state.nested_parse(self.content, self.content_offset, block)
        return [block, *messages]


def enter(translator, node):
    """Begin the block."""
    translator.body.append(f'<details class="fold"{" open" if node["open"] else ""}>\n')


def leave(translator, node):
    """End the block and the content that follows its title."""
    translator.body.append("</div>\n</details>\n")


def enter_title(translator, node):
    """Begin the title."""
    translator.body.append("<summary>")


def leave_title(translator, node):
    """End the title; what comes next is the content."""
    translator.body.append('</summary>\n<div class="fold-content">\n')


def plain(translator, node):
    """Elsewhere than on a page the block stands open, and needs no mark."""


def connect(app):
    """Connect to Sphinx."""
    others = {name: (plain, plain) for name in ("latex", "text", "man", "texinfo")}
    app.add_node(fold, html=(enter, leave), **others)
    app.add_node(fold_title, html=(enter_title, leave_title), **others)
    app.add_directive("dropdown", Dropdown)
