"""`<details><summary>` blocks become dropdowns, with Markdown, mathematics and code inside."""

import re

from .prose import code_lines, fence_for, indented

OPEN = re.compile(
    r"^(?P<indent> *)<details(?P<open> open)?>\s*<summary>(?P<title>.*?)</summary>\s*$"
)
TAGS = [(re.compile(r"</?code>"), "`"), (re.compile(r"</?(b|strong)>"), "**")]


def dropdowns(text: str) -> str:
    r"""Turn each folded block of a Markdown text into a dropdown; an unclosed one is kept as it is.

    >>> print(dropdowns("<details><summary>Answer</summary>\n\n$x = 2$\n\n</details>"))
    :::{dropdown} Answer
    <BLANKLINE>
    $x = 2$
    <BLANKLINE>
    :::
    """
    lines = one_tag_a_line(text).split("\n")
    in_code = code_lines(lines)
    out, at = [], 0
    while at < len(lines):
        match = None if in_code[at] else OPEN.match(lines[at])
        end = closing(lines, in_code, at) if match else None
        if end is None:
            out.append(lines[at])
            at += 1
            continue
        indent = match["indent"]
        body = [line.removeprefix(indent) for line in lines[at + 1 : end]]
        out.append(indented(dropdown(match, dropdowns("\n".join(body))), indent))
        at = end + 1
    return "\n".join(out)


def dropdown(match: re.Match, inner: str) -> str:
    """Write one dropdown directive."""
    title = match["title"].strip()
    for tag, mark in TAGS:
        title = tag.sub(mark, title)
    fence = fence_for(inner)
    option = ":open:\n" if match["open"] else ""
    return f"{fence}{{dropdown}} {title}\n{option}{inner}\n{fence}"


def closing(lines: list[str], in_code: list[bool], start: int) -> int | None:
    """Find the line whose `</details>` closes the block opened on line `start`."""
    depth = 0
    for at in range(start, len(lines)):
        if in_code[at]:
            continue
        depth += lines[at].count("<details") - lines[at].count("</details>")
        if depth == 0:
            return at
    return None


def one_tag_a_line(text: str) -> str:
    """Bring the ways of writing a folded block to one: opening line, content, closing line."""
    lines = text.split("\n")
    out = []
    for line, code in zip(lines, code_lines(lines), strict=True):
        if code:
            out.append(line)
            continue
        indent = line[: len(line) - len(line.lstrip())]
        if out and re.fullmatch(r" *<details( open)?>\s*", out[-1]) and "<summary>" in line:
            line = out.pop().rstrip() + line.strip()
        line = re.sub(r"(<details.*</summary>)\s*(?=\S)", rf"\1\n\n{indent}", line)
        line = re.sub(r"(?<=\S)\s*</details>", rf"\n\n{indent}</details>", line)
        out.extend(line.split("\n"))
    return "\n".join(out)
