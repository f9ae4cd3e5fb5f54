"""Lesson 4, the step itself: the inputs on which it is judged, and what typically goes wrong."""

from rmsprop_lab.arrays import abs, sqrt
from rmsprop_lab.exercises.calls import Case
from rmsprop_lab.exercises.mistakes import Mistake
from rmsprop_lab.rmsprop import rmsprop

__all__ = ["CASES", "MISTAKES"]

#: v = .75 * 12 + .25 * 64 = 25 and 8 / (5 + 3) = 1: every number of this case is exact.
_HAND = {"theta": 1.0, "g": 8.0, "v": 12.0, "lr": 0.25, "rho": 0.75, "eps": 3.0}
_ARRAY = {
    "theta": [[1.0, -2.0, 0.5], [3.0, 0.0, -1.0]],
    "g": [[8.0, -0.5, 2.0], [-3.0, 1e-3, 0.0]],
    "v": [[12.0, 0.25, 1.0], [4.0, 0.0, 9.0]],
    "lr": 0.1, "rho": 0.9, "eps": 1e-3,
}
_SIX = "arrays of six numbers"

CASES = (
    Case("by hand", _HAND),
    Case("another rho", _HAND | {"rho": 0.5}),
    Case("another lr", _HAND | {"lr": 0.5}),
    Case("another eps", _HAND | {"eps": 5.0}),
    Case("from v = 0", {"theta": 2.0, "g": -3.0, "v": 0.0, "lr": 0.1, "rho": 0.9, "eps": 1e-8}),
    # v = g * g has settled, and eps is as large as v: the place of eps decides.
    Case("small gradient",
         {"theta": 0.0, "g": 1e-4, "v": 1e-8, "lr": 1e-3, "rho": 0.9, "eps": 1e-8}),
    Case("no gradient", {"theta": 1.0, "g": 0.0, "v": 0.0, "lr": 0.1, "rho": 0.9, "eps": 1e-8}),
    Case(_SIX, _ARRAY, dtype="float64"),
    Case("arrays of six numbers in float32", _ARRAY, dtype="float32"),
)


def _average(weigh):
    """A step whose v comes from `weigh(v, g, rho)`, and whose theta follows from that v."""
    def wrong(theta, g, v, lr, rho, eps):
        v = weigh(v, g, rho)
        root = sqrt(v) if not isinstance(v, float) else max(v, 0.0) ** 0.5
        return theta - lr * (g / (root + eps)), v
    return wrong


def _move(step):
    """A step with the right v, and a theta from `step(theta, g, old_v, v, lr, eps)`."""
    def wrong(theta, g, v, lr, rho, eps):
        new = rmsprop(theta, g, v, lr=lr, rho=rho, eps=eps)[1]
        return step(theta, g, v, new, lr, eps), new
    return wrong


def _swapped(theta, g, v, lr, rho, eps):
    return rmsprop(theta, g, v, lr=lr, rho=rho, eps=eps)[::-1]


def _all_coordinates(reduce):
    """v from one number for all coordinates; on single numbers nothing is wrong."""
    return lambda v, g, rho: rho * v + (1 - rho) * (
        g * g if isinstance(g, float) else reduce(g * g))


def _v(name, weigh, says, witness="by hand"):
    return Mistake(name, _average(weigh), says, output=1, witness=witness,
                   measure=lambda args, v: v if isinstance(v, float) else v[0])


def _theta(name, step, says, witness="by hand"):
    def length(args, theta):
        return (args["theta"] - theta) / args["lr"]
    return Mistake(name, _move(step), says, output=0, witness=witness, measure=length)


_NO_SQUARE = ("g enters v without its square: with g = 8 and v = 12 your v is {got:.3g}, expected "
              "{want:.3g}. v is an average of g * g, in squared units of g.")
_SHARED = ("all coordinates share one number: on single numbers your v is right, but in the array "
           "of six the first v is {got:.3g}, expected {want:.3g}. Each coordinate averages its own "
           "g * g: look for a sum, a mean, a norm or `@`.")
_PARENTHESES = ("eps is added to the quotient, not to the root: with g = 8, v = 12 your step is "
                "{got:.2f} lr, expected {want:.2f} lr. The denominator needs parentheses.")

