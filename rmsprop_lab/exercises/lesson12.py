"""The exercises of lesson 12: which solution a method picks. `lesson12.build.check(build)`."""

import numpy as np

from rmsprop_lab.arrays import abs, namespace, sign
from rmsprop_lab.decay import halving
from rmsprop_lab.exercises.calls import Case
from rmsprop_lab.exercises.function import FunctionExercise
from rmsprop_lab.exercises.lesson12_build import build
from rmsprop_lab.exercises.lesson12_shortest import shortest
from rmsprop_lab.exercises.mistakes import Mistake
from rmsprop_lab.exercises.number import NumberExercise
from rmsprop_lab.exercises.prediction import Prediction
from rmsprop_lab.generalisation import (
    error_rate,
    minimum_norm,
    settle,
    sign_factor,
    sign_solution,
    wilson_data,
)
from rmsprop_lab.problems import LeastSquares
from rmsprop_lab.rmsprop import RMSprop

__all__ = ["EXERCISES", "build", "more_constants", "prediction", "shortest", "two_answers"]

SOURCE = "12_generalisation"


def _sum(values):
    return namespace(values).sum(values)


def _nearest(x, y):
    return minimum_norm(x[None, :], 0 * x[:1] + y)


def _corner(x, y):
    return sign_solution(x[None, :], 0 * x[:1] + y)


def _answers(nearest=_nearest, corner=_corner):
    """An answer to `two_answers`, of its two halves."""
    return lambda x, y: (nearest(x, y), corner(x, y))


def _one(name, says, at=0, witness="the bill", **half):
    """A slip in one half, measured at one feature of a case."""
    return Mistake(name, _answers(**half), says, output=int("corner" in half), witness=witness,
                   measure=lambda args, place: place[at])


_FIRST = "for x = [3, -1] and y = 4 you let {} begin with {{got:.4g}}, expected {{want:.4g}}. "
_GD, _RMS = _FIRST.format("gradient descent"), "the first is right, but " + _FIRST.format("RMSprop")
_NEGATIVE = _RMS.replace("x = [3, -1] and y = 4", "x = [0.5, 2, -1] and y = -7")

two_answers = FunctionExercise(
    "two_answers", "where gradient descent and RMSprop land on one example",
    arguments=("x", "y"), returns=("nearest", "corner"),
    cases=(
        Case("the bill", {"x": [3.0, -1.0], "y": 4.0}, dtype="float64"),
        Case("a negative target", {"x": [0.5, 2.0, -1.0], "y": -7.0}, dtype="float64"),
        Case("four equal features", {"x": [2.0, 2.0, 2.0, 2.0], "y": 4.0}, dtype="float64"),
        Case("in float32", {"x": [-1.0, 0.25, 2.0], "y": 1.5}, dtype="float32"),
    ),
    reference=_answers(),
    mistakes=(
        Mistake("swapped", lambda x, y: _answers()(x, y)[::-1],
                "the two results come in the wrong order: gradient descent stands first."),
        _one("no square", _GD + "Your point is not on the line: put it into x . theta. The sum in "
             "(12.4) is that of the squares.", nearest=lambda x, y: x * (y / _sum(abs(x)))),
        _one("a root", _GD + "You divide by the length of x. X X^T is its square.",
             nearest=lambda x, y: x * (y / _sum(x * x) ** 0.5)),
        _one("no target", _GD + "The target is missing: your point says 1 of the example, whatever "
             "y is.", nearest=lambda x, y: x / _sum(x * x)),
        _one("not divided", _GD + "A multiple of x, but your point is not on the line: which "
             "multiple has x . theta = y?", nearest=lambda x, y: x * y),
        _one("sizes only", _GD.replace("begin", "end") + "The sizes are right. A multiple of x has "
             "the signs of x.", at=1, nearest=lambda x, y: abs(_nearest(x, y)) * sign(y)),
        _one("each alone", _GD + "You let every feature explain the whole target by itself.",
             nearest=lambda x, y: y / x),
        _one("each its share", _GD + "Your point is on the line, but not the nearest one: its "
             "coordinates must be a multiple of x, (12.3).", nearest=lambda x, y: y / x / len(x)),
        _one("no sign", _RMS.replace("begin", "end") + "The sizes are right. A weight has the sign "
             "of its slope, q = X^T y.", at=1,
             corner=lambda x, y: 0 * x + y / _sum(abs(x))),
        _one("signed sum", _RMS + "The sum in c is that of the sizes |x_j|; with signs, features "
             "cancel.", corner=lambda x, y: sign(x) * (y / _sum(x))),
        _one("largest", _RMS + "You divide by the largest feature. All features share the work: "
             "(12.8) with one row says c y = the sum of all |x_j| with the sign of y.",
             corner=lambda x, y: sign(x) * (y / namespace(x).max(abs(x)))),
        _one("count", _RMS + "You divide by the number of features. That fits only features of "
             "size 1.", corner=lambda x, y: sign(x) * (y / len(x))),
        _one("squares", _RMS + "Not the squares: x . sign(x) is the sum of the sizes.",
             corner=lambda x, y: sign(x) * (y / _sum(x * x))),
        _one("no target", _RMS + "Your point says 1 of the example, whatever y is: the target is "
             "missing, or it cancels.", corner=lambda x, y: sign(x) / _sum(abs(x))),
        _one("not divided", _RMS + "You have the signs and the target. Which multiple of the signs "
             "has x . theta = y?", corner=lambda x, y: sign(x) * y),
        _one("upside down", _NEGATIVE + "You multiply by c. The landing is sign(q) / c, (12.12).",
             witness="a negative target",
             corner=lambda x, y: sign(x) * (_sum(abs(x)) / y)),
        _one("c without squares", _RMS + "c is not the sum of all |q_j|: (12.8) times y says that "
             "this sum is c y^2.", corner=lambda x, y: sign(x) / (y * _sum(abs(x)))),
        _one("lost sign of y", _NEGATIVE + "The sign of y turns all signs round, once.",
             witness="a negative target",
             corner=lambda x, y: sign(x) * ((y * y) ** 0.5 / _sum(abs(x)))),
        _one("nearest twice", _RMS + "That is where gradient descent lands.",
             corner=lambda x, y: 1 * _nearest(x, y)),
    ),
    praise="one example, two answers: a multiple of x, and a multiple of sign(x).",
    hints=(
        "Gradient descent from zero can only reach multiples of x, (12.3). Which multiple has "
        "x . theta = y?",
        "RMSprop walks along the signs of q = X^T y, which for one example are those of x times "
        "that of y. Which multiple of sign(x) has x . theta = y?",
        "x . sign(x) is the sum of the sizes. `lab.arrays.abs` and `lab.arrays.sign` work on any "
        "array.",
    ),
    source=SOURCE,
)


