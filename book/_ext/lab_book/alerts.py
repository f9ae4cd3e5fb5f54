"""`> [!NOTE]` alerts become admonitions."""

import re
from collections.abc import Callable

from .prose import code_lines, fence_for, indented

ALERT = re.compile(r"^(?P<indent> *)> ?\[!(?P<kind>NOTE|TIP|IMPORTANT|WARNING|CAUTION)\]\s*$")
TITLE = re.compile(r"\*\*(?P<title>[^*\n]+)\.\*\*\s+")


def admonitions(text: str, inside: Callable[[str], str] = str) -> str:
    r"""Turn each alert of a Markdown text into a MyST admonition; everything else is kept.

    The alert ends with the block quote. Alerts inside an alert, a list or a folded block work.
    A bold sentence at the start becomes the title; where alerts are quotes, it reads as it stands.
    `inside` transforms the text of each alert further, before its fence is chosen.

    >>> print(admonitions("> [!TIP]\n> Halve $x$."))
    :::{tip}
    Halve $x$.
    :::
    >>> print(admonitions("> [!TIP]\n> **Predict.** Halve $x$."))
    :::{admonition} Predict
    :class: tip
    <BLANKLINE>
    Halve $x$.
    :::
    """
    lines = text.split("\n")
    in_code = code_lines(lines)
    out, at = [], 0
    while at < len(lines):
        match = None if in_code[at] else ALERT.match(lines[at])
        if not match:
            out.append(lines[at])
            at += 1
            continue
        indent, quote = match["indent"], match["indent"] + ">"
        end = at + 1
        while end < len(lines) and lines[end].startswith(quote):
            end += 1
        body = [line.removeprefix(quote).removeprefix(" ") for line in lines[at + 1 : end]]
        inner = inside(admonitions("\n".join(body), inside))
        fence, head = fence_for(inner), f"{{{match['kind'].lower()}}}"
        if title := TITLE.match(inner):
            head = f"{{admonition}} {title['title']}\n:class: {match['kind'].lower()}\n"
            inner = inner[title.end() :]
        block = f"{fence}{head}\n{inner}\n{fence}"
        out.append(indented(block, indent))
        at = end
    return "\n".join(out)
