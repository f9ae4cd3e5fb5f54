"""Hyper-parameters as attributes that check themselves when they are set.

The value lies in the optimizer's own dict, where Python finds it without asking the descriptor:
reading is as fast as for any attribute.
"""

import math

from rmsprop_lab.errors import HyperparameterError

__all__ = ["Fixed", "Number", "Seed", "Word"]


class Number:
    """A number in [low, high), stored as a Python float.

    The conversion matters: an np.float64 learning rate would turn a float32 step into float64.
    Assigning NaN, an infinity or a value out of range raises HyperparameterError.
    """

    def __init__(self, low=0.0, high=math.inf, or_word=None):
        """Bounds of the number; `or_word`: the one word that may stand in its place."""
        self.low, self.high, self.or_word = low, high, or_word

    def __set_name__(self, owner, name):
        """Remember under which name the optimizer knows it."""
        self.name = name

    def __set__(self, optimizer, value):
        """Check and store."""
        if self.or_word is not None and isinstance(value, str) and value == self.or_word:
            optimizer._assign(self.name, value)
            return
        try:
            if isinstance(value, (str, bytes, bool)):  # float() takes "1e-3" and True
                raise TypeError
            number = float(value)
        except (TypeError, ValueError, OverflowError):
            other = f" or {self.or_word!r}" if self.or_word else ""
            raise HyperparameterError(f"{self.name}={value!r} is not a number{other}") from None
        if not self.low <= number < self.high:  # NaN compares false
            raise HyperparameterError(
                f"{self.name}={number!r} must be a number in [{self.low:g}, {self.high:g})")
        optimizer._assign(self.name, number)


class Word:
    """A contested choice, said in a word. Assigning another word raises HyperparameterError."""

    def __init__(self, *choices):
        """The words that may be said."""
        self.choices = choices

    def __set_name__(self, owner, name):
        """Remember under which name the optimizer knows it."""
        self.name = name

    def __set__(self, optimizer, value):
        """Check and store."""
        # 1 == True in Python: a number is never a word.
        if not any(value is c or (isinstance(value, str) and value == c) for c in self.choices):
            raise HyperparameterError(
                f"{self.name}={value!r}: choose {' or '.join(repr(c) for c in self.choices)}")
        optimizer._assign(self.name, value)


class Fixed:
    """A word that is said when the optimizer is made and stays; None, or unsaid, leaves no trace.

    It says how a method is carried out, not which method it is. Assigning another word later raises
    HyperparameterError.
    """

    def __init__(self, *choices):
        """The words that may be said, None among them."""
        self._word = Word(*choices)

    def __set_name__(self, owner, name):
        """Remember under which name the optimizer knows it."""
        self.name = self._word.name = name

    def __get__(self, optimizer, owner=None):
        """The word, or None."""
        return self if optimizer is None else vars(optimizer).get(self.name)

    def __set__(self, optimizer, value):
        """Check and store."""
        if "t" in vars(optimizer) and value != getattr(optimizer, self.name):  # it is made
            raise HyperparameterError(
                f"{self.name}={value!r}: this optimizer was made with "
                f"{getattr(optimizer, self.name)!r}; make a new one")
        self._word.__set__(optimizer, value)
        if value is None:
            del vars(optimizer)[self.name]


class Seed:
    """A whole number from 0 that draws randomness; 0 where it was not said."""

    def __set_name__(self, owner, name):
        """Remember under which name the optimizer knows it."""
        self.name = name

    def __get__(self, optimizer, owner=None):
        """The number."""
        return self if optimizer is None else vars(optimizer).get(self.name, 0)

    def __set__(self, optimizer, value):
        """Check and store."""
        if type(value) is not int or not 0 <= value < 2**32:
            raise HyperparameterError(f"{self.name}={value!r}: give a whole number below 2**32")
        optimizer._assign(self.name, value)
