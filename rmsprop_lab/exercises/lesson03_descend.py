"""Lesson 3, the bug: a divisor that adds up sizes, where the root of the sum of squares belongs."""

from rmsprop_lab.adagrad import adagrad
from rmsprop_lab.arrays import abs, maximum, sqrt
from rmsprop_lab.exercises.calls import Case
from rmsprop_lab.exercises.function import FunctionExercise
from rmsprop_lab.exercises.mistakes import Mistake

__all__ = ["descend"]


def _descend(grow):
    """The loop with the divisor `grow(root, g)`."""
    def walked(curvature, theta, steps, lr):
        root = 0 * theta
        for _ in range(steps):
            g = curvature * theta
            root = grow(root, g)
            theta = theta - lr * g / root
        return theta
    return walked


def _reference(curvature, theta, steps, lr):
    s = 0 * theta
    for _ in range(steps):
        theta, s = adagrad(theta, curvature * theta, s, lr=lr, eps=0.0)
    return theta


def _fault(name, wrong, says, **more):
    return Mistake(name, wrong, says, output=0, witness="two steps",
                   measure=lambda args, theta: theta[0], **more)


# The gradients of the first coordinate are 4 and 3, so the right root is 5.
_TWO = ("from (4, -9), with curvature 1 and lr = 1, two steps take the first coordinate to "
        "{got:.4f}, expected {want:.4f}")
_SHARED = ("the clock is right now, but all coordinates share one divisor: " + _TWO
           + ". Each adds up its own squares.")

descend = FunctionExercise(
    "descend", "find the bug in a divisor",
    arguments=("curvature", "theta", "steps", "lr"), returns=("theta",),
    cases=(
        Case("two steps", {"curvature": [1.0, 1.0], "theta": [4.0, -9.0], "steps": 2, "lr": 1.0},
             dtype="float64"),
        Case("the bench", {"curvature": [0.2, 4.0], "theta": [-5.0, -2.0], "steps": 20, "lr": 0.4},
             dtype="float64"),
        Case("three bowls", {"curvature": [1e-2, 1.0, 50.0], "theta": [2.0, -3.0, 1.0],
                             "steps": 50, "lr": 0.1}, dtype="float64"),
    ),
    reference=_reference,
    mistakes=(
        _fault("as given", _descend(lambda root, g: root + abs(g)),
               "`descend` still does what it did: " + _TWO + ".", unattempted=True),
        _fault("signed", _descend(lambda root, g: abs(root + g)),
               "the divisor is now the size of the *sum* of the gradients: " + _TWO + ". Opposite "
               "gradients would cancel in it; squares do not."),
        _fault("no root", _descend(lambda root, g: root + g * g),
               "the divisor is now the sum of squares without a root: " + _TWO + ". Look at the "
               "units."),
        _fault("never a root", _descend(lambda root, g: root * root + g * g),
               "the squares are added and no root is taken: " + _TWO + ". Look at the units."),
        _fault("root of a root", _descend(lambda root, g: sqrt(root + g * g)),
               "the square is added to the *root*: " + _TWO + ". `root` must be squared before it "
               "can take in g * g."),
        _fault("no memory", _descend(lambda root, g: abs(g)),
               "the divisor holds only the newest gradient: " + _TWO + ". Every step is lr long "
               "then."),
        _fault("largest", _descend(maximum),
               "the divisor is now the largest gradient so far: " + _TWO + "."),
        _fault("largest", _descend(lambda root, g: maximum(root, abs(g))),
               "the divisor is now the largest gradient so far: " + _TWO + "."),
        _fault("leaky", _descend(lambda root, g: sqrt(0.9 * root * root + 0.1 * g * g)),
               "the divisor leaks now: " + _TWO + ". That is RMSprop, the subject of the next "
               "lesson."),
        _fault("shared", _descend(lambda root, g: sqrt(root * root + (g * g).sum())), _SHARED),
        _fault("shared", _descend(lambda root, g: sqrt(root * root + (g * g).mean())), _SHARED),
    ),
    praise="the divisor is the root of the sum of squares, and the walk arrives.",
    hints=(
        "The first step is right. In the second, the gradients so far are 4 and 3, say. By which "
        "number does (3.2) divide, and by which does the loop?",
        "On a slope that never changes, the loop divides step t by t times the slope. What "
        "does (3.4) say? Which clock is running here?",
        "The root of a sum is not the sum of the roots. The new root comes from the old one and "
        "from g as the long side of a right triangle comes from the other two.",
    ),
    source="03_adagrad",
)
