"""The exercises of lesson 5: solution, stub, and wrong answers with messages of their own."""

import pytest

from rmsprop_lab.exercises import lesson05
from tests.exercises.answers import fresh, function


def amplitude(line):
    return function(f"def amplitude(lr, lam, eps):\n    return {line}\n", "amplitude")


def floor(line, before="c = [np.array(s) for s in itertools.product((1., -1.), repeat=len(H))]"):
    return function("import itertools\ndef highest_floor(H, lr):\n"
                    f"    {before}\n    return {line}\n", "highest_floor")


STEP = "theta, v = lab.rmsprop.rmsprop(theta, curvature * theta, v, lr={}, rho=rho, eps=0.0)"


def anneal(rate="rate", start="lr", phase="", inner="", end="rate = rate / 2"):
    return function(
        "def anneal(curvature, theta, lr, rho, phases, steps):\n"
        f"    v, rate = 0 * theta, {start}\n"
        "    for _ in range(phases):\n"
        f"        {phase or 'pass'}\n"
        "        for _ in range(steps):\n"
        f"            {STEP.format(rate)}\n"
        f"            {inner or 'pass'}\n"
        f"        {end}\n"
        "    return theta\n", "anneal")


@pytest.mark.parametrize("line", [
    "max(lr**2 / 4 - eps / lam**2, 0.0) ** 0.5",
    "0.5 * np.sqrt(np.maximum(lr**2 - 4 * eps / lam**2, 0))",
    "math.sqrt(lr * lr / 4 - eps / lam**2) if lr * lam > 2 * math.sqrt(eps) else 0.0"])
def test_the_amplitude_is_correct_in_three_ways(line):
    assert lesson05.amplitude.check(amplitude(line))


AMPLITUDE_WRONG = {
    "max(lr / 2 - eps / lam, 0.0)": "a guard outside the root",
    "max(lr**2 - 4 * eps / lam**2, 0.0) ** 0.5": "That is the whole jump",
    "lr / 2": "does not depend on eps",
    "(lr**2 / 4 - eps / lam**2) ** 0.5": "the number under the root is negative",
    "math.sqrt(lr**2 / 4 - eps / lam**2)": "the number under the root is negative",
    "abs(lr**2 / 4 - eps / lam**2) ** 0.5": "the absolute value hides",
    "max(lr**2 / 4 - eps / lam, 0.0) ** 0.5": "divide it by lam squared",
    "max(lr**2 - eps / lam**2, 0.0) ** 0.5": "*half* the learning rate",
    "max(lr**2 / 4 - (eps / lam) ** 2, 0.0) ** 0.5": "eps is squared",
    "(lr**2 / 4 + eps / lam**2) ** 0.5": "smaller, not larger",
    "max(lr**2 / 4 - eps / lam**2, 0.0)": "is not right yet",
    "None": "nothing was returned",
}


@pytest.mark.parametrize("line", AMPLITUDE_WRONG)
def test_a_wrong_amplitude_is_named(line):
    outcome = lesson05.amplitude.check(amplitude(line))
    assert outcome.kind == "NotYet" and AMPLITUDE_WRONG[line] in outcome.message, outcome


CORNERS = "max(float(s @ H @ s) for s in c)"


@pytest.mark.parametrize("line", [f"lr**2 / 8 * {CORNERS}",
                                  "max(0.5 * (lr / 2 * s) @ H @ (lr / 2 * s) for s in c)"])
def test_the_floor_is_correct_in_two_ways(line):
    assert lesson05.highest_floor.check(floor(line))


FLOOR_WRONG = {
    "lr**2 / 8 * float(np.trace(H))": "the entries beside the diagonal are missing",
    "lr**2 / 8 * min(float(s @ H @ s) for s in c)": "That is the lowest corner",
    "lr**2 / 8 * float(H.sum())": "the corner with equal signs",
    "lr**2 / 8 * float(abs(H).sum())": "no list of signs may reach it",
    "lr**2 / 8 * len(H) * float(np.linalg.eigvalsh(H)[-1])": "rarely a diagonal of the cube",
    f"lr**2 / 4 * {CORNERS}": "twice as much",
    f"lr**2 / 2 * {CORNERS}": "four times as much",
    f"lr / 8 * {CORNERS}": "Twice the learning rate",
    f"{CORNERS} / 8": "`lr` has no effect",
    "lr**2 / 8 * abs(H).sum(axis=0)": "an array of shape (2,); one number is expected",
}


@pytest.mark.parametrize("line", FLOOR_WRONG)
def test_a_wrong_floor_is_named(line):
    outcome = lesson05.highest_floor.check(floor(line))
    assert outcome.kind == "NotYet" and FLOOR_WRONG[line] in outcome.message, outcome


LOPSIDED_WRONG = {
    0.05: "half the learning rate", 0.08: "the *left* point", 0.025: "their *sum*",
    0.1 / 3: "the same loss", 0.2 / 3: "left distance of two points with the same loss",
    0.1: "whole distance", 0.03: "too long", 0.001: "too short", -0.02: "cannot be",
    "0.02": "a str", None: "is None",
}


@pytest.mark.parametrize("answer", LOPSIDED_WRONG)
def test_a_wrong_lopsided_cycle_is_named(answer):
    outcome = lesson05.lopsided.check(answer)
    assert outcome.kind == "NotYet" and LOPSIDED_WRONG[answer] in outcome.message, outcome


@pytest.mark.parametrize("answer", [0.02, 0.1 / 5, 0.02001])
def test_the_lopsided_cycle_may_be_a_formula_or_three_digits(answer):
    assert lesson05.lopsided.check(answer)


def test_the_expected_cycle_is_the_formula():
    assert lesson05.lopsided.expected() == pytest.approx(0.1 * 1 / (1 + 4), rel=1e-12)


def test_the_repaired_schedule_is_correct():
    assert lesson05.anneal.check(anneal())
    assert lesson05.anneal.check(anneal(end="rate *= 0.5"))


ANNEAL_WRONG = {
    "every step": (anneal(inner="rate = rate / 2", end="pass"), "halves at every *step*"),
    "too early": (anneal(start="lr / 2"), "halves before the first phase"),
    "v": (anneal(phase="v = 0 * theta"), "v starts from zero in each phase"),
    "quarter": (anneal(end="rate = rate / 4"), "falls to a quarter"),
    "another": (anneal(end="rate = rate / 3"), "the theta you return is not right yet"),
}


@pytest.mark.parametrize("name", ANNEAL_WRONG)
def test_a_wrong_repair_is_named(name):
    answer, message = ANNEAL_WRONG[name]
    outcome = lesson05.anneal.check(answer)
    assert outcome.kind == "NotYet" and message in outcome.message, outcome


def test_the_loop_as_given_is_not_attempted():
    outcome = lesson05.anneal.check(anneal(rate="lr"))
    assert outcome.kind == "NotAttempted"
    assert "0.2000 from the minimum, expected 0.0125" in outcome.message, outcome


@pytest.fixture
def prediction():
    return fresh(lesson05.prediction)


def test_the_prediction_is_committed_first_and_judged_by_the_measurement(prediction):
    assert prediction.reveal(90.0).kind == "NotAttempted"
    assert prediction.check("x").kind == "NotYet"
    assert prediction.check("a").kind == "Committed"
    outcome = prediction.reveal(prediction.measure())
    assert outcome.kind == "NotYet" and "that is d" in outcome.message


def test_the_right_prediction(prediction):
    prediction.check("D")
    assert prediction.reveal(prediction.measure())
    assert [prediction.right(x) for x in (1.1, 2.5, 9.0, 70.0)] == ["a", "b", "c", "d"]
