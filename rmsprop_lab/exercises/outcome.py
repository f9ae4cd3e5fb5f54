"""Outcomes: not attempted, incorrect with a message, correct. Strict mode raises the first two.

A prediction has a fourth one: committed, and judged only once the measurement is there.
"""

import os
from dataclasses import dataclass

from rmsprop_lab.exercises.card import card_html, card_text

__all__ = ["NotYet", "Outcome", "committed", "correct", "incorrect", "not_attempted", "settle",
           "strict"]

STRICT_VARIABLE = "RMSPROP_LAB_STRICT"
_strict = None


class NotYet(AssertionError):
    """Raised in strict mode by an answer that is missing or not right yet."""


@dataclass(frozen=True)
class Outcome:
    """What a check found. It is true only when the answer is correct.

    kind: "Correct", "NotYet", "NotAttempted" or "Committed". message: one to three sentences.

    >>> Outcome("NotYet", "nothing was returned")
    NotYet: nothing was returned
    """

    kind: str
    message: str

    def __bool__(self):
        """Whether the answer is correct."""
        return self.kind == "Correct"

    def __repr__(self):
        """The card as text."""
        return card_text(self.kind, self.message)

    def _repr_html_(self):
        return card_html(self.kind, self.message)


def correct(message):
    """The answer is right."""
    return Outcome("Correct", message)


def incorrect(message):
    """The answer is not right yet; the message says what to look at next."""
    return Outcome("NotYet", message)


def not_attempted(message):
    """There is no answer yet."""
    return Outcome("NotAttempted", message)


def committed(message):
    """A prediction was made; it is judged later."""
    return Outcome("Committed", message)


def strict(on=True):
    """Let every check raise NotYet unless the answer is correct; `strict(False)` ends it.

    The environment variable RMSPROP_LAB_STRICT=1 does the same for a whole process; what is said
    here goes first, and `strict(None)` returns to the environment.
    """
    global _strict
    _strict = on


def is_strict():
    """Whether checks raise."""
    if _strict is not None:
        return bool(_strict)
    return os.environ.get(STRICT_VARIABLE, "") not in ("", "0")


def settle(outcome):
    """The outcome itself; in strict mode, NotYet with its text if the answer is not correct."""
    if is_strict() and outcome.kind in ("NotYet", "NotAttempted"):
        raise NotYet(outcome.message)
    return outcome
