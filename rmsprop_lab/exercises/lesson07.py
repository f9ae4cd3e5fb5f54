"""The exercises of lesson 7: momentum, Graves, AdaDelta."""

import math

from rmsprop_lab import momentum
from rmsprop_lab.exercises.calls import Case
from rmsprop_lab.exercises.function import FunctionExercise
from rmsprop_lab.exercises.lesson07_adadelta import descend
from rmsprop_lab.exercises.lesson07_graves import graves_step
from rmsprop_lab.exercises.mistakes import Mistake
from rmsprop_lab.exercises.number import NumberExercise
from rmsprop_lab.exercises.prediction import Prediction

__all__ = ["EXERCISES", "descend", "graves_step", "nesterov_rate", "prediction", "worst_rate"]

SOURCE = "07_momentum"
_LOW, _HIGH = 0.2, 4.0


def _looking_ahead():
    """Nesterov's rate on the bench with the heavy ball's best pair."""
    lr, mu, _ = momentum.best(_LOW, _HIGH)
    return max(momentum.nesterov_rate(lr * lam, mu) for lam in (_LOW, _HIGH))


prediction = Prediction(
    "prediction", "Nesterov with the heavy ball's best settings",
    options={"a": (0.4, "it shrinks faster"), "b": (momentum.best(_LOW, _HIGH)[2], "as before"),
             "c": (0.9, "it shrinks more slowly"), "d": (2.6, "it grows")},
    quantity="the factor of the distance per step",
    because="The best learning rate of the heavy ball puts lr times the largest curvature far "
            "beyond 1. In (7.18) the product of the roots is mu (1 - lr lam): negative there, and "
            "the sum is negative too, so one root lies far below -1. Nesterov brakes where lr lam "
            "is below 1 and overshoots where it is well above.",
    measure=_looking_ahead,
    hints=(
        "Compute lr times the largest curvature for the pair (7.12). Is it above or below 1?",
        "Put that number into (7.18). What are the sum and the product of the two roots?",
    ),
    source=SOURCE,
)


def _over(pick, size):
    """An answer to `worst_rate`: `pick` of the sizes of all curvatures."""
    return lambda lr, mu, curvatures: pick([size(lr * lam, mu) for lam in curvatures])


def _mean(values):
    return sum(values) / len(values)


def _real_part(x, mu):
    """The largest |real part| of the roots of (7.6)."""
    p = 1 + mu - x
    return (abs(p) + math.sqrt(max(p * p - 4 * mu, 0.0))) / 2


def _signed(x, mu):
    """The largest root with its sign, where the roots are real."""
    p = 1 + mu - x
    d = p * p - 4 * mu
    return (p + math.sqrt(d)) / 2 if d >= 0 else math.sqrt(mu)


def _slip(name, wrong, says, witness):
    return Mistake(name, wrong, says, output=0, witness=witness, measure=lambda args, value: value)


_FLOOR, _MANY = "one curvature on the floor", "curvatures on both sides of the floor"
_CREEP = "the flattest coordinate is the slowest"
_GOT = "your rate is {got:.4f}, expected {want:.4f}. "