MISTAKES = (
    Mistake("swapped", _swapped,
            "the two results come in the wrong order: you return v first. A caller writes "
            "`theta, v = rmsprop_step(...)`, so theta stands first."),
    _v("summed", lambda v, g, rho: v + g * g,
       "v is summed, not averaged: with g = 8 and v = 12 your v is {got:.3g}, expected {want:.3g}. "
       "A sum only grows. In a leaky average both terms have a weight, and the weights add up "
       "to one."),
    _v("weight missing", lambda v, g, rho: rho * v + g * g,
       "v is summed, not averaged: the old v leaks, but the new square enters in full. With g = 8 "
       "and v = 12 your v is {got:.3g}, expected {want:.3g}. The two weights must add up to one."),
    _v("weights exchanged", lambda v, g, rho: (1 - rho) * v + rho * (g * g),
       "the weights are exchanged: with rho = 0.75, g = 8, v = 12 your v is {got:.3g}, expected "
       "{want:.3g}. rho is the share of the past that is kept."),
    _v("no square", lambda v, g, rho: rho * v + (1 - rho) * g, _NO_SQUARE),
    _v("no square", lambda v, g, rho: rho * v + (1 - rho) * abs(g), _NO_SQUARE),
    _v("parentheses of 1 - rho", lambda v, g, rho: rho * v + 1 - rho * (g * g),
       "`1 - rho` has lost its parentheses: with g = 8 and v = 12 your v is {got:.3g}, expected "
       "{want:.3g}. Python multiplies before it subtracts."),
    _v("v not updated", lambda v, g, rho: v,
       "the v you return is the v you were given: {got:.3g} where {want:.3g} is expected. Return "
       "the new average: the caller hands it to the next step."),
    Mistake("root returned", lambda theta, g, v, lr, rho, eps: (
                (right := rmsprop(theta, g, v, lr=lr, rho=rho, eps=eps))[0], sqrt(right[1])),
            "you return the root of v: {got:.3g}, expected {want:.3g}. The state is v itself; the "
            "root belongs to the step.",
            output=1, witness="by hand", measure=lambda args, v: v),
    _v("coordinates summed", _all_coordinates(lambda x: x.sum()), _SHARED, _SIX),
    _v("coordinates averaged", _all_coordinates(lambda x: x.mean()), _SHARED, _SIX),
    _theta("stale v", lambda theta, g, old, v, lr, eps: theta - lr * (g / (sqrt(old) + eps)),
           "the step uses the old v: with v = 12 before and 25 after, your step is {got:.2f} lr, "
           "expected {want:.2f} lr. First the new v (4.2), then the step with it (4.3)."),
    _theta("eps inside", lambda theta, g, old, v, lr, eps: theta - lr * (g / sqrt(v + eps)),
           "eps is inside the root: at g = 1e-4 your step is {got:.2f} lr, expected {want:.2f} lr. "
           "In (4.3) the root is taken of v alone; eps is added to the root.", "small gradient"),
    _theta("eps inside and outside",
           lambda theta, g, old, v, lr, eps: theta - lr * (g / (sqrt(v + eps) + eps)),
           "eps is there twice, inside the root and outside: at g = 1e-4 your step is {got:.2f} "
           "lr, expected {want:.2f} lr. Keep the outer one.", "small gradient"),
    _theta("no root", lambda theta, g, old, v, lr, eps: theta - lr * (g / (v + eps)),
           "the root is missing: with v = 25 your step is {got:.2f} lr, expected {want:.2f} lr. "
           "v has squared units of g; only its root can be compared with g."),
    _theta("no eps", lambda theta, g, old, v, lr, eps: theta - lr * (g / sqrt(v)),
           "eps is missing from the denominator: with eps = 3 your step is {got:.2f} lr, expected "
           "{want:.2f} lr, and with g = 0 and v = 0 it is 0 / 0."),
    _theta("no lr", lambda theta, g, old, v, lr, eps: theta - g / (sqrt(v) + eps),
           "lr is missing: with lr = 0.25 your step is {got:.2f} lr, expected {want:.2f} lr."),
    _theta("wrong sign", lambda theta, g, old, v, lr, eps: theta + lr * (g / (sqrt(v) + eps)),
           "the sign is wrong: with g = 8 your step is {got:+.2f} lr, expected {want:+.2f} lr. The "
           "step goes against the gradient; yours climbs."),
    _theta("parentheses", lambda theta, g, old, v, lr, eps: theta - lr * g / sqrt(v) + eps,
           _PARENTHESES),
    _theta("parentheses", lambda theta, g, old, v, lr, eps: theta - lr * (g / sqrt(v) + eps),
           _PARENTHESES),
    _theta("plain descent", lambda theta, g, old, v, lr, eps: theta - lr * g,
           "the step is plain gradient descent: with g = 8 it is {got:.2f} lr, expected {want:.2f} "
           "lr. Divide g by the root of its mean square plus eps."),
    _theta("step returned", lambda theta, g, old, v, lr, eps: lr * (g / (sqrt(v) + eps)),
           "you return the step, not the new theta. Subtract it from theta."),
    _theta("step returned", lambda theta, g, old, v, lr, eps: -lr * (g / (sqrt(v) + eps)),
           "you return the change of theta, not the new theta. Add it to theta."),
    _theta("theta not updated", lambda theta, g, old, v, lr, eps: theta,
           "the theta you return is the theta you were given: your step is {got:.2f} lr, expected "
           "{want:.2f} lr. Return the new one."),
)
