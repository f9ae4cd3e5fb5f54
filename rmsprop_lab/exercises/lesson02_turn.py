"""Lesson 2, the bug: a descent that a turn of the valley changes, though it must not."""

from rmsprop_lab.descent import descent
from rmsprop_lab.exercises.calls import Case
from rmsprop_lab.exercises.function import FunctionExercise
from rmsprop_lab.exercises.mistakes import Mistake

__all__ = ["descend"]


def _times(H, theta):
    return (H * theta).sum(axis=1)


def _descend(slope):
    """All coordinates at once, with the gradient `slope(H, theta)`."""
    def walked(H, theta, lr, steps):
        for _ in range(steps):
            theta = descent(theta, slope(H, theta), lr=lr)
        return theta
    return walked


def _in_turn(order):
    """One coordinate after the other, each seeing what the ones before it have become."""
    def walked(H, theta, lr, steps):
        theta = 1 * theta
        for _ in range(steps):
            for i in order(range(len(theta))):
                theta[i] = theta[i] - lr * (H[i] * theta).sum()
        return theta
    return walked


def _fault(name, wrong, says, coordinate=1, **more):
    return Mistake(name, wrong, says, output=0, witness="one step",
                   measure=lambda args, theta: theta[coordinate], **more)


# H theta = (6, 11), so the second coordinate goes from 4 to 4 - 11 / 4 = 1.25.
_SECOND = ("with H = [2 1; 1 2.5], from (1, 4) and with lr = 1/4, one step takes the second "
           "coordinate to {got:.4g}, expected {want:.4g}. ")

descend = FunctionExercise(
    "descend", "find the bug with a turn",
    arguments=("H", "theta", "lr", "steps"), returns=("theta",),
    cases=(
        Case("one step", {"H": [[2.0, 1.0], [1.0, 2.5]], "theta": [1.0, 4.0], "lr": 0.25,
                          "steps": 1}, dtype="float64"),
        Case("along the axes", {"H": [[0.2, 0.0], [0.0, 4.0]], "theta": [-5.0, -2.0], "lr": 0.4,
                                "steps": 5}, dtype="float64"),
        Case("at 45 degrees", {"H": [[2.1, -1.9], [-1.9, 2.1]], "theta": [-2.0, -5.0], "lr": 0.4,
                               "steps": 5}, dtype="float64"),
        Case("three coordinates", {"H": [[2.0, 0.5, 0.0], [0.5, 1.0, -0.25], [0.0, -0.25, 3.0]],
                                   "theta": [1.0, -2.0, 4.0], "lr": 0.3, "steps": 4},
             dtype="float64"),
    ),
    reference=_descend(_times),
    mistakes=(
        _fault("as given", _in_turn(iter),
               "`descend` still does what it did: " + _SECOND + "The second slope saw a theta in "
               "which the first coordinate had already moved.", unattempted=True),
        _fault("backwards", _in_turn(reversed),
               "the coordinates go in another order, and still one after the other: "
               + _SECOND.replace("second", "first") + "In (2.1) all of them move at once, from "
               "one gradient.", coordinate=0),
        _fault("diagonal only", _descend(lambda H, theta: H.diagonal() * theta),
               "each coordinate sees only its own curvature now: " + _SECOND + "The entries beside "
               "the diagonal belong to the gradient H theta."),
        _fault("sum of everything", _descend(lambda H, theta: (H * theta).sum() + 0 * theta),
               "all coordinates get one and the same slope, a sum over all of H: " + _SECOND
               + "The slope of coordinate i is the sum over row i."),
        _fault("uphill", _descend(lambda H, theta: -_times(H, theta)),
               "the walk goes uphill: " + _SECOND + "Subtract the gradient."),
    ),
    praise="all coordinates move at once, from one gradient, and a turn of the valley no longer "
           "changes the loss.",
    hints=(
        "Along the axes the function is right, at an angle it is wrong. What is different about H "
        "at an angle?",
        "At an angle the slope of the second coordinate depends on the first. Print theta before "
        "and after the first pass of the inner loop: which theta does `H[1] * theta` see?",
        "(2.1) takes the whole gradient at one place. Compute all slopes first, from the old "
        "theta, and only then move.",
        "`g = (H * theta).sum(axis=1)`, then `theta = theta - lr * g`; the inner loop is gone.",
    ),
    source="02_descent",
)
