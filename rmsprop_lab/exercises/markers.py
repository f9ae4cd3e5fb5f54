"""Markers: which lines of a cell are the solution, and what stands there instead.

Code:      ### BEGIN SOLUTION ... ### STUB ... ### END SOLUTION
Markdown:  <!-- BEGIN SOLUTION --> ... <!-- STUB --> ... <!-- END SOLUTION -->

The stub part is optional. In code its lines are comments, so that the source runs as it stands;
the student gets them without the "# ". Code without a stub part leaves `...`, or `return ...`
where the solution returned. An unknown, nested or unfinished marker is an error, never a guess.
"""

import re
from dataclasses import dataclass, field

__all__ = ["Cell", "MarkerError", "looks_like_marker", "parse"]

_EXACT = {
    "code": re.compile(r"^(\s*)### (BEGIN SOLUTION|STUB|END SOLUTION)$"),
    "markdown": re.compile(r"^(\s*)<!-- (BEGIN SOLUTION|STUB|END SOLUTION) -->$"),
}
#: Anything that might have been meant as a marker, however it is spelt.
_SUSPECT = re.compile(
    r"(?:\#{2,}|<!--)\s*(?:begin|end|stub|hidden|solution)\b"
    r"|\b(?:begin|end)[\s_-]*(?:hidden[\s_-]*tests?|solutions?)\b"
    r"|\#\s*(?:stub|solution)\s*:?\s*$",
    re.IGNORECASE | re.MULTILINE,
)
_MOVES = {
    ("text", "BEGIN SOLUTION"): "solution",
    ("solution", "STUB"): "stub",
    ("solution", "END SOLUTION"): "text",
    ("stub", "END SOLUTION"): "text",
}


class MarkerError(ValueError):
    """A marker is unknown, out of place or unfinished."""


def looks_like_marker(text):
    """Whether a text holds a marker, or something that was meant as one.

    >>> looks_like_marker("x = 1  # begin solution"), looks_like_marker("the solution begins")
    (True, False)
    """
    return bool(_SUSPECT.search(text))


@dataclass
class Cell:
    """A parsed cell: the student's lines, the solved lines, and the lines that are secret."""

    student: list = field(default_factory=list)
    solved: list = field(default_factory=list)
    secret: list = field(default_factory=list)


def parse(text, kind="code", where="the cell"):
    r"""The student's and the solved version of a cell, and the lines only the latter has.

    kind: "code" or "markdown". where: named in errors. Raises MarkerError with the line.

    >>> cell = parse("def f():\n    ### BEGIN SOLUTION\n    return 1\n    ### END SOLUTION")
    >>> cell.student, cell.solved
    (['def f():', '    return ...'], ['def f():', '    return 1'])
    """
    cell, part, solution, stub = Cell(), "text", [], None
    for number, line in enumerate(text.splitlines(), 1):
        here = f"{where}, line {number}"
        found = _EXACT[kind].match(line)
        if found is None:
            if looks_like_marker(line):
                raise MarkerError(f"{here}: {line.strip()!r} is not a marker of {kind}; the "
                                  "markers are BEGIN SOLUTION, STUB and END SOLUTION")
            into = {"text": (cell.student, cell.solved), "stub": (stub,),
                    "solution": (solution, cell.solved, cell.secret)}
            for lines in into[part]:
                lines.append(line)
            continue
        indent, word = found.groups()
        if (part, word) not in _MOVES:
            raise MarkerError(f"{here}: {word} cannot stand here")
        if word == "BEGIN SOLUTION":
            solution, stub = [], None
        elif word == "STUB":
            stub = []
        else:
            if not any(s.strip() for s in solution):
                raise MarkerError(f"{here}: the solution is empty")
            cell.student += _stub(solution, stub, indent, kind, here)
        part = _MOVES[part, word]
    if part != "text":
        raise MarkerError(f"{where}: END SOLUTION is missing")
    return cell


def _stub(solution, stub, indent, kind, where):
    """The lines that replace a solution."""
    if kind == "markdown":
        return stub or []
    if stub is None:
        returns = any(s.startswith(f"{indent}return ") for s in solution)
        return [f"{indent}return ..." if returns else f"{indent}..."]
    for line in stub:
        if line.strip() and not line.startswith(f"{indent}# "):
            raise MarkerError(f"{where}: a stub line of code begins with '{indent}# ': {line!r}")
    return [indent + line[len(indent) + 2:] if line.strip() else "" for line in stub]