def _minority(stages=8, steps=150):
    """The share that RMSprop gets right when the positives are the minority."""
    labels = np.array([1.0] * 24 + [-1.0] * 36 + [1.0] * 40 + [-1.0] * 60)
    rows = wilson_data(labels)
    data = LeastSquares(rows[:60], labels[:60], np.zeros(rows.shape[1]))
    end = settle(RMSprop(rho=0.99), data.grad, data.theta0, halving(0.003, stages, steps))
    return 1 - error_rate(end, rows[60:], labels[60:])


prediction = Prediction(
    "prediction", "what RMSprop says when the majority is negative",
    options={"a": (0.02, "none, or next to none"), "b": (0.4, "the positive ones"),
             "c": (0.6, "the negative ones"), "d": (1.0, "all of them")},
    quantity="the share of new examples that it gets right",
    because="The majority decides the first steps only. A negative example has five private "
            "features and a positive one has one, so the negatives are soon explained by theirs. "
            "What is left to explain are the positives, and the constants turn to them.",
    measure=_minority,
    hints=(
        "Do the first step by hand: every touched weight moves by the same amount, with the sign "
        "of q. What do the 24 and the 36 examples hear then?",
        "After some steps, whose errors are larger, those of the positives or those of the "
        "negatives? The slope of a constant is the sum of all errors.",
    ),
    source=SOURCE,
)


def _of_a_negative(count):
    """What the adaptive methods say of a new negative when there are `count` constants."""
    labels = np.array([1.0, 1.0, -1.0])
    X = wilson_data(labels, private=(1, 2 * count + 1), constants=(1.0,) * count)
    return (count - 1) / sign_factor(X, labels)


more_constants = NumberExercise(
    "more_constants", "what is said of a new negative with five constants",
    expected=lambda: _of_a_negative(5),
    slips=(
        (1 / 4, "{got:.4g} is the answer for two constants. Here there are five."),
        (4 / 6, "{got:.4g}: your c lacks the private feature of the positive example."),
        (4 / 11, "{got:.4g}: 11 is the number of private features of a negative example. The "
                 "weights are 1 / c, and c is what the signs say of a positive one."),
        (6 / 7, "{got:.4g} is what they say of a new *positive* example. The label of a negative "
                "one is -1."),
        (5 / 7, "{got:.4g}: the constants alone. The label feature counts, too, with -1."),
        (1 / 7, "{got:.4g} is one weight. A new negative example has a label feature and five "
                "constants."),
        (4.0, "{got:.4g} is c times the answer: the weights are 1 / c, not 1."),
        (11.0, "{got:.4g} is the number of private features, the first of the two questions. The "
               "answer is what they say of a new negative."),
        (7.0, "{got:.4g} is c. What do weights of size 1 / c say of a new negative?"),
        (4 / 4, "{got:.4g}: with more constants c is not 4 any more. Count what the signs say of a "
                "positive example."),
        (4 / 8, "{got:.4g}: count c again. A positive example has one label feature, five "
                "constants and one private feature."),
    ),
    praise="a new negative hears +{got:.4g}.",
    hints=(
        "Write down what sign(q) says of a positive example with k constants and one private "
        "feature. By (12.8) that is c.",
        "Of a negative example it must say -c. That gives the number of private features.",
        "A new example shares only the label and the constants with the old ones, and all weights "
        "are 1 / c in size: (12.17) with k in place of 2.",
    ),
    what="what is said here: the constants outvote the label", sides=("too small", "too large"),
    advice="Find c from a positive example, then add up label and constants of a new negative one "
           "and divide by c.",
    source=SOURCE,
)

#: All of them, in the order of the notebook.
EXERCISES = (two_answers, prediction, build, more_constants, shortest)
