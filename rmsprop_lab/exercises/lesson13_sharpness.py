"""Lesson 13, the measurement and its bug: the largest eigenvalue in the units of a divisor."""

import numpy as np

from rmsprop_lab.arrays import sqrt
from rmsprop_lab.averages import ema
from rmsprop_lab.edge import dense
from rmsprop_lab.exercises.calls import Case
from rmsprop_lab.exercises.function import FunctionExercise
from rmsprop_lab.exercises.mistakes import Mistake

__all__ = ["at_the_end", "sharpness"]

SOURCE = "13_edge"


def _host(*values):
    """The same numbers in NumPy, since a GPU's library lacks some of the wrong ways."""
    return [np.asarray(x.get() if hasattr(x, "get") else x) for x in values]


def _of(measure):
    """An answer of the form measure(H, D), with RMSprop's divisor."""
    def answer(H, v, eps):
        H, v = _host(H, v)
        return float(measure(H, np.sqrt(v) + eps))
    return answer


def _with(divide):
    """An answer with the right eigenvalue of a wrong divisor, from divide(v, eps)."""
    def answer(H, v, eps):
        H, v = _host(H, v)
        return dense(H, divide(v, eps))
    return answer


def _eigenvalues(M):
    return np.linalg.eigvals(M).real


def _slip(name, wrong, says, witness="two coupled coordinates"):
    return Mistake(name, wrong, says, output=0, witness=witness, measure=lambda args, x: x)


_GOT = ("for H = [[3, 2], [2, 5]], v = [4, 1] and eps = 0.5 you return {got:.4g}, expected "
        "{want:.4g}. ")

sharpness = FunctionExercise(
    "sharpness", "the largest eigenvalue in the units of RMSprop's divisor",
    arguments=("H", "v", "eps"), returns=("sharpness",),
    cases=(
        Case("along the axes", {"H": [[2.0, 0.0], [0.0, 6.0]], "v": [1.0, 9.0], "eps": 0.0},
             dtype="float64"),
        Case("two coupled coordinates",
             {"H": [[3.0, 2.0], [2.0, 5.0]], "v": [4.0, 1.0], "eps": 0.5}, dtype="float64"),
        Case("a ridge", {"H": [[-9.0, 1.0], [1.0, 2.0]], "v": [1.0, 4.0], "eps": 0.25},
             dtype="float64"),
        Case("small slopes", {"H": [[4.0, 1.0, 0.0], [1.0, 3.0, -1.0], [0.0, -1.0, 2.0]],
                              "v": [1e-4, 1e-6, 1e-2], "eps": 1e-3}, dtype="float64"),
    ),
    reference=_of(dense),
    mistakes=(
        _slip("no divisor", _of(lambda H, D: dense(H)),
              _GOT + "That is the sharpness of H alone, in the units of gradient descent."),
        _slip("not symmetric", _of(lambda H, D: np.linalg.eigvalsh(H / D[:, None])[-1]),
              _GOT + "D^-1 H is not symmetric, and `eigvalsh` reads only one half of it. Take the "
              "symmetric matrix of (13.14)."),
        _slip("not symmetric", _of(lambda H, D: np.linalg.eigvalsh(H / D)[-1]),
              _GOT + "Dividing the columns by D gives a matrix that is not symmetric, and "
              "`eigvalsh` reads only one half of it. Take the symmetric matrix of (13.14)."),
        _slip("divided twice", _of(lambda H, D: dense(H, D * D)),
              _GOT + "You divide by D on both sides. Each side gets the root of D, (13.14)."),
        _slip("multiplied", _of(lambda H, D: dense(H, 1 / D)),
              _GOT + "You multiply by D. A step that is divided by more sees flatter ground."),
        _slip("root missing", _with(lambda v, eps: v + eps),
              _GOT + "RMSprop divides by the root of v, plus eps."),
        _slip("eps inside", _with(lambda v, eps: np.sqrt(v + eps)),
              _GOT + "eps is inside the root; here it is added to the root."),
        _slip("no eps", _with(lambda v, eps: np.sqrt(v)), _GOT + "eps is missing from D."),
        _slip("largest in size",
              _of(lambda H, D: np.abs(_eigenvalues(H / D[:, None])).max()),
              "at a ridge, with H = [[-9, 1], [1, 2]], you return {got:.4g}, expected {want:.4g}. "
              "That is the largest eigenvalue in size. The edge concerns the largest.", "a ridge"),
        _slip("smallest", _of(lambda H, D: _eigenvalues(H / D[:, None]).min()),
              _GOT + "That is the smallest eigenvalue; `eigvalsh` sorts upwards."),
        _slip("sum", _of(lambda H, D: (np.diag(H) / D).sum()),
              _GOT + "That is the sum of the eigenvalues."),
        _slip("diagonal", _of(lambda H, D: (np.diag(H) / D).max()),
              _GOT + "You look at the diagonal alone. The entries beside it couple the "
              "coordinates, and the largest eigenvalue is larger than every diagonal entry."),
        _slip("ratio", _of(lambda H, D: dense(H) / D.min()),
              _GOT + "The largest curvature and the smallest divisor may belong to different "
              "directions. Divide first, then look for the eigenvalue."),
    ),
    praise="`sharpness` measures the ground as RMSprop sees it.",
    hints=(
        "First D, one number for each coordinate, from v and eps. Then a matrix, then its largest "
        "eigenvalue.",
        "D^-1 H divides row i by D_i and is not symmetric. By (13.14) the matrix whose entry i, j "
        "is H_ij / (r_i r_j), with r the root of D, has the same eigenvalues.",
        "`H / r` divides the columns and `H / r[:, None]` the rows. Do both. `eigvalsh` returns "
        "the eigenvalues in ascending order: take the last.",
    ),
    source=SOURCE,
)


