"""Lesson 16, the rule of Lion: the inputs on which it is judged, and typical slips."""

from rmsprop_lab.arrays import sign
from rmsprop_lab.averages import ema
from rmsprop_lab.exercises.calls import Case
from rmsprop_lab.exercises.function import FunctionExercise
from rmsprop_lab.exercises.mistakes import Mistake

__all__ = ["lion"]

#: c = .5 * 2 - .5 * 8 = -3 and the new m = .875 * 2 - .125 * 8 = .75: they differ in sign.
_HAND = {"theta": 4.0, "g": -8.0, "m": 2.0, "lr": 0.25, "beta1": 0.5, "beta2": 0.875, "w": 0.5}
#: c = 3 has the sign of m and not of g.
_AGAINST = _HAND | {"g": -2.0, "m": 8.0}
_ARRAY = {
    "theta": [[1.0, -2.0, 0.5], [3.0, 0.0, -1.0]], "g": [[8.0, -0.5, 2.0], [-3.0, 1e-3, 0.0]],
    "m": [[-0.5, 0.25, -4.0], [4.0, 0.0, 0.0]], "lr": 0.1, "beta1": 0.9, "beta2": 0.99, "w": 0.3,
}


def _right(theta, g, m, lr, beta1, beta2, w):
    c = ema(m, g, beta1)
    return theta - lr * (sign(c) + w * theta), ema(m, g, beta2)


def _memory(remember):
    """A step whose new m comes from `remember(m, g, beta1, beta2)`, and whose theta is right."""
    def wrong(theta, g, m, lr, beta1, beta2, w):
        return _right(theta, g, m, lr, beta1, beta2, w)[0], remember(m, g, beta1, beta2)
    return wrong


def _move(step):
    """A step with the right m, and a theta from `step(theta, c, m, g, lr, w)`; m is the new one."""
    def wrong(theta, g, m, lr, beta1, beta2, w):
        new = ema(m, g, beta2)
        return step(theta, ema(m, g, beta1), new, g, lr, w), new
    return wrong


def _coupled(theta, g, m, lr, beta1, beta2, w):
    """The decay joins the gradient."""
    return _right(theta, g + w * theta, m, lr, beta1, beta2, 0.0)


def _turned(theta, g, m, lr, beta1, beta2, w):
    """The weights of c are exchanged."""
    return _right(theta, g, m, lr, 1 - beta1, beta2, w)[0], ema(m, g, beta2)


def _m(name, remember, says):
    return Mistake(name, _memory(remember), "with m = 2, g = -8, beta1 = 0.5, beta2 = 0.875 your "
                   "new m is {got:.5g}, expected {want:.5g}. " + says, output=1,
                   witness="by hand", measure=lambda args, m: m)


def _theta(name, step, says, witness="by hand"):
    return Mistake(name, _move(step), "m is right. " + _SAYS[witness] + "your theta is {got:.5g}, "
                   "expected {want:.5g}. " + says, output=0, witness=witness,
                   measure=lambda args, theta: theta)


_SAYS = {"by hand": "With theta = 4, m = 2, g = -8 ", "against g": "With theta = 4, m = 8, g = -2 "}

