"""The exercises of lesson 13: solution, stub, and wrong answers with a message each."""

import math

import numpy as np
import pytest

from rmsprop_lab.exercises import lesson13
from tests.exercises.answers import fresh, function

SYMMETRIC = "return np.linalg.eigvalsh(H / np.sqrt(D) / np.sqrt(D)[:, None])[-1]"


def sharpness(end=SYMMETRIC, divisor="np.sqrt(v) + eps"):
    """An answer to `sharpness`, with a divisor and a last line."""
    return function(f"def sharpness(H, v, eps):\n    D = {divisor}\n    {end}\n", "sharpness")


def growth(end="return max(abs(np.roots([1, -p, beta1])))", p="1 + beta1 - (1 - beta1) * x"):
    """An answer to `growth`, with the sum of the roots and a last line."""
    return function(f"def growth(x, beta1):\n    p = {p}\n    {end}\n", "growth")


def at_the_end(line):
    """An answer to `at_the_end` with this last line."""
    return function("def at_the_end(h, theta, lr, rho, steps):\n"
                    "    v = 0 * theta\n"
                    "    for _ in range(steps):\n"
                    "        g = h * theta\n"
                    "        v = lab.averages.ema(v, g * g, rho)\n"
                    "        D = lab.arrays.sqrt(v)\n"
                    "        theta = theta - lr * (g / D)\n"
                    f"    {line}\n", "at_the_end")


def test_the_sharpness_is_correct_in_two_ways():
    assert lesson13.sharpness.check(sharpness())
    assert lesson13.sharpness.check(
        sharpness("return np.linalg.eigvals(H / D[:, None]).real.max()"))


SHARPNESS_WRONG = {
    "no divisor": (sharpness("return np.linalg.eigvalsh(H)[-1]"), "the sharpness of H alone"),
    "rows": (sharpness("return np.linalg.eigvalsh(H / D[:, None])[-1]"),
             "D^-1 H is not symmetric"),
    "columns": (sharpness("return np.linalg.eigvalsh(H / D)[-1]"), "Dividing the columns"),
    "twice": (sharpness("return np.linalg.eigvalsh(H / D / D[:, None])[-1]"),
              "Each side gets the root of D"),
    "multiplied": (sharpness("return np.linalg.eigvals(H * D[:, None]).real.max()"),
                   "You multiply by D"),
    "root missing": (sharpness(divisor="v + eps"), "by the root of v, plus eps"),
    "inside": (sharpness(divisor="np.sqrt(v + eps)"), "eps is inside the root"),
    "no eps": (sharpness(divisor="np.sqrt(v) + 1e-300"), "eps is missing from D"),
    "size": (sharpness("return abs(np.linalg.eigvals(H / D[:, None])).max()"),
             "the largest eigenvalue in size"),
    "smallest": (sharpness("return np.linalg.eigvals(H / D[:, None]).real.min()"),
                 "the smallest eigenvalue"),
    "trace": (sharpness("return np.trace(H / D)"), "the sum of the eigenvalues"),
    "diagonal": (sharpness("return (np.diag(H) / D).max()"), "the diagonal alone"),
    "ratio": (sharpness("return np.linalg.eigvalsh(H)[-1] / D.min()"), "Divide first"),
    "all": (sharpness(SYMMETRIC.removesuffix("[-1]")), "one number is expected"),
    "nothing": (sharpness("pass"), "nothing was returned"),
    "changed": (sharpness("H /= D; " + SYMMETRIC), "is not right yet"),
}


@pytest.mark.parametrize("name", SHARPNESS_WRONG)
def test_a_wrong_sharpness_is_named(name):
    answer, message = SHARPNESS_WRONG[name]
    outcome = lesson13.sharpness.check(answer)
    assert outcome.kind == "NotYet" and message in outcome.message, outcome


def test_a_right_number_with_changed_inputs_is_told():
    answer = sharpness("H /= np.sqrt(D); H /= np.sqrt(D)[:, None]; "
                       "return np.linalg.eigvalsh(H)[-1]")
    assert "`H` changed in place" in lesson13.sharpness.check(answer).message


def test_growth_is_correct_in_three_ways():
    assert lesson13.growth.check(growth())
    by_cases = growth("d = p * p / 4 - beta1; "
                      "return abs(p) / 2 + d**0.5 if d >= 0 else beta1**0.5")
    assert lesson13.growth.check(by_cases)
    assert lesson13.growth.check(growth(
        "return abs(np.linalg.eigvals(np.array([[p, -beta1], [1.0, 0.0]]))).max()"))


