"""Sources: the exercises as they are written, with their solutions, and where they are kept.

In a checkout they stand in lessons/exercises; an installed package carries them as its own data.
Jupytext writes the files; what is read here is the part of its MyST format that they use.
"""

import json
import re
from dataclasses import dataclass
from pathlib import Path

from rmsprop_lab.exercises import markers

__all__ = ["SourceCell", "SourceMissing", "find", "read_cells", "solution"]

PACKAGE = Path(__file__).resolve().parent
#: Where sources are looked for, in this order.
PLACES = (PACKAGE.parents[1] / "lessons" / "exercises", PACKAGE / "sources")

_FENCE = re.compile(r"^(`{3,})\{code-cell\}")
_OPTION = re.compile(r"^:([A-Za-z_-]+):\s*(.*)$")


class SourceMissing(FileNotFoundError):
    """The exercises' source is neither in a checkout nor in the installed package."""


@dataclass(frozen=True)
class SourceCell:
    """One cell of a source. kind: "code" or "markdown"; exercise: a name or an empty string."""

    kind: str
    exercise: str
    text: str


def find(stem, places=None):
    """The path of an exercise source, by its stem such as "04_rmsprop".

    Raises SourceMissing, naming where it was looked for.
    """
    places = PLACES if places is None else places
    for place in places:
        path = Path(place) / f"{stem}.md"
        if path.is_file():
            return path
    looked = " or ".join(str(place) for place in places)
    raise SourceMissing(f"no {stem}.md in {looked}; install the package again, or use a checkout")


def read_cells(text):
    r"""The cells of a source in jupytext's MyST Markdown, without its header.

    >>> read_cells("# Title\n\n```{code-cell} ipython3\n:exercise: f\n\nf = 1\n```\n")[1].exercise
    'f'
    """
    lines = text.splitlines()
    if lines and lines[0] == "---":
        lines = lines[lines.index("---", 1) + 1:]
    cells, markdown, name, at = [], [], "", 0
    while at < len(lines):
        fence = _FENCE.match(lines[at])
        if fence:
            _close(cells, markdown, name)
            end = lines.index(fence[1], at)
            cells.append(_code_cell(lines[at + 1:end]))
            markdown, name, at = [], "", end + 1
        elif lines[at].startswith("+++"):
            _close(cells, markdown, name)
            rest = lines[at][3:].strip()
            markdown, name, at = [], json.loads(rest).get("exercise", "") if rest else "", at + 1
        else:
            markdown.append(lines[at])
            at += 1
    _close(cells, markdown, name)
    return cells


def _close(cells, markdown, name):
    text = "\n".join(markdown).strip("\n")
    if text:
        cells.append(SourceCell("markdown", name, text))


def _code_cell(lines):
    if lines and lines[0].strip() == "---":
        raise ValueError("a cell's options are written ':name: value', one a line, not as a block")
    options, at = {}, 0
    while at < len(lines) and (found := _OPTION.match(lines[at])):
        options[found[1]] = found[2]
        at += 1
    return SourceCell("code", options.get("exercise", ""), "\n".join(lines[at:]).strip("\n"))


def solution(stem, name, places=None):
    """The solution of one exercise: its answer cells, solved, as SourceCells without markers.

    Raises SourceMissing if there is no such source, KeyError if it has no such exercise.
    """
    own = [
        SourceCell(c.kind, name, "\n".join(markers.parse(c.text, c.kind).solved))
        for c in read_cells(find(stem, places).read_text("utf-8"))
        if c.exercise == name
    ]
    if not own:
        raise KeyError(f"{stem}.md has no cell of the exercise {name!r}")
    return own