MISTAKES = (
    Mistake("swapped", lambda **given: _right(**given)[::-1],
            "the two results come in the wrong order: theta stands first, then the states."),
    _m("beta1", lambda m, g, beta1, beta2: ema(m, g, beta1),
       "That is the average with beta1, which gives the direction. What is remembered leaks with "
       "beta2."),
    _m("exchanged", lambda m, g, beta1, beta2: ema(m, g, 1 - beta2),
       "The weights are exchanged: beta2 is the share of the past."),
    _m("not updated", lambda m, g, beta1, beta2: m,
       "That is the old one. A kernel has to write its state back."),
    _m("summed", lambda m, g, beta1, beta2: beta2 * m + g,
       "The two weights add up to one."),
    _m("averaged twice", lambda m, g, beta1, beta2: ema(ema(m, g, beta1), g, beta2),
       "The average with beta1 is used once, for the direction, and then thrown away: the new m "
       "starts from the old m."),
    Mistake("coupled", _coupled,
            "with theta = 4, g = -8, w = 0.5 your new m is {got:.5g}, expected {want:.5g}. You add "
            "w theta to the gradient, and so both averages hold it. In Lion the decay is added "
            "after the sign.", output=1, witness="by hand", measure=lambda args, m: m),
    Mistake("c exchanged", _turned,
            "m is right. With m = 2, g = -8, beta1 = 0.875 your theta is {got:.5g}, expected "
            "{want:.5g}. The weights in c are exchanged: beta1 is the share of the past.",
            output=0, witness="another beta1", measure=lambda args, theta: theta),
    _theta("sign of the new m", lambda theta, c, m, g, lr, w: theta - lr * (sign(m) + w * theta),
           "You take the sign of the new m. The direction is the sign of c, made with beta1 from "
           "the old m."),
    _theta("sign of g", lambda theta, c, m, g, lr, w: theta - lr * (sign(g) + w * theta),
           "You take the sign of g alone.", "against g"),
    _theta("no sign", lambda theta, c, m, g, lr, w: theta - lr * (c + w * theta),
           "The sign is missing: every coordinate moves by the same length."),
    _theta("decay in the sign", lambda theta, c, m, g, lr, w: theta - lr * sign(c + w * theta),
           "The decay stands inside the sign, where its size is lost. It is added to the sign.",
           "against g"),
    _theta("no decay", lambda theta, c, m, g, lr, w: theta - lr * sign(c), "w has no effect."),
    _theta("decay without lr", lambda theta, c, m, g, lr, w: theta - lr * sign(c) - w * theta,
           "The decay lacks lr."),
    _theta("growth", lambda theta, c, m, g, lr, w: theta - lr * (sign(c) - w * theta),
           "The decay has the wrong sign: the parameter grows."),
    _theta("decay after", lambda theta, c, m, g, lr, w: (theta - lr * sign(c)) * (1 - lr * w),
           "You decay the parameter after the step. In the equation the old theta decays."),
    _theta("climbs", lambda theta, c, m, g, lr, w: theta + lr * sign(c) - lr * w * theta,
           "The step goes along the gradient; it should go against it."),
    _theta("no lr", lambda theta, c, m, g, lr, w: theta - (sign(c) + w * theta),
           "lr is missing."),
    _theta("step", lambda theta, c, m, g, lr, w: lr * (sign(c) + w * theta),
           "That is the step. Subtract it from theta."),
)

lion = FunctionExercise(
    "lion", "the rule of Lion",
    arguments=("theta", "g", "m", "lr", "beta1", "beta2", "w"), returns=("theta", "m"),
    order=(1, 0),
    cases=(
        Case("by hand", _HAND),
        Case("against g", _AGAINST),
        Case("another lr", _HAND | {"lr": 0.5}),
        Case("another beta1", _HAND | {"beta1": 0.875}),
        Case("another beta2", _HAND | {"beta2": 0.5}),
        Case("another w", _HAND | {"w": 0.25}),
        Case("nothing yet", _HAND | {"g": 0.0, "m": 0.0}),
        Case("arrays of six numbers", _ARRAY, dtype="float64"),
        Case("arrays of six numbers in float32", _ARRAY, dtype="float32"),
    ),
    reference=_right, mistakes=MISTAKES,
    praise="`lion` is right on numbers and on arrays, in float64 and float32, and writes none of "
           "its inputs.",
    hints=(
        "Three equations, three lines, and a return. Give the first average a name of its own: it "
        "is not kept.",
        "`lab.averages.ema(m, g, beta1)` is the direction's average. `lab.arrays.sign` takes its "
        "sign, on floats, arrays and symbols.",
        "The new m is an average with beta2 of the *old* m and g. Compute theta before you give "
        "m its new value, or use two names.",
    ),
    source="16_cost",
)