GROWTH_WRONG = {
    "heavy ball": (growth(p="1 + beta1 - x"), "a buffer that sums"),
    "descent": (growth("return abs(1 - x)"), "beta1 has no effect"),
    "plus": (growth("d = p * p / 4 - beta1; return p / 2 + d**0.5 if d >= 0 else float('nan')"),
             "the root with the plus sign"),
    "size of plus": (
        growth("d = p * p / 4 - beta1; return abs(p / 2 + d**0.5) if d >= 0 else float('nan')"),
        "the size of the root with the plus sign"),
    "real only": (growth("return abs(p) / 2 + math.sqrt(p * p / 4 - beta1)"),
                  "With x = 1 and beta1 = 0.25 the roots are complex"),
    "real only, nan": (growth("return abs(p) / 2 + float(np.sqrt(p * p / 4 - beta1))"),
                       "With x = 1 and beta1 = 0.25 the roots are complex"),
    "real part": (growth("return max(abs(np.roots([1, -p, beta1]).real))"), "not its real part"),
    "no root": (growth("d = p * p / 4 - beta1; return abs(p) / 2 + d**0.5 if d >= 0 else beta1"),
                "the size of one is its root"),
    "sign": (growth("return max(abs(np.roots([1, -p, -beta1])))"), "A sign is lost"),
    "smaller": (growth("return min(abs(np.roots([1, -p, beta1])))"), "the smaller eigenvalue"),
    "trace": (growth("return abs(p)"), "the sum of the eigenvalues"),
    "both": (growth("return np.roots([1, -p, beta1])"), "growth"),
    "nothing": (growth("pass"), "nothing was returned"),
    "complex": (growth("return abs(p) / 2 + (p * p / 4 - beta1 + 0j) ** 0.5"),
                "a complex number, or NaN"),
    "other": (growth("return 0.5 * x"), "is not right yet"),
}


@pytest.mark.parametrize("name", GROWTH_WRONG)
def test_a_wrong_growth_is_named(name):
    answer, message = GROWTH_WRONG[name]
    outcome = lesson13.growth.check(answer)
    assert outcome.kind == "NotYet" and message in outcome.message, outcome


NADAM_WRONG = {
    38: "Adam's edge", 3.8 / 2.8: "when the buffer sums", 3.8: "a heavy ball that sums",
    2: "without an average", 2 / (0.01 / 1.9 + 0.9): "exchanged weights",
    2 / (0.1 / 1.9 + 0.1): "lacks the weight beta1", 2 / (0.09 / 1.9 + 1): "in front of g_t",
    19 / 2.8: "half of it", 0.28 / 1.9: "the size of d", 9.0: "too low", 20.0: "too high",
    -13.6: "cannot be an edge", "13.6": "is a str",
}


@pytest.mark.parametrize("answer", NADAM_WRONG)
def test_a_wrong_edge_is_named(answer):
    outcome = lesson13.nadam_edge.check(answer)
    assert outcome.kind == "NotYet" and NADAM_WRONG[answer] in outcome.message, outcome


@pytest.mark.parametrize("answer", [38 / 2.8, 13.6, 13.57])
def test_the_edge_may_be_a_formula_or_three_digits(answer):
    assert lesson13.nadam_edge.check(answer)


def test_the_expected_edge_is_where_a_root_stands_at_minus_one():
    x, b = lesson13.nadam_edge.expected(), 0.9
    # slope and average after a step: m' = b m + (1 - b) s, s' = s - x (b m' + (1 - b) s)
    for share, inside in ((0.999, True), (1.001, False)):
        y = share * x
        step = np.array([[1 - y * (b * (1 - b) + 1 - b), -y * b * b], [1 - b, b]])
        roots = np.linalg.eigvals(step)
        assert (np.abs(roots).max() < 1) == inside
    assert math.isclose(x, 2 * 1.9 / (0.1 * 2.8), rel_tol=1e-12)


@pytest.mark.parametrize("line", ["return lr * (h / D).max()", "return max(lr / D * h)",
                                  "return lr * np.linalg.eigvalsh(np.diag(h / D))[-1]"])
def test_the_repaired_measurement_is_correct(line):
    assert lesson13.at_the_end.check(at_the_end(line))


def test_the_measurement_as_given_is_not_attempted():
    outcome = lesson13.at_the_end.check(at_the_end("return lr * h.max() / D.min()"))
    assert outcome.kind == "NotAttempted" and "you return 40, expected 2" in outcome.message


@pytest.mark.parametrize("line, message", [
    ("return lr * h.max() / D.max()", "need not elsewhere"),
    ("return lr * (h / v).max()", "by the root of v, not by v"),
    ("return (h / D).max()", "lr is missing"),
    ("return lr * h.max()", "the measure of gradient descent"),
    ("return lr * h.max() / D[h.argmax()]", "a flatter one with a smaller divisor"),
    ("return lr * (h / D)[0]", "it is 0.125, expected 1"),
    ("return 2.0", "expected 1"),
    ("return lr * (h / D).sum()", "then add up"),
    ("return lr * (h / D).mean()", "and then take the mean"),
    ("return lr * (h / D).min()", "and then take the smallest"),
    ("return lr * h / D", "one number is expected"),
    ("return lr * h[0] / D[1]", "is not right yet"),
])
def test_a_wrong_repair_is_named(line, message):
    outcome = lesson13.at_the_end.check(at_the_end(line))
    assert outcome.kind == "NotYet" and message in outcome.message, outcome


@pytest.fixture(scope="module")
def measured():
    return lesson13.prediction.measure()


def test_the_right_prediction_follows_from_the_measurement(measured):
    assert 3.5 < measured < 4.0
    for letter in "abcd":
        prediction = fresh(lesson13.prediction)
        assert prediction.reveal(measured).kind == "NotAttempted"
        assert prediction.check(letter).kind == "Committed"
        assert bool(prediction.reveal(measured)) == (letter == "c")
    assert [prediction.right(x) for x in (0.2, 2.1, 3.7, 37)] == list("abcd")


def test_a_wrong_prediction_is_told_why(measured):
    prediction = fresh(lesson13.prediction)
    prediction.check("d")
    assert "you predicted d, at about 38" in prediction.reveal(measured).message
    assert "the bound of the heavy ball" in prediction.reveal(measured).message
    assert prediction.check("z").kind == "Committed"
