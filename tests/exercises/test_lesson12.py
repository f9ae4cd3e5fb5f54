"""The exercises of lesson 12: the solution, the stub, and wrong answers with a message each."""

import math

import numpy as np
import pytest

from rmsprop_lab.exercises import lesson12
from tests.exercises.answers import fresh, function


def two(nearest="x * (y / (x * x).sum())", corner="np.sign(x) * (y / abs(x).sum())",
        order="nearest, corner"):
    """An answer to `two_answers`, with an expression for each half."""
    return function("def two_answers(x, y):\n"
                    f"    nearest = {nearest}\n"
                    f"    corner = {corner}\n"
                    f"    return {order}\n", "two_answers")


def build(label="X[i, 0] = labels[i]", constants="X[i, 1:3] = 1.0", first="3 + 5 * i",
          count="1 if labels[i] > 0 else 5", value="1.0", end="return X"):
    """An answer to `build`, of lines."""
    return function("def build(labels):\n"
                    "    n, at = len(labels), 3\n"
                    "    X = np.zeros((n, 3 + 5 * n))\n"
                    "    for i in range(n):\n"
                    f"        {label}\n"
                    f"        {constants}\n"
                    f"        first, count = {first}, {count}\n"
                    f"        X[i, first:first + count] = {value}\n"
                    "        at += count\n"
                    f"    {end}\n", "build")


def shortest(start="0 * X[0]", b="mu * b + g", end="theta"):
    """An answer to `shortest`."""
    return function("def shortest(X, y, lr, mu, steps):\n"
                    f"    theta = {start}\n"
                    "    b = 0 * X[0]\n"
                    "    for _ in range(steps):\n"
                    "        g = X.T @ (X @ theta - y)\n"
                    f"        b = {b}\n"
                    "        theta = theta - lr * b\n"
                    f"    return {end}\n", "shortest")


TWO_WRONG = {
    "swapped": (two(order="corner, nearest"), "gradient descent stands first"),
    "no square": (two("x * (y / abs(x).sum())"), "sum in (12.4) is that of the squares"),
    "root": (two("x * (y / (x * x).sum()**0.5)"), "X X^T is its square"),
    "no target": (two("x / (x * x).sum()"), "The target is missing: your point says 1"),
    "alone": (two("y / x"), "the whole target by itself"),
    "share": (two("y / x / len(x)"), "but not the nearest one"),
    "no sign": (two(corner="0 * x + y / abs(x).sum()"), "the sign of its slope"),
    "signed sum": (two(corner="np.sign(x) * (y / x.sum())"), "with signs, features cancel"),
    "largest": (two(corner="np.sign(x) * (y / abs(x).max())"), "the largest feature"),
    "count": (two(corner="np.sign(x) * (y / len(x))"), "the number of features"),
    "corner without y": (two(corner="np.sign(x) / abs(x).sum()"), "the target is missing, or it"),
    "y cancels": (two(corner="np.sign(x * y) * y / abs(x * y).sum()"), "or it cancels"),
    "abs y": (two(corner="np.sign(x) * (abs(y) / abs(x).sum())"),
              "begin with 2, expected -2. The sign of y turns"),
    "y twice": (two(corner="np.sign(x * y) * (y / abs(x).sum())"), "turns all signs round, once"),
    "nearest not divided": (two("x * y"), "A multiple of x, but your point is not on the line"),
    "nearest of sizes": (two("abs(x) * (y / (x * x).sum())"), "A multiple of x has the signs of x"),
    "corner not divided": (two(corner="np.sign(x) * y"), "You have the signs and the target"),
    "corner of squares": (two(corner="np.sign(x) * (y / (x * x).sum())"), "Not the squares"),
    "corner times c": (two(corner="np.sign(x * y) * (abs(x * y).sum() / y**2)"),
                       "begin with -0.5, expected -2. You multiply by c"),
    "c is the sum": (two(corner="np.sign(x * y) / abs(x * y).sum()"), "c is not the sum of all"),
    "twice": (two(corner="nearest * 1"), "where gradient descent lands"),
    "one value": (two(order="nearest"), "2 values, (nearest, corner)"),
    "nothing": (two(order="None"), "nothing was returned"),
}


def test_two_answers_are_correct_in_two_ways():
    assert lesson12.two_answers.check(two())
    assert lesson12.two_answers.check(
        two("np.linalg.pinv(x[None])[:, 0] * y", "np.sign(x * y) / (abs(x).sum() / abs(y))"))


@pytest.mark.parametrize("name", TWO_WRONG)
def test_wrong_answers_to_the_bill_are_named(name):
    answer, message = TWO_WRONG[name]
    outcome = lesson12.two_answers.check(answer)
    assert outcome.kind == "NotYet" and message in outcome.message, outcome


