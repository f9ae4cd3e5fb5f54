"""Lesson 7's exercises: right answers, the stub, and each typical wrong answer with its words."""

import math

import pytest

import rmsprop_lab as lab
from rmsprop_lab.exercises import lesson07
from tests.exercises.answers import fresh, function
from tests.exercises.momentum_answers import B, M, V, descend, graves, rate

GRAVES_RIGHT = {
    "as in the lesson": graves(),
    "lab's averages": graves(v="v = lab.averages.ema(v, g * g, rho)",
                             m="m = lab.averages.ema(m, g, rho)"),
    "lab's root": graves(b="b = mu * b + lr * (g / lab.arrays.sqrt(v - m * m + eps))"),
    "his sign": graves(b="b = -(mu * -b - lr * g / (v - m * m + eps)**0.5)"),
    "m first": graves(v=M, m=V),
}
_DEN = "/ (v - m**2 + eps)**0.5"
GRAVES_WRONG = {
    "no square": (graves(v="v = rho * v + (1 - rho) * g", b="b = b"),
                  "g enters v without its square: by hand your v is 9"),
    "v summed": (graves(v="v = v + g**2"), "v is summed, not averaged: by hand it is 30"),
    "v kept": (graves(v="w = rho * v + (1 - rho) * g**2",
                      b="b = mu * b + lr * g / (w - m**2 + eps)**0.5"),
               "the v you return is the v you were given"),
    "m of squares": (graves(m="m = rho * m + (1 - rho) * g**2", b="b = b"),
                     "m averages the gradient itself, (7.24): by hand yours is 9"),
    "m kept": (graves(m=""), "the m you return is the m you were given"),
    "m summed": (graves(m="m = rho * m + g"), "m is a buffer and not an average"),
    "not centred": (graves(b="b = mu * b + lr * g / (v + eps)**0.5"), "That is RMSprop; Graves"),
    "m without square": (graves(b="b = mu * b + lr * g / (v - m + eps)**0.5"),
                         "subtract m * m."),
    "stale m": (graves(m="old = m\n" + M, b=B.replace("m**2", "old**2")),
                "The root holds the old m."),
    "stale both": (graves(v="root = (v - m**2 + eps)**0.5\n" + V, b="b = mu * b + lr * g / root"),
                   "The root holds the old averages."),
    "eps outside": (graves(b="b = mu * b + lr * g / ((v - m**2)**0.5 + eps)"),
                    "eps stands outside the root"),
    "m above": (graves(b="b = mu * b + lr * m " + _DEN), "You step along m."),
    "no root": (graves(b="b = mu * b + lr * g / (v - m**2 + eps)"), "The root is missing"),
    "averaged": (graves(b="b = mu * b + (1 - mu) * lr * g " + _DEN), "Your buffer is an average."),
    "lr outside": (graves(b="b = mu * b + g " + _DEN, theta="theta = theta - lr * b"),
                   "Graves lets it multiply what enters"),
    "sign of b": (graves(b="b = mu * b - lr * g " + _DEN, theta="theta = theta + b"),
                  "Graves's own sign"),
    "nesterov": (graves(theta="theta = theta - (mu * b + lr * g / (v - m**2 + eps)**0.5)"),
                 "that is Nesterov's look-ahead: by hand your theta is -0.25, expected -0.5"),
    "no momentum": (graves(theta="theta = theta - lr * g " + _DEN), "leaves the buffer out"),
    "old b": (graves(b="old = b\n" + B, theta="theta = theta - old"), "the step takes the old b"),
    "lr twice": (graves(theta="theta = theta - lr * b"), "lr is there twice"),
    "climbs": (graves(theta="theta = theta + b"), "the sign is wrong"),
    "b in place": (graves(b="b *= mu\nb += lr * g " + _DEN),
                   "the numbers are right, but `b` changed in place"),
    "three values": (graves(end="return theta, v, m"), "you return 3 values"),
    "mu fixed": (graves(b=B.replace("mu", "0.9")), "`mu` has no effect"),
}


