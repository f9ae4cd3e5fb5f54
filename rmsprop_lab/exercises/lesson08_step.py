"""Lesson 8, Adam's step: the inputs on which it is judged, and what typically goes wrong."""

from rmsprop_lab.adam import family
from rmsprop_lab.arrays import sqrt
from rmsprop_lab.averages import debias, ema
from rmsprop_lab.exercises.calls import Case
from rmsprop_lab.exercises.mistakes import Mistake

__all__ = ["CASES", "MISTAKES", "reference"]

_adam = family.variant()


def reference(theta, g, m, v, t, lr, beta1, beta2, eps):
    """The lab's own step."""
    return _adam(theta, g, m, v, lr=lr, beta1=beta1, beta2=beta2, eps=eps, t=t)


#: From zero: m = .5 * 8, v = .25 * 64, corrected 8 and 64, and 8 / (8 + 8): all of it is exact.
_HAND = {"theta": 1.0, "g": 8.0, "m": 0.0, "v": 0.0, "t": 1, "lr": 0.25, "beta1": 0.5,
         "beta2": 0.75, "eps": 8.0}
#: v = .75 * 16 + .25 * 64 = 28, m = .5 * 2 + .5 * 8 = 5.
_LATER = {"theta": 1.0, "g": 8.0, "m": 2.0, "v": 16.0, "t": 3, "lr": 0.25, "beta1": 0.5,
          "beta2": 0.75, "eps": 3.0}
_ARRAY = {
    "theta": [[1.0, -2.0, 0.5], [3.0, 0.0, -1.0]],
    "g": [[8.0, -0.5, 2.0], [-3.0, 1e-3, 0.0]],
    "m": [[1.0, 0.5, -2.0], [0.5, 0.0, 1.0]],
    "v": [[12.0, 0.25, 1.0], [4.0, 1e-6, 9.0]],
    "t": 4, "lr": 0.1, "beta1": 0.9, "beta2": 0.99, "eps": 1e-3,
}
_TINY = {"theta": 0.0, "g": 1e-6, "m": 0.0, "v": 0.0, "t": 1, "lr": 1e-3, "beta1": 0.9,
         "beta2": 0.999, "eps": 1e-8}
_SIX = "arrays of six numbers"

CASES = (
    Case("by hand", _HAND),
    Case("a later step", _LATER),
    Case("another t", _LATER | {"t": 7}),
    Case("another beta1", _LATER | {"beta1": 0.75}),
    Case("another beta2", _LATER | {"beta2": 0.5}),
    Case("another lr", _LATER | {"lr": 0.5}),
    Case("another eps", _LATER | {"eps": 5.0}),
    # The gradient of the lesson, where the place of eps decides.
    Case("tiny gradient", _TINY),
    Case("no gradient", _TINY | {"theta": 1.0, "g": 0.0}),
    Case(_SIX, _ARRAY, dtype="float64"),
    Case("arrays of six numbers in float32", _ARRAY, dtype="float32"),
)


def _state(first=ema, second=lambda v, g, b: ema(v, g * g, b)):
    """A step with other averages, and everything else right."""
    def wrong(theta, g, m, v, t, lr, beta1, beta2, eps):
        m, v = first(m, g, beta1), second(v, g, beta2)
        s = debias(v, beta2, t)
        root = sqrt(s) if not isinstance(s, float) else max(s, 0.0) ** 0.5
        return theta - lr * (debias(m, beta1, t) / (root + eps)), m, v
    return wrong


def _moved(step):
    """A step with right averages, and theta from step(theta, g, m, v, lr, eps, c1, c2)."""
    def wrong(theta, g, m, v, t, lr, beta1, beta2, eps):
        m, v = ema(m, g, beta1), ema(v, g * g, beta2)
        return step(theta, g, m, v, lr, eps, 1 - beta1**t, 1 - beta2**t), m, v
    return wrong


