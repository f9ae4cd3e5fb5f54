"""Lesson 4, the bug: a training loop in which all coordinates share one v."""

from rmsprop_lab.exercises.calls import Case
from rmsprop_lab.exercises.function import FunctionExercise
from rmsprop_lab.exercises.mistakes import Mistake
from rmsprop_lab.rmsprop import rmsprop

__all__ = ["train"]


def _train(average):
    """RMSprop on the bowl, with v from `average(v, g, rho)`."""
    def trained(curvature, theta, steps, lr, rho):
        v = 0 * theta
        for _ in range(steps):
            g = curvature * theta
            v = average(v, g, rho)
            theta = theta - lr * g / (v**0.5 + 1e-8)
        return theta
    return trained


def _reference_train(curvature, theta, steps, lr, rho):
    v = 0 * theta
    for _ in range(steps):
        theta, v = rmsprop(theta, curvature * theta, v, lr=lr, rho=rho, eps=1e-8)
    return theta


def _fault(name, average, says, **more):
    def first_step(args, theta):
        return abs(args["theta"][0] - theta[0]) / args["lr"]
    return Mistake(name, _train(average), says, output=0, witness="one step",
                   measure=first_step, **more)


_FIRST = ("from (3, -4), with rho = 0.75, the first coordinate moves {got:.2f} lr, expected "
          "{want:.2f} lr")

train = FunctionExercise(
    "train", "find the bug in a training loop",
    arguments=("curvature", "theta", "steps", "lr", "rho"), returns=("theta",),
    cases=(
        Case("one step", {"curvature": [1.0, 1.0], "theta": [3.0, -4.0], "steps": 1, "lr": 0.5,
                          "rho": 0.75}, dtype="float64"),
        Case("the bench", {"curvature": [0.2, 4.0], "theta": [-5.0, -2.0], "steps": 5, "lr": 0.4,
                           "rho": 0.9}, dtype="float64"),
        Case("three bowls", {"curvature": [1e-2, 1.0, 50.0], "theta": [2.0, -3.0, 1.0], "steps": 5,
                             "lr": 0.1, "rho": 0.9}, dtype="float64"),
    ),
    reference=_reference_train,
    mistakes=(
        _fault("as given", lambda v, g, rho: rho * v + (1 - rho) * (g @ g),
               "`train` still does what it did: " + _FIRST + ".", unattempted=True),
        _fault("mean over coordinates", lambda v, g, rho: rho * v + (1 - rho) * (g * g).mean(),
               "the coordinates still share one v, now a mean: " + _FIRST + ". Which line joins "
               "what belongs to different coordinates?"),
        _fault("square of the sum", lambda v, g, rho: rho * v + (1 - rho) * g.sum() ** 2,
               "the coordinates still share one v: " + _FIRST + ". Which line joins what belongs "
               "to different coordinates?"),
        _fault("no square", lambda v, g, rho: rho * v + (1 - rho) * g,
               "every coordinate has its own v now, but g enters it without its square: " + _FIRST
               + "."),
        _fault("no square", lambda v, g, rho: rho * v + (1 - rho) * abs(g),
               "every coordinate has its own v now, but g enters it without its square: " + _FIRST
               + "."),
        _fault("no memory", lambda v, g, rho: g * g,
               "every coordinate has its own v now, but v forgets: " + _FIRST + ". The leaky "
               "average must stay."),
        _fault("weight missing", lambda v, g, rho: rho * v + g * g,
               "every coordinate has its own v now, but the new square enters it in full: " + _FIRST
               + ". The leaky average must stay."),
        _fault("summed", lambda v, g, rho: v + g * g,
               "every coordinate has its own v now, but it is a sum: " + _FIRST + ". The leaky "
               "average must stay."),
    ),
    praise="each coordinate is divided by the root of its own v, so the steep one no longer sets "
           "the pace of the other.",
    hints=(
        "RMSprop gives each coordinate its own step length. After one step from v = 0, how far "
        "should each coordinate have moved, in units of lr? Print `train` for one step.",
        "The coordinate with the small gradient hardly moves. By what is it divided?",
        "Print v inside the loop. Its two entries are equal although the gradients are not.",
        "`g @ g` is one number, the squared length of the whole gradient. Which product keeps the "
        "coordinates apart?",
    ),
    source="04_rmsprop",
)
