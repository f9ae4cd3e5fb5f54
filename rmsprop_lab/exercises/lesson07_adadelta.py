"""Lesson 7, the bug: an AdaDelta without the eps that its steps grow from."""

from rmsprop_lab.adadelta import adadelta
from rmsprop_lab.averages import ema
from rmsprop_lab.exercises.calls import Case
from rmsprop_lab.exercises.function import FunctionExercise
from rmsprop_lab.exercises.mistakes import Mistake

__all__ = ["descend"]


def _descend(factor, a0=lambda eps: 0.0, keep=lambda d: d):
    """The loop with the factor of g from `factor(a, v, eps)`, and a from `keep(d)`."""
    def descended(curvature, theta, steps, rho, eps):
        v, a = 0 * theta, 0 * theta + a0(eps)
        for _ in range(steps):
            g = curvature * theta
            v = ema(v, g * g, rho)
            d = factor(a, v, eps) * g
            a = ema(a, keep(d) ** 2, rho)
            theta = theta - d
        return theta
    return descended


def _reference(curvature, theta, steps, rho, eps):
    v, a = 0 * theta, 0 * theta
    for _ in range(steps):
        theta, v, a = adadelta(theta, curvature * theta, v, a, lr=1.0, rho=rho, eps=eps)
    return theta


def _fault(name, wrong, says, **more):
    return Mistake(name, wrong, says, output=0, witness="one step",
                   measure=lambda args, theta: args["theta"][0] - theta[0], **more)


_FIRST = "from (3, -4) the first coordinate moves {got:.3g}, expected {want:.3g}"

descend = FunctionExercise(
    "descend", "find the bug in AdaDelta",
    arguments=("curvature", "theta", "steps", "rho", "eps"), returns=("theta",),
    cases=(
        Case("one step", {"curvature": [1.0, 1.0], "theta": [3.0, -4.0], "steps": 1, "rho": 0.75,
                          "eps": 0.01}, dtype="float64"),
        Case("the bench", {"curvature": [0.2, 4.0], "theta": [-5.0, -2.0], "steps": 20,
                           "rho": 0.95, "eps": 1e-6}, dtype="float64"),
        Case("three bowls", {"curvature": [1e-2, 1.0, 50.0], "theta": [2.0, -3.0, 1.0],
                             "steps": 30, "rho": 0.9, "eps": 1e-3}, dtype="float64"),
    ),
    reference=_reference,
    mistakes=(
        _fault("as given", _descend(lambda a, v, eps: a**0.5 / (v + eps)**0.5),
               "`descend` still does what it did: " + _FIRST + ".", unattempted=True),
        _fault("eps outside", _descend(lambda a, v, eps: (a**0.5 + eps) / (v + eps)**0.5),
               "it moves now, but eps is added to the root and not under it: " + _FIRST
               + ". In (7.33) the root is taken of a + eps."),
        _fault("both outside", _descend(lambda a, v, eps: (a**0.5 + eps) / (v**0.5 + eps)),
               "it moves now, but both eps stand outside their roots: " + _FIRST + "."),
        _fault("a starts at one", _descend(lambda a, v, eps: a**0.5 / (v + eps)**0.5,
                                           a0=lambda eps: 1.0),
               "it moves now, because a starts from 1: " + _FIRST + ". In AdaDelta a starts from "
               "0, and something else gives the first step its length."),
        _fault("a starts at eps", _descend(lambda a, v, eps: a**0.5 / (v + eps)**0.5,
                                           a0=lambda eps: eps),
               "the first step is right, but a start of eps leaks away, and later steps differ. "
               "In (7.33) eps is added at every step."),
        _fault("constant numerator", _descend(lambda a, v, eps: (eps / (v + eps))**0.5),
               "the first step is right, but the steps no longer remember earlier ones: that is "
               "RMSprop with a learning rate of the root of eps. a must stay in the numerator."),
        _fault("no numerator", _descend(lambda a, v, eps: 1 / (v + eps)**0.5),
               "that is RMSprop with a learning rate of 1: " + _FIRST + ". The numerator must "
               "stay."),
        _fault("eps moved", _descend(lambda a, v, eps: (a + eps)**0.5 / v**0.5),
               "it moves now, but the guard of the denominator is gone: "
               + _FIRST.replace(".3g", ".7g") + "."),
    ),
    praise="the numerator has its eps back: it is the length from which all steps grow.",
    hints=(
        "How far has theta moved after a hundred steps? Print d inside the loop.",
        "d is zero at the first step. Which factor of d is zero, and why does it stay so?",
        "a averages the squares of d. If d is zero, so is a, and if a is zero, so is d.",
        "Compare the line of d with (7.33), root by root.",
    ),
    source="07_momentum",
)