def _corrected_state(theta, g, m, v, t, lr, beta1, beta2, eps):
    theta, m, v = reference(theta, g, m, v, t, lr, beta1, beta2, eps)
    return theta, debias(m, beta1, t), debias(v, beta2, t)


def _stale(theta, g, m, v, t, lr, beta1, beta2, eps):
    new = reference(theta, g, m, v, t, lr, beta1, beta2, eps)
    c1, c2 = 1 - beta1**t, 1 - beta2**t
    return theta - lr * (m / c1 / (sqrt(v / c2) + eps)), *new[1:]


def _betas(theta, g, m, v, t, lr, beta1, beta2, eps):
    return reference(theta, g, m, v, t, lr, beta2, beta1, eps)


def _power(off):
    def wrong(theta, g, m, v, t, lr, beta1, beta2, eps):
        new = reference(theta, g, m, v, t + off, lr, beta1, beta2, eps)
        return new
    return wrong


def _swapped(theta, g, m, v, t, lr, beta1, beta2, eps):
    new = reference(theta, g, m, v, t, lr, beta1, beta2, eps)
    return new[1], new[2], new[0]


def _average(name, wrong, says, output, witness="a later step"):
    return Mistake(name, wrong, says, output=output, witness=witness,
                   measure=lambda args, value: value)


def _theta(name, step, says, witness="by hand"):
    def length(args, theta):
        return (args["theta"] - theta) / args["lr"]
    return Mistake(name, step, says, output=0, witness=witness, measure=length)


_GOT = "your step is {got:.2f} lr, expected {want:.2f} lr"
_FINE = _GOT.replace(".2f", ".4f")
_M = "with g = 8 and m = 2 your m is {got:.3g}, expected {want:.3g}"
_V = "with g = 8 and v = 16 your v is {got:.3g}, expected {want:.3g}"
_FIRST = "at the first step with g = 8 " + _GOT