@pytest.mark.parametrize("name", GRAVES_RIGHT)
def test_a_right_step_is_correct(name):
    assert lesson07.graves_step.check(GRAVES_RIGHT[name])


@pytest.mark.parametrize("name", GRAVES_WRONG)
def test_a_wrong_step_is_named(name):
    answer, message = GRAVES_WRONG[name]
    outcome = lesson07.graves_step.check(answer)
    assert outcome.kind == "NotYet" and message in outcome.message, outcome


def test_the_hand_case_is_exact():
    hand = lesson07.graves_step.cases[0]
    assert lesson07.graves_step.reference(**hand.args) == (-0.5, 15.0, 3.0, 1.5)


@pytest.mark.parametrize("exercise", [lesson07.graves_step, lesson07.worst_rate])
def test_a_stub_is_not_attempted(exercise):
    stub = function(f"def f({', '.join(exercise.arguments)}):\n    return ...\n", "f")
    for answer in (..., stub):
        assert exercise.check(answer).kind == "NotAttempted"


_EIG = "max(abs(np.linalg.eigvals(np.array([[p, -mu], [1.0, 0.0]]))))"
_ROOT = "np.sqrt(complex(p * p - 4 * mu))"
RATE_WRONG = {
    "fastest": (rate(all="min(sizes)"), "That is the fastest coordinate."),
    "mean": (rate(all="sum(sizes) / len(sizes)"), "That is a mean over the coordinates."),
    "first": (rate(all="sizes[0]"), "That is the first curvature alone."),
    "largest curvature": (rate(all="sizes[list(curvatures).index(max(curvatures))]"),
                          "The largest curvature is not always the slowest"),
    "real part": (rate("max(abs(z.real) for z in np.roots([1, -p, mu]))"),
                  "not the size of the real part"),
    "signed": (rate("max(z.real if z.imag == 0 else abs(z) for z in np.roots([1, -p, mu]) + 0j)"),
               "take the size before you take the largest"),
    "smaller root": (rate("min(abs(z) for z in np.roots([1, -p, mu]))"),
                     "That is the smaller of the two roots."),
    "floor": (rate("mu**0.5"), "inside the window"),
    "squared": (rate("max(abs(z)**2 for z in np.roots([1, -p, mu]))"), "|z| squared"),
    "descent": (rate("abs(1 - lr * lam)"), "That is gradient descent"),
    "average": (rate(p="1 + mu - (1 - mu) * lr * lam"), "Your buffer averages the gradients"),
    "Nesterov": (rate("max(abs(z) for z in np.roots([1, -(1 + mu) * (1 - lr * lam), "
                      "mu * (1 - lr * lam)]))"), "That is Nesterov's rate"),
    "sign of mu": (rate("max(abs(z) for z in np.roots([1, -p, -mu]))"),
                   "The product of the roots is +mu"),
    "complex": (rate(all="0j + max(sizes)"), "is a complex number, or NaN"),
    "nothing": (rate(all="None"), "nothing was returned"),
    "all": (rate(all="np.array(sizes)"), "one number is expected"),
}


@pytest.mark.parametrize("answer", [rate(), rate(_EIG), rate(f"max(abs(p + {_ROOT}), abs(p - "
                                                             f"{_ROOT})) / 2")])
def test_a_rate_is_correct_in_three_ways(answer):
    outcome = lesson07.worst_rate.check(answer)
    assert outcome, outcome


@pytest.mark.parametrize("name", RATE_WRONG)
def test_a_wrong_rate_is_named(name):
    answer, message = RATE_WRONG[name]
    outcome = lesson07.worst_rate.check(answer)
    assert outcome.kind == "NotYet" and message in outcome.message, outcome


NUMBER_WRONG = {
    0.6345: "mu itself", 0.7966: "the root of mu", 0.6028: "product of the two roots",
    1.5528: "sum of the two roots", 0.95: "with this learning rate", 0.90476: "at its best rate",
    0.22361: "what a step takes away", 0.7: "too small", 0.85: "too large", 0: "cannot be",
    math.nan: "cannot be", "0.776": "is a str", None: "is None",
}


