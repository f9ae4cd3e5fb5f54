"""Telling prose from code in a Markdown cell, so that no transformation touches a code block."""

import re

FENCE = re.compile(r"^[\s>]*(?P<mark>`{3,}|~{3,})(?P<info>[^`]*)$")


def code_lines(lines: list[str]) -> list[bool]:
    """Say for each line whether it belongs to a fenced code block, the fences included.

    >>> code_lines(["a", "```python", "x = 1", "```", "b"])
    [False, True, True, True, False]
    """
    flags, opened = [], ""
    for line in lines:
        match = FENCE.match(line)
        if not opened:
            opened = match["mark"] if match else ""
            flags.append(bool(match))
            continue
        flags.append(True)
        closes = match and not match["info"].strip() and match["mark"].startswith(opened)
        if closes:
            opened = ""
    return flags


def fence_for(body: str, mark: str = ":") -> str:
    """Give a fence longer than any run of `mark` in `body`, at least three long.

    >>> fence_for("a"), fence_for(":::{note}")
    (':::', '::::')
    """
    runs = re.findall(f"{re.escape(mark)}{{3,}}", body)
    return mark * max([3, *(len(run) + 1 for run in runs)])


def indented(body: str, indent: str) -> str:
    """Put `indent` before each line of `body` that is not empty."""
    return "\n".join(indent + line if line else line for line in body.split("\n"))
