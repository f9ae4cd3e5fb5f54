"""Lesson 2, descent in other units: the inputs on which it is judged, and what goes wrong."""

from rmsprop_lab.descent import preconditioned
from rmsprop_lab.exercises.calls import Case
from rmsprop_lab.exercises.function import FunctionExercise
from rmsprop_lab.exercises.mistakes import Mistake

__all__ = ["in_other_units"]

_ARGUMENTS = ("curvature", "theta", "scale", "lr", "steps")


def _walk(P, begin=lambda theta, scale: theta, end=lambda theta, scale: theta):
    """Descent on the bowl with the preconditioner `P(scale)`, from `begin` to `end`."""
    def walked(curvature, theta, scale, lr, steps):
        theta = begin(theta, scale)
        for _ in range(steps):
            theta = preconditioned(theta, curvature * theta, P(scale), lr=lr)
        return end(theta, scale)
    return walked


def _right(scale):
    return 1 / (scale * scale)


def _new_units(slope, begin=True):
    """Descent on the new parameters, with `slope(curvature, new, scale)`."""
    def walked(curvature, theta, scale, lr, steps):
        new = scale * theta if begin else theta
        for _ in range(steps):
            new = new - lr * slope(curvature, new, scale)
        return new / scale
    return walked


def _late_by_one(curvature, theta, scale, lr, steps):
    return _walk(_right)(curvature, theta, scale, lr, steps - 1)


def _slip(name, wrong, says, **more):
    return Mistake(name, wrong, says, output=0, witness="by hand",
                   measure=lambda args, theta: theta[0], **more)


# 8 with curvature 2 in half units: P = 4, so one step with lr = 1/16 takes 8 - 4 / 16 * 16 = 4.
_ONE = "from 8, curvature 2, scale 0.5, lr 1/16, one step leads to {got:.4g}, expected {want:.4g}. "

in_other_units = FunctionExercise(
    "in_other_units", "gradient descent in other units",
    arguments=_ARGUMENTS, returns=("theta",),
    cases=(
        Case("by hand", {"curvature": [2.0, 1.0], "theta": [8.0, -4.0], "scale": [0.5, 2.0],
                         "lr": 0.0625, "steps": 1}, dtype="float64"),
        Case("the bench", {"curvature": [0.2, 4.0], "theta": [-5.0, -2.0], "scale": [0.5, 3.0],
                           "lr": 0.7, "steps": 6}, dtype="float64"),
        Case("old units", {"curvature": [0.2, 4.0], "theta": [-5.0, -2.0], "scale": [1.0, 1.0],
                           "lr": 0.4, "steps": 5}, dtype="float64"),
        Case("three coordinates", {"curvature": [1.0, 30.0, 0.25], "theta": [3.0, 1.0, -2.0],
                                   "scale": [2.0, 4.0, 0.75], "lr": 0.5, "steps": 3},
             dtype="float64"),
    ),
    reference=_walk(_right),
    mistakes=(
        _slip("still in new units", _walk(_right, end=lambda theta, scale: scale * theta),
              _ONE + "That is where the walk ends in the new units; divide by the scale at the "
              "end."),
        _slip("only one division", _walk(lambda scale: 1 / scale),
              _ONE + "The scale has come in once. It comes in twice: the slope per old unit is "
              "curvature times the *old* theta, new / scale, and the slope per new unit is that "
              "divided by the scale once more."),
        _slip("inverse", _walk(lambda scale: scale * scale),
              _ONE + "The scale works the wrong way round. Parameters are multiplied by it, and "
              "so the slope per new unit is divided by it."),
        _slip("multiplied once", _walk(lambda scale: scale),
              _ONE + "The slope was multiplied by the scale. The parameters are; the slope goes "
              "the other way."),
        _slip("no scale in the slope", _walk(lambda scale: 1 + 0 * scale),
              _ONE + "That is descent in the old units: the scale cancels. The slope per new unit "
              "is not the slope per old unit."),
        _slip("start not converted",
              _new_units(lambda curvature, new, scale: curvature * new / scale**2, begin=False),
              _ONE + "The start was not put into new units: begin with scale * theta."),
        _slip("one step too few", _late_by_one,
              _ONE + "One step is missing: the loop runs `steps` times."),
        _slip("uphill", _walk(lambda scale: -_right(scale)),
              _ONE + "The step goes uphill: subtract."),
    ),
    praise="`in_other_units` is gradient descent with P = 1 / scale^2, as (2.8) says.",
    hints=(
        "Three parts: put theta into the new units, walk there, put the result back.",
        "The slope in old units is curvature * theta. If a new unit is a scale-th of an old one, "
        "how much loss is there per *new* unit? Use the chain rule.",
        "With new = scale * theta the loss is curvature * (new / scale)^2 / 2. Differentiate it "
        "with respect to new.",
        "The step is new = new - lr * curvature * new / scale**2. At the end, return new / scale.",
    ),
    source="02_descent",
)
