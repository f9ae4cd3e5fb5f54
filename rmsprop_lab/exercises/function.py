"""An exercise whose answer is a function: it is run on cases, and its outputs are diagnosed."""

import itertools
from functools import cached_property

import numpy as np

from rmsprop_lab.exercises.calls import call_all, short, signature_problem
from rmsprop_lab.exercises.exercise import Exercise
from rmsprop_lab.exercises.form import form_problem, raised_problem
from rmsprop_lab.exercises.mistakes import outputs, same_output
from rmsprop_lab.exercises.outcome import correct, incorrect, not_attempted
from rmsprop_lab.exercises.values import as_floats, close

__all__ = ["FunctionExercise"]


class FunctionExercise(Exercise):
    """Write a function of `arguments` that returns `returns`.

    reference: the right function. cases: the inputs. order: the outputs in the order in which they
    are judged, as a later one is often wrong only because an earlier one is. mistakes: the first
    that fits speaks. praise: what a correct answer is told.
    """

    def __init__(self, name, title, *, arguments, returns, cases, reference, mistakes, praise,
                 hints, source, order=None):
        """All that it is made of; see the class."""
        super().__init__(name, title, hints=hints, source=source)
        self.arguments, self.returns, self.cases = tuple(arguments), tuple(returns), tuple(cases)
        self.reference, self.mistakes, self.praise = reference, tuple(mistakes), praise
        self.order = tuple(range(len(returns))) if order is None else tuple(order)

    @cached_property
    def right(self):
        """The records of the reference."""
        return call_all(self.reference, self.cases)

    @cached_property
    def wrong(self):
        """The records of each mistake."""
        return [call_all(m.wrong, self.cases) for m in self.mistakes]

    def inputs(self):
        """The cases as plain data, for another process."""
        return [case.as_data() for case in self.cases]

    def hidden(self):
        """Every number that the reference returns."""
        return [x for r in self.right for o in outputs(r) for x in as_floats(o)]

    def record(self, answer=..., xp=None):
        """The function run on every case: {"calls": [...]}, or {"problem": ...} if it cannot be."""
        if answer is ...:
            return {"unanswered": True}
        if not callable(answer):
            return {"problem": f"give the function itself, `check({self.name})`: "
                               f"what came is of type {type(answer).__name__}"}
        problem = signature_problem(answer, self.arguments)
        return {"problem": problem} if problem else {"calls": call_all(answer, self.cases, xp)}

    def diagnose(self, record):
        """An Outcome from what the function returned."""
        if record.get("unanswered"):
            return not_attempted(f"write `{self.name}` in the cell above, run it, then this cell.")
        if "problem" in record:
            return incorrect(record["problem"] + ".")
        calls = record["calls"]
        if any(self._is_stub(call) for call in calls):
            return not_attempted(f"`{self.name}` still returns `...`; replace it by your answer.")
        for find in (self._form, self._mistake, self._values, self._raised, self._changed):
            found = find(calls)
            if found is not None:
                return found
        return correct(self.praise)

    def _is_stub(self, call):
        return any(o["is"] == "ellipsis" for o in outputs(call)) if "returned" in call else False

    def _form(self, calls):
        for got, want in zip(calls, self.right, strict=True):
            if "returned" in got:
                problem = form_problem(got, want, self.returns)
                if problem:
                    return incorrect(problem)
        return None

    def _mistake(self, calls):
        for index in (None, *self.order):
            for mistake, own in zip(self.mistakes, self.wrong, strict=True):
                if mistake.output == index and mistake.made_by(calls, own, self.right):
                    say = not_attempted if mistake.unattempted else incorrect
                    return say(mistake.message(self.cases, calls, self.right))
            if index is not None and self._first_wrong(calls, index) is not None:
                return None  # it is wrong in a way of its own: say so before judging what follows
        return None

    def _raised(self, calls):
        # Numbers, not arrays: a message says whether the function runs on those.
        ran = any("returned" in call and case.dtype is None
                  for case, call in zip(self.cases, calls, strict=True))
        for case, call in zip(self.cases, calls, strict=True):
            if "raised" in call:
                return incorrect(raised_problem(case, call, ran))
        return None

    def _first_wrong(self, calls, index):
        for at, (got, want) in enumerate(zip(calls, self.right, strict=True)):
            if "returned" in got and not same_output(got, want, index):
                return at
        return None

    def _unused(self, calls, index):
        """An argument that never changes the answer's output where it changes the right one."""
        pairs = {}
        ran = [i for i, call in enumerate(calls) if "returned" in call]
        for j, i in itertools.combinations(ran, 2):
            one, two = self.cases[j], self.cases[i]
            changed = [n for n in one.args if one.args[n] != two.args[n]]
            if (len(changed) == 1 and one.dtype == two.dtype
                    and not same_output(self.right[i], self.right[j], index)):
                pairs.setdefault(changed[0], []).append((j, i))
        for name, found in pairs.items():
            if all(same_output(calls[i], calls[j], index) for j, i in found):
                one, two = (short(self.cases[at].args[name]) for at in found[0])
                return (f"`{name}` has no effect: with {name} = {one} and with {name} = {two} "
                        f"the {self.returns[index]} you return is the same. Look for a number "
                        "written where the argument belongs.")
        return None

    def _values(self, calls):
        """The first output that is wrong in a way of its own, unless a case before it raised."""
        before = []
        for index in self.order:
            at = self._first_wrong(calls, index)
            if at is None:
                before.append(self.returns[index])
                continue
            unused = self._unused(calls, index)
            if unused:
                return incorrect(unused)
            if any("raised" in call for call in calls[:at]):
                return None
            got, want = (outputs(r[at])[index] for r in (calls, self.right))
            return incorrect(
                f"{' and '.join(before)} {'are' if len(before) > 1 else 'is'} right. The"
                * bool(before) + "the" * (not before)
                + f" {self.returns[index]} you return is not right yet: for "
                + self.cases[at].says() + _difference(got, want)
                + " Compute this case by hand, one equation after the other.")
        return None

    def _changed(self, calls):
        for case, call in zip(self.cases, calls, strict=True):
            if call["changed"]:
                names, one = " and ".join(f"`{n}`" for n in call["changed"]), call["changed"][0]
                return incorrect(
                    f"the numbers are right, but {names} changed in place: after the call the "
                    "caller finds other values there. " + (
                        "Work on a copy of the list." if case.dtype is None else
                        f"`{one} *= a`, `{one} += a` and `{one}[...] = a` write into an array; "
                        f"`{one} = {one} * a` makes a new one."))
        return None


def _difference(got, want):
    """The first two numbers that differ, in words."""
    pairs, shape = list(zip(as_floats(got), as_floats(want), strict=True)), want.get("shape", ())
    at = next(i for i, (x, y) in enumerate(pairs) if not close(
        {"is": "number", "value": x}, {**want, "is": "number", "value": y}))
    one, two = (f"{x:.6g}" for x in pairs[at])
    if one == two:
        one, two = (f"{x:.12g}" for x in pairs[at])
    place = tuple(int(i) for i in np.unravel_index(at, shape)) if len(shape) > 1 else at
    element = f", element {place}," if len(pairs) > 1 else ""
    nan = " NaN comes from 0 / 0 or from the root of a negative number." if one == "nan" else ""
    return f"{element} it is {one}, expected {two}.{nan}"
