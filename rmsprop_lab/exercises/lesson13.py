"""The exercises of lesson 13: the edge of stability. `lesson13.growth.check(growth)` judges one."""

import math

import numpy as np

from rmsprop_lab import edge
from rmsprop_lab.exercises.calls import Case
from rmsprop_lab.exercises.function import FunctionExercise
from rmsprop_lab.exercises.lesson13_sharpness import at_the_end, sharpness
from rmsprop_lab.exercises.mistakes import Mistake
from rmsprop_lab.exercises.number import NumberExercise
from rmsprop_lab.exercises.prediction import Prediction
from rmsprop_lab.problems import TanhNet
from rmsprop_lab.rmsprop import RMSprop
from rmsprop_lab.trajectory import run

__all__ = ["EXERCISES", "at_the_end", "growth", "nadam_edge", "prediction", "sharpness"]

SOURCE = "13_edge"


def _roots(x, beta1, last=None):
    """The roots of the polynomial of (13.16), with another last coefficient if one is given."""
    return np.roots([1.0, (1 - beta1) * x - 1 - beta1, beta1 if last is None else last])


def _slip(name, wrong, says, witness):
    return Mistake(name, wrong, says, output=0, witness=witness, measure=lambda args, z: z)


def _largest(x, beta1):
    """Without a size: the root with the plus sign, NaN where the roots are complex."""
    half = (1 + beta1 - (1 - beta1) * x) / 2
    inside = half * half - beta1
    return half + math.sqrt(inside) if inside >= 0 else math.nan


def _real_only(x, beta1):
    """The larger root, NaN where the roots are complex."""
    roots = _roots(x, beta1)
    return float(np.abs(roots).max()) if np.isreal(roots).all() else math.nan


def _raising(x, beta1):
    """The same by `math.sqrt`, which raises where the roots are complex."""
    half = (1 + beta1 - (1 - beta1) * x) / 2
    return abs(half) + math.sqrt(half * half - beta1)


def _squared(x, beta1):
    """The product of the roots in the place of their size, where they are complex."""
    roots = _roots(x, beta1)
    return float(np.abs(roots).max()) if np.isreal(roots).all() else beta1


_COMPLEX, _EDGE, _BEYOND = "complex roots", "Adam at its edge", "beyond the edge"

growth = FunctionExercise(
    "growth", "how fast a slope grows when the method averages its slopes",
    arguments=("x", "beta1"), returns=("growth",),
    cases=(
        Case("no average", {"x": 0.5, "beta1": 0.0}),
        Case("no average, beyond the edge", {"x": 3.0, "beta1": 0.0}),
        Case(_COMPLEX, {"x": 1.0, "beta1": 0.25}),
        Case(_BEYOND, {"x": 7.0, "beta1": 0.5}),
        Case("a flat direction", {"x": 0.001, "beta1": 0.9}),
        Case("Adam in the middle", {"x": 20.0, "beta1": 0.9}),
        Case(_EDGE, {"x": 38.0, "beta1": 0.9}),
    ),
    reference=lambda x, beta1: float(edge.growth(x, beta1)),
    mistakes=(
        _slip("complex", lambda x, beta1: math.nan,
              "the growth you return is a complex number, or NaN. Return the size of the root: "
              "`abs` gives it, of complex numbers too.", _EDGE),
        _slip("heavy ball", lambda x, beta1: float(edge.growth(x / (1 - beta1), beta1)),
              "with x = 38 and beta1 = 0.9 you return {got:.4g}, expected {want:.4g}. That is a "
              "buffer that sums its slopes, (7.6). In an average the new slope has the weight "
              "1 - beta1.", _EDGE),
        _slip("no average", lambda x, beta1: abs(1 - x),
              "with x = 7 and beta1 = 0.5 you return {got:.4g}, expected {want:.4g}. That is "
              "gradient descent; beta1 has no effect.", _BEYOND),
        _slip("plus sign only", _largest,
              "with x = 7 and beta1 = 0.5 you return {got:.4g}, expected {want:.4g}. That is the "
              "root with the plus sign. Beyond the edge the other one is larger in size, and "
              "complex roots have a size too.", _BEYOND),
        _slip("size of the plus sign", lambda x, beta1: abs(_largest(x, beta1)),
              "with x = 7 and beta1 = 0.5 you return {got:.4g}, expected {want:.4g}. That is the "
              "size of the root with the plus sign. Beyond the edge the other one is larger, and "
              "complex roots have a size too.", _BEYOND),
        _slip("no complex roots", _real_only,
              "real roots are right. With x = 1 and beta1 = 0.25 the roots are complex: they are "
              "conjugate, and their product is beta1. What is the size of each?", _COMPLEX),
        _slip("real part", lambda x, beta1: float(np.abs(_roots(x, beta1).real).max()),
              "with x = 1 and beta1 = 0.25 you return {got:.4g}, expected {want:.4g}. The size "
              "of a complex root is not its real part.", _COMPLEX),
        _slip("squared size", _squared,
              "with x = 1 and beta1 = 0.25 you return {got:.4g}, expected {want:.4g}. The product "
              "of the two conjugate roots is beta1; the size of one is its root.", _COMPLEX),
        _slip("complex roots otherwise", _raising,  # whatever these are: raised, or another number
              "real roots are right. With x = 1 and beta1 = 0.25 the roots are complex: what is "
              "their product, and so the size of each?", _COMPLEX),
        _slip("sign of beta1", lambda x, beta1: float(
                  np.abs(_roots(x, beta1, last=-beta1)).max()),
              "with x = 7 and beta1 = 0.5 you return {got:.4g}, expected {want:.4g}. A sign is "
              "lost: the determinant of (13.16) is +beta1.", _BEYOND),
        _slip("smaller root", lambda x, beta1: float(np.abs(_roots(x, beta1)).min()),
              "with x = 7 and beta1 = 0.5 you return {got:.4g}, expected {want:.4g}. That is the "
              "smaller eigenvalue; in the long run the larger one counts.", _BEYOND),
        _slip("trace", lambda x, beta1: abs(1 + beta1 - (1 - beta1) * x),
              "with x = 7 and beta1 = 0.5 you return {got:.4g}, expected {want:.4g}. That is the "
              "size of the sum of the eigenvalues.", _BEYOND),
    ),
    praise="`growth` is right for real and for complex roots, on both sides of the edge.",
    hints=(
        "The eigenvalues of (13.16) are the roots of z^2 - p z + beta1, with p = 1 + beta1 - "
        "(1 - beta1) x.",
        "Half of p plus or minus the root of (p / 2)^2 - beta1. If that is negative, the roots are "
        "conjugate. What is then the product of their sizes?",
        "If the roots are real, the one with the sign of p is larger in size: |p / 2| plus the "
        "root.",
    ),
    source=SOURCE,
)