def _walk(measure):
    """The loop with another last line: measure(h, D, v, lr)."""
    def answer(h, theta, lr, rho, steps):
        v = 0 * theta
        for _ in range(steps):
            g = h * theta
            v = ema(v, g * g, rho)
            theta = theta - lr * (g / sqrt(v))
        return float(measure(h, sqrt(v), v, lr))
    return answer


def _fault(name, measure, says, at=None, **more):
    witness = at or ("the bench" if says.startswith(_BENCH) or more else "one step")
    return Mistake(name, _walk(measure), says, output=0, witness=witness,
                   measure=lambda args, x: x, **more)


_BENCH = "on the bench you return {got:.4g}, expected {want:.4g}. "
_ONE = "after one step in three valleys you return {got:.4g}, expected {want:.4g}. "

at_the_end = FunctionExercise(
    "at_the_end", "find the bug in a measurement",
    arguments=("h", "theta", "lr", "rho", "steps"), returns=("rate times sharpness",),
    cases=(
        Case("one step", {"h": [1.0, 3.0, 0.5], "theta": [8.0, -1.0, 4.0], "lr": 0.5, "rho": 0.75,
                          "steps": 1}, dtype="float64"),
        # Here the largest quotient is that of the first coordinate, which is not the steepest.
        Case("a flat one counts", {"h": [1.0, 3.0, 0.5], "theta": [1.0, -4.0, 6.0], "lr": 0.5,
                                   "rho": 0.75, "steps": 1}, dtype="float64"),
        Case("three valleys", {"h": [1.0, 3.0, 0.5], "theta": [2.0, -1.0, 4.0], "lr": 0.25,
                               "rho": 0.5, "steps": 3}, dtype="float64"),
        Case("the bench", {"h": [0.2, 4.0], "theta": [-5.0, -2.0], "lr": 0.1, "rho": 0.9,
                           "steps": 400}, dtype="float64"),
    ),
    reference=_walk(lambda h, D, v, lr: lr * (h / D).max()),
    mistakes=(
        _fault("as given", lambda h, D, v, lr: lr * h.max() / D.min(),
               "`at_the_end` still does what it did: " + _BENCH, unattempted=True),
        _fault("largest divisor", lambda h, D, v, lr: lr * h.max() / D.max(),
               _ONE + "The largest curvature and the largest divisor sit in one coordinate of the "
               "bench, and need not elsewhere. Divide coordinate by coordinate."),
        _fault("steepest", lambda h, D, v, lr: lr * h.max() / D[h.argmax()],
               "with h = [1, 3, 0.5] and the divisors [0.5, 6, 1.5] you return {got:.4g}, expected "
               "{want:.4g}. The steepest coordinate has its own divisor now. But a flatter one "
               "with a smaller divisor may be nearer to the edge.", at="a flat one counts"),
        _fault("smallest", lambda h, D, v, lr: lr * (h / D).min(),
               _ONE + "You divide coordinate by coordinate, and then take the smallest."),
        _fault("mean", lambda h, D, v, lr: lr * (h / D).mean(),
               _ONE + "You divide coordinate by coordinate, and then take the mean. The walk "
               "flies apart if one of them is beyond the edge."),
        _fault("sum", lambda h, D, v, lr: lr * (h / D).sum(),
               _ONE + "You divide coordinate by coordinate, and then add up."),
        _fault("no root", lambda h, D, v, lr: lr * (h / v).max(),
               _BENCH + "The step divides by the root of v, not by v."),
        _fault("no rate", lambda h, D, v, lr: (h / D).max(),
               _BENCH + "The quotient is right, and lr is missing."),
        _fault("no divisor", lambda h, D, v, lr: lr * h.max(),
               _BENCH + "Without the divisor this is the measure of gradient descent."),
    ),
    praise="each curvature is compared with its own divisor, and the jump stands at the edge.",
    hints=(
        "On the bench the jump stands at the edge, (13.18). What should the second number be?",
        "Print h and D at the end. Which coordinate has the largest curvature, and which the "
        "smallest divisor?",
        "For a diagonal H the eigenvalues of D^-1 H are the quotients h_i / D_i. The largest "
        "quotient is not the quotient of the largest and the smallest.",
    ),
    source=SOURCE,
)
