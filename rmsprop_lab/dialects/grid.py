"""A table of text: aligned in a terminal, HTML in a notebook."""

from dataclasses import dataclass
from html import escape

__all__ = ["Grid"]


@dataclass(frozen=True)
class Grid:
    """Rows of strings under a head.

    >>> Grid(("name", "eps"), (("TF1", "1e-10"), ("KERAS3", "1e-7")))
    name    eps
    TF1     1e-10
    KERAS3  1e-7
    """

    head: tuple
    rows: tuple

    def columns(self, *names):
        """The columns with these heads, in this order, as a Grid.

        Raises ValueError for a head that is not there.
        """
        places = [self.head.index(name) for name in names]
        return Grid(names, tuple(tuple(line[i] for i in places) for line in self.rows))

    def __repr__(self):
        lines = (self.head, *self.rows)
        widths = [max(len(line[i]) for line in lines) for i in range(len(self.head))]
        return "\n".join("  ".join(cell.ljust(width) for cell, width in zip(line, widths)).rstrip()
                         for line in lines)

    def _repr_html_(self):
        head = "".join(f'<th scope="col">{escape(cell)}</th>' for cell in self.head)
        body = "".join(
            f'<tr><th scope="row">{escape(line[0])}</th>'
            + "".join(_cell(cell) for cell in line[1:]) + "</tr>"
            for line in self.rows)
        return f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"


def _cell(text):
    """One cell; a number such as 1e-8 must not be broken at its sign."""
    style = "" if " " in text else ' style="white-space: nowrap"'
    return f"<td{style}>{escape(text)}</td>"
