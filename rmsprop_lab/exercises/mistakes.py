"""Typical mistakes as data: the exercise's own function with one error in it, and what to say.

An answer makes a mistake when it gives the mistake's numbers on every input. The message is then
filled with the numbers measured on one of them.
"""

from collections.abc import Callable
from dataclasses import dataclass

from rmsprop_lab.exercises.values import as_floats, close

__all__ = ["Mistake", "measured", "same_output"]


@dataclass(frozen=True)
class Mistake:
    """A wrong function and its message.

    wrong: takes the exercise's arguments, returns its outputs, with one error. says: the message;
    {got} and {want} in it are what `measure(args, value)` gives for the answer's and the right
    output, where `value` is the output as a float, or a list of floats of an array. output: the
    index of the output that shows it; None compares all. witness: the name of the case measured.
    unattempted: these numbers mean that nothing was done yet.
    """

    name: str
    wrong: Callable
    says: str
    output: int | None = None
    witness: str = ""
    measure: Callable | None = None
    unattempted: bool = False

    def made_by(self, records, own, right):
        """Whether records are those of this mistake: equal to its own, and not all right.

        records, own, right: of the answer, of `wrong` and of the right function, case by case.
        A case in which the answer raised decides nothing, unless the mistake raises the same.
        """
        compared = differs = False
        for got, mine, want in zip(records, own, right, strict=True):
            if "returned" not in got:
                differs = differs or mine.get("raised") == got["raised"]
                continue
            compared = True
            if "returned" not in mine:  # where floats raise, as in 0 / 0, arrays give NaN
                if same_output(got, want, self.output):
                    return False
            elif not same_output(got, mine, self.output):
                return False
            differs = differs or not same_output(got, want, self.output)
        return compared and differs

    def message(self, cases, records, right):
        """The message with its numbers."""
        if self.measure is None:
            return self.says
        at = next(i for i, case in enumerate(cases) if case.name == self.witness)
        if "returned" not in records[at]:
            return self.says.partition(":")[0] + "."
        got, want = (measured(self.measure, cases[at], r, self.output) for r in
                     (records[at], right[at]))
        return self.says.format(got=got, want=want)


def outputs(record):
    """The described outputs of a record: the items of a tuple, or the one value."""
    value = record["returned"]
    return value["items"] if value["is"] in ("tuple", "list") else [value]


def same_output(a, b, index=None):
    """Whether two records hold the same numbers at one output, or at all."""
    left, right = outputs(a), outputs(b)
    if len(left) != len(right):
        return False
    pairs = list(zip(left, right, strict=True))
    return all(close(x, y) for x, y in (pairs if index is None else [pairs[index]]))


def measured(measure, case, record, index):
    """A measure of one output of one record."""
    found = outputs(record)
    values = as_floats(found[index or 0])
    return measure(case.args, values[0] if len(values) == 1 else values)