def _hovers():
    """The median of lr times the sharpness for RMSprop with a summing buffer."""
    opt, net = RMSprop(lr=1e-3, rho=0.99, momentum=0.9), TanhNet()
    return float(np.median(edge.watch(run(opt, net, 1000), opt, net, 25, 400)[1]))


prediction = Prediction(
    "prediction", "where RMSprop with a summing buffer hovers",
    options={"a": (0.2, "at about 0.2"), "b": (2.0, "at about 2"), "c": (4.0, "at about 4"),
             "d": (38.0, "at about 38")},
    quantity="the median of the rate times the sharpness",
    because="A sum is an average divided by 1 - mu, so the edge is that of Adam times 1 - mu, "
            "2 + 2 mu = 3.8: the bound of the heavy ball, (7.8). A slope that alternates nearly "
            "cancels in the buffer, with a sum as with an average.",
    measure=_hovers,
    hints=(
        "With a frozen D this is the heavy ball (7.1), (7.2) in the units of D. Up to which "
        "curvature is that stable?",
        "Compare with (13.12): there the new slope enters with the weight 1 - beta1, here in full.",
    ),
    source=SOURCE,
)

_B = 0.9

nadam_edge = NumberExercise(
    "nadam_edge", "the edge of NAdam",
    expected=lambda: edge.threshold(_B) / (1 + 2 * _B),
    slips=(
        (edge.threshold(_B), "{got:.4g} is Adam's edge. NAdam's step holds beta1 m_t plus the part "
                             "of the gradient, not m_t alone."),
        (edge.threshold(_B) * (1 - _B) / (1 + 2 * _B),
         "{got:.4g} is the edge of Nesterov's momentum when the buffer sums. Here it averages: the "
         "new slope enters with the weight 1 - beta1."),
        (edge.threshold(_B) * (1 - _B), "{got:.4g} is the edge of a heavy ball that sums. Here the "
                                        "buffer averages, and it looks ahead."),
        (2.0, "{got:.4g} is the edge without an average."),
        (2 / ((1 - _B) * (1 - _B) / (1 + _B) + _B),
         "{got:.4g} comes from exchanged weights: m_t has the weight beta1, g_t the weight "
         "1 - beta1."),
        (2 / ((1 - _B) / (1 + _B) + 1 - _B),
         "{got:.4g} lacks the weight beta1 in front of m_t."),
        (2 / (_B * (1 - _B) / (1 + _B) + 1),
         "{got:.4g} lacks the weight 1 - beta1 in front of g_t."),
        (edge.threshold(_B) / (1 + 2 * _B) / 2,
         "{got:.4g} is half of it. The step takes the slope from s to -s, so it changes by 2 s."),
        ((1 - _B) * (1 + 2 * _B) / (1 + _B),
         "{got:.4g} is the size of d in units of the slope. The step must change the slope by "
         "2 s."),
    ),
    praise="NAdam's edge is at {got:.4g}, nearer than Adam's by the factor 1 + 2 beta1.",
    hints=(
        "Let the slope be s, then -s, then s. The average m alternates as well. Put -m in the "
        "place of the old average and solve for m.",
        "With m known, d is known. The step changes the slope by -eta lambda d.",
        "At the edge this change is -2 s.",
    ),
    what="an edge", sides=("too low", "too high"),
    advice="Write down m for an alternating slope, then d, then what the step does to the slope.",
    source=SOURCE,
)

#: All of them, in the order of the notebook.
EXERCISES = (sharpness, growth, prediction, nadam_edge, at_the_end)
