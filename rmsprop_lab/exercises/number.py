"""An exercise whose answer is one number, derived on paper and typed as a formula or a value."""

import math

from rmsprop_lab.exercises.exercise import Exercise
from rmsprop_lab.exercises.outcome import correct, incorrect, not_attempted
from rmsprop_lab.exercises.values import as_floats, describe

__all__ = ["NumberExercise"]


class NumberExercise(Exercise):
    """Give one number, right to `digits` significant digits.

    expected: a function without arguments that computes it from the lab's own rule. slips: pairs
    (wrong value, message), at least one: the numbers that typical slips of the derivation lead to.
    {got} in a message is the answer. what, sides, advice: the words for any other number: what a
    number that is not positive cannot be, what a small and a large one is, and what to do next.
    """

    def __init__(self, name, title, *, expected, slips, praise, hints, source, digits=3,
                 what="a length", sides=("too short", "too long"),
                 advice="Write down v before the step, v in the step, and only then the quotient."):
        """All that it is made of; see the class."""
        super().__init__(name, title, hints=hints, source=source)
        self.expected, self.slips, self.praise, self.digits = expected, tuple(slips), praise, digits
        self.what, self.sides, self.advice = what, sides, advice

    def hidden(self):
        """The expected number."""
        return [float(self.expected())]

    def record(self, answer=...):
        """The answer as plain data."""
        return {"answer": describe(answer)}

    def diagnose(self, record):
        """An Outcome from the number."""
        answer = record["answer"]
        if answer["is"] == "ellipsis":
            return not_attempted(f"replace `...` by a number or a formula in `{self.name}`.")
        values = as_floats(answer)
        if values is None or len(values) != 1:
            kind = "None" if answer["is"] == "none" else f"a {answer.get('type', answer['is'])}"
            return incorrect(f"`{self.name}` is {kind}; give one number, or a formula that "
                             "Python can compute.")
        got = values[0]
        right = self.expected()
        wrong, says = min(self.slips, key=lambda slip: abs(slip[0] - got))
        # A slip may lie within the tolerance of the expected number: the nearer of the two counts.
        if self._near(got, right) and abs(got - right) <= abs(got - wrong):
            return correct(self.praise.format(got=got))
        if self._near(got, wrong):
            return incorrect(says.format(got=got))
        if not math.isfinite(got) or got <= 0:
            return incorrect(f"{got:.6g} cannot be {self.what}.")
        side = self.sides[got > right]
        return incorrect(f"{got:.6g} is {side}. {self.advice}")

    def _near(self, a, b):
        return math.isclose(a, b, rel_tol=0.5 * 10 ** (1 - self.digits))
