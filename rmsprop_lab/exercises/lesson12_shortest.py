"""Lesson 12, the bug: heavy ball to the shortest solution, from a start that is not zero."""

from rmsprop_lab.arrays import namespace, sign
from rmsprop_lab.exercises.calls import Case
from rmsprop_lab.exercises.function import FunctionExercise
from rmsprop_lab.exercises.mistakes import Mistake

__all__ = ["shortest"]


def _walk(start, move=None, end=None):
    """The loop with another start, with the gradient changed, or with a last line."""
    def walked(X, y, lr, mu, steps):
        theta, b = start(X, y), 0 * X[0]
        for _ in range(steps):
            g = X.T @ (X @ theta - y)
            b = mu * b + (g if move is None else move(g))
            theta = theta - lr * b
        return theta if end is None else end(theta, X)
    return walked


def _zero(X, y):
    return 0 * X[0]


def _length(args, theta):
    return sum(x * x for x in theta) ** 0.5


def _fault(name, wrong, says, **more):
    return Mistake(name, wrong, says, output=0, witness="a bill", measure=_length, **more)


_BILL = ("on a bill of x = [3, 1] and y = 4 your solution has the length {got:.4f}, expected "
         "{want:.4f}")

shortest = FunctionExercise(
    "shortest", "find the bug in a loop",
    arguments=("X", "y", "lr", "mu", "steps"), returns=("theta",),
    cases=(
        Case("a bill", {"X": [[3.0, 1.0]], "y": [4.0], "lr": 0.02, "mu": 0.5, "steps": 400},
             dtype="float64"),
        Case("two examples", {"X": [[1.0, 0.0, 2.0], [0.0, 1.0, -1.0]], "y": [2.0, 1.0],
                              "lr": 0.1, "mu": 0.5, "steps": 500}, dtype="float64"),
        Case("three features", {"X": [[1.0, 2.0, -2.0]], "y": [9.0], "lr": 0.0625, "mu": 0.5,
                           "steps": 300}, dtype="float64"),
    ),
    reference=_walk(_zero),
    mistakes=(
        _fault("as given", _walk(lambda X, y: 0 * X[0] + 0.5),
               "`shortest` still does what it did: " + _BILL + ".", unattempted=True),
        _fault("from one", _walk(lambda X, y: 0 * X[0] + 1.0),
               "the start is another one, but still no sum of rows: " + _BILL + ". Only such "
               "starts lead to the shortest solution, (12.3)."),
        _fault("small start", _walk(lambda X, y: 0 * X[0] + 1e-3),
               "a small start that is no sum of rows leaves a small mistake: "
               + _BILL.replace(".4f", ".8f") + "."),
        _fault("start taken off", _walk(lambda X, y: 0 * X[0] + 0.5,
                                        end=lambda theta, X: theta - 0.5),
               "you take the start off at the end, and with it the solution: " + _BILL + ", and "
               "its error is not zero any more."),
        _fault("sign", _walk(_zero, move=lambda g: sign(g)),
               "the start is right, but the step follows the sign: that leaves the rows, and "
               + _BILL + "."),
        _fault("normed", _walk(_zero, move=lambda g: g / (1e-12 + namespace(g).sum(g * g) ** 0.5)),
               "the start is right, but you divide the gradient by its length, and the walk does "
               "not settle: " + _BILL + "."),
    ),
    praise="from zero every step is a sum of rows, and so is the end. (So it would be from any sum "
           "of rows.)",
    hints=(
        "The error is zero, so the gradient and the step cannot be far wrong. But X theta = y has "
        "many solutions. If every step is a sum of rows, what else decides where the walk ends?",
        "Every step adds a sum of rows, so theta_t - theta_0 is one. When is theta_t itself one?",
        "(12.3) holds because of theta_0. Look at the first line.",
    ),
    source="12_generalisation",
)