BUILD_WRONG = {
    "exchanged": (build(count="5 if labels[i] > 0 else 1"), "private features are exchanged"),
    "always five": (build(count="5"), "every example has five private"),
    "always one": (build(count="1"), "a negative example has five private features: the second"),
    "four": (build(count="1 if labels[i] > 0 else 4"), "a slice ends before its second number"),
    "shared": (build(first="3"), "all examples use the same columns"),
    "packed": (build(first="at"), "stand side by side"),
    "late": (build(first="4 + 5 * i"), "begin one too late"),
    "one apart": (build(first="3 + i"), "your private columns begin at 3 + i"),
    "from one": (build(first="4 + 5 * (i - 1)"), "Python from 0"),
    "range end": (build(count="int(2 * (1 - labels[i]))"), "a slice needs one more"),
    "with label": (build(value="labels[i]"), "carry the label"),
    "label is one": (build(label="X[i, 0] = 1.0"), "column 0 is not the label"),
    "label missing": (build(label="pass"), "column 0 is not the label"),
    "one constant": (build(constants="X[i, 1:2] = 1.0"), "there are two constants"),
    "no constants": (build(constants="pass"), "the constants are missing"),
    "labelled constants": (build(constants="X[i, 1:3] = labels[i]"), "1 for both classes: for"),
    "nothing": (build(end="pass"), "nothing was returned"),
    "list changed": (build(end="labels.pop(); return X"), "`labels` changed in place"),
}


def test_the_builder_is_correct_in_two_ways():
    assert lesson12.build.check(build())
    slots = "3 + 2 * (1 - int(labels[i]))"  # (12.14), as it stands in the paper
    assert lesson12.build.check(build(count=f"{slots} - 2"))


@pytest.mark.parametrize("name", BUILD_WRONG)
def test_a_wrong_builder_is_named(name):
    answer, message = BUILD_WRONG[name]
    outcome = lesson12.build.check(answer)
    assert outcome.kind == "NotYet" and message in outcome.message, outcome


CONSTANTS_WRONG = {
    0.25: "two constants", 2 / 3: "lacks the private feature", 4 / 11: "11 is the number",
    6 / 7: "a new *positive* example", 5 / 7: "the constants alone", 1 / 7: "is one weight",
    4.0: "c times the answer", 1.0: "c is not 4 any more", 7: "is c.",
    11: "the first of the two questions",
    0.5: "count c again", 0.1: "too small", 2.0: "too large", -0.5: "cannot be",
    "4/7": "is a str",
}


@pytest.mark.parametrize("answer", CONSTANTS_WRONG)
def test_a_wrong_number_is_named(answer):
    outcome = lesson12.more_constants.check(answer)
    assert outcome.kind == "NotYet" and CONSTANTS_WRONG[answer] in outcome.message, outcome


@pytest.mark.parametrize("answer", [4 / 7, 0.571, 0.5714])
def test_the_number_may_be_a_formula_or_three_digits(answer):
    assert lesson12.more_constants.check(answer)


def test_the_expected_number_is_the_formula_for_any_number_of_constants():
    for k in (1, 2, 3, 5, 8):
        assert math.isclose(lesson12._of_a_negative(k), (k - 1) / (k + 2), abs_tol=1e-15)


@pytest.mark.parametrize("start", ["0 * X[0]", "X[0] * 0.5", "X.T @ y / 9"])
def test_the_repaired_loop_is_correct_from_any_sum_of_rows(start):
    assert lesson12.shortest.check(shortest(start))


def test_the_loop_as_given_is_not_attempted():
    outcome = lesson12.shortest.check(shortest("0 * X[0] + 0.5"))
    assert outcome.kind == "NotAttempted"
    assert "has the length 1.3038, expected 1.2649" in outcome.message
    assert np.isclose(1.3038**2, 1.1**2 + 0.7**2, atol=1e-4)  # its landing (1.1, 0.7)


@pytest.mark.parametrize("answer, message", [
    (shortest("0 * X[0] + 1.0"), "still no sum of rows"),
    (shortest("0 * X[0] + 1e-3"), "leaves a small mistake"),
    (shortest("0 * X[0] + 0.5", end="theta - 0.5"), "with it the solution"),
    (shortest(b="mu * b + np.sign(g)"), "that leaves the rows"),
    (shortest(b="mu * b + g / (1e-12 + (g * g).sum()**0.5)"), "does not settle"),
    (shortest(b="mu * b"), "the theta you return is not right yet"),
])
def test_a_wrong_repair_is_named(answer, message):
    outcome = lesson12.shortest.check(answer)
    assert outcome.kind == "NotYet" and message in outcome.message, outcome


@pytest.fixture(scope="module")
def measured():
    return lesson12.prediction.measure()


def test_the_right_prediction_follows_from_the_measurement(measured):
    assert measured == pytest.approx(0.4, abs=1e-12)
    for letter in "abcd":
        prediction = fresh(lesson12.prediction)
        assert prediction.reveal(measured).kind == "NotAttempted"
        assert prediction.check(letter).kind == "Committed"
        assert bool(prediction.reveal(measured)) == (letter == "b")
    assert [prediction.right(x) for x in (0.01, 0.4, 0.6, 1.0)] == list("abcd")


def test_a_wrong_prediction_is_told_why(measured):
    prediction = fresh(lesson12.prediction)
    prediction.check("c")
    assert "you predicted c, the negative ones" in prediction.reveal(measured).message
    assert "the constants turn to them" in prediction.reveal(measured).message
    assert fresh(lesson12.prediction).check("z").kind == "NotYet"