@pytest.mark.parametrize("answer", NUMBER_WRONG)
def test_a_wrong_number_is_named(answer):
    outcome = lesson07.nesterov_rate.check(answer)
    assert outcome.kind == "NotYet" and NUMBER_WRONG[answer] in outcome.message, outcome
    assert "v before" not in outcome.message  # the advice of another exercise


@pytest.mark.parametrize("answer", [1 - 1 / 20**0.5, 0.776, 0.7764])
def test_the_number_may_be_a_formula_or_three_digits(answer):
    assert lesson07.nesterov_rate.check(answer)


def test_between_the_ends_no_curvature_is_slower():
    mu = lab.momentum.best(0.2, 4.0)[2]
    between = [lab.momentum.nesterov_rate(lam / 400, mu) for lam in range(21, 400)]
    assert max(between) < lesson07.nesterov_rate.expected()
    assert lesson07.nesterov_rate.check(...).kind == "NotAttempted"


LOOP_WRONG = {
    "eps outside": (descend("d = (a**0.5 + eps) / (v + eps)**0.5 * g"),
                    "eps is added to the root and not under it"),
    "both outside": (descend("d = (a**0.5 + eps) / (v**0.5 + eps) * g"), "both eps stand outside"),
    "from one": (descend("d = a**0.5 / (v + eps)**0.5 * g", start="0 * theta + 1"),
                 "because a starts from 1"),
    "from eps": (descend("d = a**0.5 / (v + eps)**0.5 * g", start="0 * theta + eps"),
                 "a start of eps leaks away"),
    "constant": (descend("d = eps**0.5 / (v + eps)**0.5 * g"), "no longer remember earlier ones"),
    "no numerator": (descend("d = g / (v + eps)**0.5"), "RMSprop with a learning rate of 1"),
    "guard moved": (descend("d = (a + eps)**0.5 / v**0.5 * g"), "the guard of the denominator is"),
    "a of sizes": (descend(keep="abs(d)"), "the theta you return is not right yet"),
}


@pytest.mark.parametrize("answer", [descend(), descend("d = ((a + eps) / (v + eps))**0.5 * g")])
def test_the_repaired_loop_is_correct(answer):
    assert lesson07.descend.check(answer)


def test_the_loop_as_given_is_not_attempted():
    outcome = lesson07.descend.check(descend("d = a**0.5 / (v + eps)**0.5 * g"))
    assert outcome.kind == "NotAttempted"
    assert "the first coordinate moves 0, expected 0.2." in outcome.message


@pytest.mark.parametrize("name", LOOP_WRONG)
def test_a_wrong_repair_is_named(name):
    answer, message = LOOP_WRONG[name]
    outcome = lesson07.descend.check(answer)
    assert outcome.kind == "NotYet" and message in outcome.message, outcome


@pytest.fixture
def prediction():
    return fresh(lesson07.prediction)


def test_the_prediction_is_judged_by_what_is_measured(prediction):
    assert prediction.reveal(2.6).kind == "NotAttempted"
    assert prediction.check("b").kind == "Committed"
    outcome = prediction.reveal(prediction.measure())
    assert outcome.kind == "NotYet" and "that is d, it grows" in outcome.message
    assert [prediction.right(x) for x in (0.3, 0.63, 0.95, 2.0)] == ["a", "b", "c", "d"]


def test_the_right_prediction_follows_from_a_run(prediction):
    eta, mu, _ = lab.momentum.best(0.2, 4.0)
    walk = lab.run(lab.SGD(eta, momentum=mu, nesterov=True), lab.problems.bench(), 40)
    measured = float(walk.loss[40] / walk.loss[39]) ** 0.5
    assert measured == pytest.approx(prediction.measure(), rel=1e-6)
    prediction.check("d")
    assert prediction.reveal(measured)


def test_all_messages_differ():
    for wrong, exercise in ((GRAVES_WRONG, lesson07.graves_step),
                            (RATE_WRONG, lesson07.worst_rate), (LOOP_WRONG, lesson07.descend)):
        said = [exercise.check(answer).message for answer, _ in wrong.values()]
        assert len(set(said)) == len(said)