worst_rate = FunctionExercise(
    "worst_rate", "the rate of a heavy ball",
    arguments=("lr", "mu", "curvatures"), returns=("rate",),
    cases=(
        Case(_FLOOR, {"lr": 0.5, "mu": 0.25, "curvatures": [1.0]}),
        Case("another lr", {"lr": 3.0, "mu": 0.25, "curvatures": [1.0]}),
        Case("another mu", {"lr": 0.5, "mu": 0.0, "curvatures": [1.0]}),
        Case("left of the floor", {"lr": 0.1, "mu": 0.25, "curvatures": [1.0]}),
        Case(_MANY, {"lr": 0.5, "mu": 0.25, "curvatures": [0.1, 2.0, 4.94]}),
        Case(_CREEP, {"lr": 0.5, "mu": 0.25, "curvatures": [2.0, 0.1, 1.0]}),
        Case("beyond the floor", {"lr": 0.5, "mu": 0.5, "curvatures": [2.0, 5.9, 0.3]}),
    ),
    reference=lambda lr, mu, curvatures: float(_over(max, momentum.rate)(lr, mu, curvatures)),
    mistakes=(
        Mistake("complex", lambda lr, mu, curvatures: math.nan,
                "the rate you return is a complex number, or NaN. Where the roots are complex, "
                "take `abs` of each: the rate is a size.", output=0),
        _slip("fastest", _over(min, momentum.rate),
              "with three curvatures " + _GOT + "That is the fastest coordinate. The slowest one "
              "has the largest rate.", _MANY),
        _slip("mean", _over(_mean, momentum.rate),
              "with three curvatures " + _GOT + "That is a mean over the coordinates. In the long "
              "run only the slowest is left.", _MANY),
        _slip("first", _over(lambda values: values[0], momentum.rate),
              "with three curvatures " + _GOT + "That is the first curvature alone.", _MANY),
        _slip("largest curvature", lambda lr, mu, curvatures: momentum.rate(
                  lr * max(curvatures), mu),
              "with three curvatures " + _GOT + "The largest curvature is not always the slowest: "
              "left of the floor a small one creeps.", _CREEP),
        _slip("real part", _over(max, _real_part),
              "on the floor " + _GOT + "The roots are complex there. Their size is |z|, not the "
              "size of the real part.", _FLOOR),
        _slip("signed", _over(max, _signed),
              "with three curvatures " + _GOT + "A root of -0.9 is as slow as one of 0.9: take the "
              "size before you take the largest.", _MANY),
        _slip("smaller root", _over(max, lambda x, mu: mu / momentum.rate(x, mu)),
              "with three curvatures " + _GOT + "That is the smaller of the two roots.", _MANY),
        _slip("always the floor", _over(max, lambda x, mu: math.sqrt(mu)),
              "with three curvatures " + _GOT + "The root of mu is the rate inside the window "
              "(7.7) only.", _MANY),
        _slip("product", _over(max, lambda x, mu: momentum.rate(x, mu) ** 2),
              "on the floor " + _GOT + "That is |z| squared; take the root.", _FLOOR),
        _slip("no momentum", _over(max, lambda x, mu: abs(1 - x)),
              "with three curvatures " + _GOT + "That is gradient descent: mu is missing.", _MANY),
        _slip("averaging buffer", _over(max, lambda x, mu: momentum.rate((1 - mu) * x, mu)),
              "with three curvatures " + _GOT + "Your buffer averages the gradients; in (7.1) the "
              "new one enters in full, so lr is not multiplied by 1 - mu.", _MANY),
        _slip("Nesterov", _over(max, momentum.nesterov_rate),
              "with three curvatures " + _GOT + "That is Nesterov's rate, (7.18).", _MANY),
        _slip("sign of mu", _over(max, lambda x, mu: float(
                  (abs(1 + mu - x) + math.sqrt((1 + mu - x) ** 2 + 4 * mu)) / 2)),
              "on the floor " + _GOT + "The product of the roots is +mu. Look at the sign of the "
              "last term of (7.6), or at the -mu in (7.5).", _FLOOR),
    ),
    praise="`worst_rate` finds the slowest coordinate, on the floor and on both sides of it.",
    hints=(
        "One curvature first. With p = 1 + mu - lr lam, which quadratic equation do the roots "
        "solve?",
        "`np.roots([1, -p, mu])` gives both roots, complex ones too. `abs` of a complex number is "
        "its size.",
        "Collect the sizes of both roots for all curvatures, and return the largest.",
    ),
    source=SOURCE,
)

_KAPPA = _HIGH / _LOW
_MU = momentum.best(_LOW, _HIGH)[2]

nesterov_rate = NumberExercise(
    "nesterov_rate", "the rate of Nesterov's momentum",
    expected=lambda: max(momentum.nesterov_rate(lam / _HIGH, _MU) for lam in (_LOW, _HIGH)),
    slips=(
        (_MU, "{got:.4g} is mu itself, and the heavy ball's best rate. Here mu is not squared, and "
              "(7.18) has other roots."),
        (math.sqrt(_MU), "{got:.4g} is the root of mu. In (7.18) the product of the roots is "
                         "mu (1 - eta lam), not mu."),
        (_MU * (1 - 1 / _KAPPA), "{got:.4g} is the product of the two roots. They are equal, so "
                                 "each is its root."),
        ((1 + _MU) * (1 - 1 / _KAPPA), "{got:.4g} is the sum of the two roots. They are equal, so "
                                       "each is half of it."),
        (1 - 1 / _KAPPA, "{got:.4g} is gradient descent with this learning rate. Put mu in."),
        ((_KAPPA - 1) / (_KAPPA + 1), "{got:.4g} is gradient descent at its best rate. Put eta and "
                                      "mu into (7.18)."),
        (1 / math.sqrt(_KAPPA), "{got:.4g} is what a step takes away; the rate is what it leaves."),
    ),
    praise="the rate is {got:.4g}, or 1 - 1/sqrt(kappa).",
    hints=(
        "At the largest curvature eta lam is 1. What is left of (7.18)?",
        "At the smallest curvature eta lam is 1 / kappa. Write 1 + mu and 1 - 1 / kappa with "
        "k = sqrt(kappa), and simplify sum and product of the roots.",
        "Two numbers whose product is the square of half their sum are equal.",
    ),
    what="the rate of this method: it converges, and not in one step",
    sides=("too small", "too large"),
    advice="Write down the sum and the product of the roots of (7.18) at both ends, then the "
           "larger root.",
    source=SOURCE,
)

#: All of them, in the order of the notebook.
EXERCISES = (graves_step, prediction, worst_rate, nesterov_rate, descend)
