"""Leaks: whether anything in a student's notebook gives an answer away.

Every string of the notebook's file is searched, wherever it stands: sources, outputs, metadata,
attachments, ids, keys. What is looked for: lines of solutions, hints, expected numbers, markers.
Spaces, brackets, quotes and case make no difference; escapes and base64 are undone first.
"""

import base64
import binascii
import html
import json
import re
import urllib.parse
from dataclasses import dataclass
from functools import cached_property

from rmsprop_lab.exercises import markers

__all__ = ["Secrets", "find"]

#: A shorter solution line (`else:`) says nothing.
SHORTEST = 8
#: A number with fewer digits (0.75, 25) may stand anywhere; one with more is an answer.
DIGITS = 3
ALLOWED_METADATA = {"exercise", "tags"}

_NOISE = re.compile(r"[\s()\[\]{}'\"`\\#]+")
_NUMBER = re.compile(r"(?<![\w.])\d*\.?\d+(?:[eE][+-]?\d+)?(?![\w.]*\d)")
_HASH = re.compile(r"[0-9a-f]{12}|[0-9a-f]{64}")
_BASE64 = re.compile(r"[A-Za-z0-9+/_-]{16,}={0,2}")


@dataclass(frozen=True)
class Secrets:
    """What a student must not find. lines: of solutions and hints; numbers: expected values."""

    lines: tuple = ()
    numbers: tuple = ()

    @cached_property
    def hidden_lines(self):
        """Normalised line -> the line itself, for those that say something."""
        found = {normalised(line): line.strip() for line in self.lines}
        return {key: line for key, line in found.items() if len(key) >= SHORTEST}

    @cached_property
    def hidden_numbers(self):
        """The numbers that are more than a few round digits."""
        return [abs(x) for x in self.numbers if x and abs(x - _rounded(x, DIGITS)) > 1e-6 * abs(x)]


def normalised(text):
    """The text without what an editor or a format may change.

    >>> normalised("theta -= lr * (g / den)")
    'theta-=lr*g/den'
    """
    return _NOISE.sub("", text).casefold()


def find(text, secrets):
    """What a notebook's file gives away, in sentences; an empty list if nothing.

    text: of an .ipynb file. secrets: see Secrets.
    """
    notebook = json.loads(text)
    found = list(_form(notebook))
    for place, string in _strings(notebook):
        for version in _versions(string):
            found += [f"{place}: {what}" for what in _in_text(version, secrets)]
    return list(dict.fromkeys(found))


def _form(notebook):
    """A student's notebook was never run and carries nothing but its cells."""
    for number, cell in enumerate(notebook["cells"], 1):
        if cell.get("outputs") or cell.get("execution_count") is not None:
            yield f"cell {number} has an output; a student's notebook was never run"
        if cell.get("attachments"):
            yield f"cell {number} has an attachment"
        extra = set(cell.get("metadata", {})) - ALLOWED_METADATA
        if extra:
            yield f"cell {number} has the metadata {', '.join(sorted(extra))}"


def _strings(value, place="notebook"):
    """Every text below a JSON value, with where it stands; lists of lines joined."""
    if isinstance(value, dict):
        for key, inner in value.items():
            yield f"{place}.{key}", key
            yield from _strings(inner, f"{place}.{key}")
    elif isinstance(value, list):
        if value and all(isinstance(x, str) for x in value):
            yield place, "".join(value)
        else:
            for number, inner in enumerate(value, 1):
                yield from _strings(inner, f"{place}[{number}]")
    elif isinstance(value, str):
        yield place, value
    elif isinstance(value, float | int) and not isinstance(value, bool):
        yield place, repr(value)


def _versions(string):
    """A text as it stands, and as it reads after undoing what may hide it."""
    yield string
    for undo in (html.unescape, urllib.parse.unquote, _unescape):
        other = undo(string)
        if other != string:
            yield other
    for run in _BASE64.findall(re.sub(r"(?<=\w)\n(?=\w)", "", string)):
        padded = run.rstrip("=") + "=" * (-len(run.rstrip("=")) % 4)
        web = b"-_" if set(run) & set("-_") else None
        try:
            yield base64.b64decode(padded, altchars=web).decode()
        except (binascii.Error, UnicodeDecodeError):
            continue


def _unescape(string):
    return re.sub(r"\\u([0-9a-fA-F]{4})", lambda m: chr(int(m[1], 16)), string).replace("\\n", "\n")


def _in_text(text, secrets):
    if markers.looks_like_marker(text):
        yield "it holds a marker of a solution"
    plain = normalised(text)
    for key, line in secrets.hidden_lines.items():
        if key in plain:
            yield f"it holds the line `{line}`"
    if _HASH.fullmatch(text):
        return
    for token in _NUMBER.findall(text):
        digits = len(re.sub(r"[eE].*|\.", "", token).lstrip("0"))
        if digits < DIGITS:
            continue
        for hidden in secrets.hidden_numbers:
            if f"{float(token):.{digits - 1}e}" == f"{hidden:.{digits - 1}e}":
                yield f"it holds the number {token}, an expected value"


def _rounded(x, digits):
    return float(f"{x:.{digits - 1}e}")