MISTAKES = (
    Mistake("swapped", _swapped, "the results come in the wrong order: theta stands first, then "
                                 "m, then v."),
    Mistake("betas exchanged", _betas,
            "the two decays are exchanged: beta1 belongs to m, beta2 to v."),
    _average("corrected m returned", _corrected_state,
             "you return the corrected averages: in the third step your m is {got:.3g}, expected "
             "{want:.3g}. The state is m and v as (8.1) and (8.2) leave them; the next step would "
             "correct yours a second time.", 1),
    _average("m exchanged", _state(first=lambda m, g, b: (1 - b) * m + b * g),
             "the weights of m are exchanged: " + _M.replace("m = 2", "m = 2, beta1 = 0.75")
             + ". beta1 is the share of the past that is kept.", 1, "another beta1"),
    _average("m summed", _state(first=lambda m, g, b: b * m + g),
             "the new gradient enters m in full: " + _M + ". In a leaky average the two weights "
             "add up to one.", 1),
    _average("m of squares", _state(first=lambda m, g, b: ema(m, g * g, b)),
             "m averages the squares: " + _M + ". m is the average of g itself, (8.1).", 1),
    _average("m not updated", _state(first=lambda m, g, b: m),
             "the m you return is the m you were given: {got:.3g} where {want:.3g} is expected.",
             1),
    _average("v exchanged", _state(second=lambda v, g, b: (1 - b) * v + b * (g * g)),
             "the weights of v are exchanged: " + _V + ". beta2 is the share of the past that is "
             "kept.", 2),
    _average("v summed", _state(second=lambda v, g, b: b * v + g * g),
             "the new square enters v in full: " + _V + ". In a leaky average the two weights add "
             "up to one.", 2),
    _average("v without square", _state(second=lambda v, g, b: ema(v, g, b)),
             "g enters v without its square: " + _V + ". v averages g * g, (8.2).", 2),
    _average("v not updated", _state(second=lambda v, g, b: v),
             "the v you return is the v you were given: {got:.3g} where {want:.3g} is expected.",
             2),
    _theta("no correction", _moved(lambda th, g, m, v, lr, e, c1, c2:
                                   th - lr * (m / (sqrt(v) + e))),
           "neither average is corrected: " + _FIRST + ". Both started from zero; divide each by "
           "the weight it has seen, (8.3)."),
    _theta("m not corrected", _moved(lambda th, g, m, v, lr, e, c1, c2:
                                     th - lr * (m / (sqrt(v / c2) + e))),
           "m is not corrected: " + _FIRST + ". It started from zero too."),
    _theta("v not corrected", _moved(lambda th, g, m, v, lr, e, c1, c2:
                                     th - lr * (m / c1 / (sqrt(v) + e))),
           "v is not corrected: " + _FIRST + ". It started from zero too."),
    _theta("multiplied", _moved(lambda th, g, m, v, lr, e, c1, c2:
                                th - lr * (m * c1 / (sqrt(v * c2) + e))),
           "the averages are multiplied by 1 - beta^t: " + _FIRST + ". They are too small at "
           "first; divide."),
    _theta("t one too large", _power(1),
           "the power of beta is t + 1: in the third step " + _FINE + ". t counts from 1, and is "
           "the number of the step you make.", "a later step"),
    _theta("t one too small", _power(-1),
           "the power of beta is t - 1: in the third step " + _FINE + ". t counts from 1, and is "
           "the number of the step you make.", "a later step"),
    _theta("corrected outside the root", _moved(lambda th, g, m, v, lr, e, c1, c2:
                                                th - lr * (m / c1 / (sqrt(v) / c2 + e))),
           "v is corrected after the root: " + _FIRST + ". Divide v by 1 - beta2^t, then take the "
           "root."),
    _theta("eps hat", _moved(lambda th, g, m, v, lr, e, c1, c2:
                             th - lr * c2**0.5 / c1 * (m / (sqrt(v) + e))),
           "eps stands beside the root of the raw v: with g = 1e-6 " + _GOT + ". That is the form "
           "(8.9) with a constant eps hat; in (8.3) eps is added to the root of the corrected v.",
           "tiny gradient"),
    _theta("eps inside", _moved(lambda th, g, m, v, lr, e, c1, c2:
                                th - lr * (m / c1 / sqrt(v / c2 + e))),
           "eps is inside the root: with g = 1e-6 " + _GOT + ". In (8.3) the root is taken of the "
           "corrected v alone.", "tiny gradient"),
    _theta("no root", _moved(lambda th, g, m, v, lr, e, c1, c2:
                             th - lr * (m / c1 / (v / c2 + e))),
           "the root is missing: " + _FIRST + ". v has squared units of g."),
    _theta("no eps", _moved(lambda th, g, m, v, lr, e, c1, c2:
                            th - lr * (m / c1 / sqrt(v / c2))),
           "eps is missing: " + _FIRST + ", and without any gradient it is 0 / 0."),
    _theta("numerator g", _moved(lambda th, g, m, v, lr, e, c1, c2:
                                 th - lr * (g / (sqrt(v / c2) + e))),
           "the numerator is the newest gradient: in the third step " + _GOT + ". Adam averages "
           "it; that is what m is for.", "a later step"),
    _theta("stale averages", _stale,
           "the step uses the averages from before: in the third step " + _GOT + ". First (8.1) "
           "and (8.2), then the step with the new m and v.", "a later step"),
    _theta("wrong sign", _moved(lambda th, g, m, v, lr, e, c1, c2:
                                th + lr * (m / c1 / (sqrt(v / c2) + e))),
           "the sign is wrong: with g = 8 your step is {got:+.2f} lr, expected {want:+.2f} lr."),
    _theta("no lr", _moved(lambda th, g, m, v, lr, e, c1, c2:
                           th - m / c1 / (sqrt(v / c2) + e)),
           "lr is missing: with lr = 0.25 " + _GOT + "."),
    _theta("theta not updated", _moved(lambda th, g, m, v, lr, e, c1, c2: th),
           "the theta you return is the theta you were given. Return the new one."),
)
