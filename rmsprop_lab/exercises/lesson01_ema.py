"""Lesson 1, the recursion: the inputs on which it is judged, and what typically goes wrong."""

from rmsprop_lab import averages
from rmsprop_lab.exercises.calls import Case
from rmsprop_lab.exercises.function import FunctionExercise
from rmsprop_lab.exercises.mistakes import Mistake

__all__ = ["ema"]

#: .75 * 12 + .25 * 32 = 17, exactly.
_HAND = {"v": 12.0, "x": 32.0, "rho": 0.75}
_ARRAY = {"v": [[12.0, 0.0, -1.0], [0.5, 4.0, 9.0]], "x": [[32.0, 1.0, 3.0], [0.25, 0.0, -2.0]],
          "rho": 0.9}
_SIX = "arrays of six numbers"


def _slip(name, wrong, says, witness="by hand"):
    return Mistake(name, wrong, says, output=0, witness=witness,
                   measure=lambda args, v: v[0] if isinstance(v, list) else v)


def _joined(reduce):
    """One sample for all elements; on single numbers nothing is wrong."""
    return lambda v, x, rho: averages.ema(v, x if isinstance(x, float) else reduce(x), rho)


_BY_HAND = "with v = 12, x = 32 and rho = 0.75 you return {got:.4g}, expected {want:.4g}. "
_JOINED = ("on single numbers you are right, but in the arrays of six the first element is "
           "{got:.4g}, expected {want:.4g}. Each element has a sample of its own: look for a sum "
           "or a mean.")

ema = FunctionExercise(
    "ema", "one step of a leaky average",
    arguments=("v", "x", "rho"), returns=("v",),
    cases=(
        Case("by hand", _HAND),
        Case("another rho", _HAND | {"rho": 0.5}),
        Case("another sample", _HAND | {"x": -4.0}),
        Case("an empty bucket", {"v": 0.0, "x": 9.0, "rho": 0.9}),
        Case("no memory", {"v": 5.0, "x": 2.0, "rho": 0.0}),
        Case(_SIX, _ARRAY, dtype="float64"),
        Case("arrays of six numbers in float32", _ARRAY, dtype="float32"),
    ),
    reference=averages.ema,
    mistakes=(
        _slip("summed", lambda v, x, rho: v + x,
              _BY_HAND + "That is a sum: nothing leaks. Both terms need a share, and the shares "
              "add up to one."),
        _slip("sample in full", lambda v, x, rho: rho * v + x,
              _BY_HAND + "The old value leaks, but the sample enters in full. Its share is what "
              "the old value lost."),
        _slip("no leak", lambda v, x, rho: v + (1 - rho) * x,
              _BY_HAND + "The sample has its share, but the old value does not leak: keep only "
              "rho of it."),
        _slip("exchanged", lambda v, x, rho: (1 - rho) * v + rho * x,
              _BY_HAND + "The shares are exchanged: rho is the share of the old value that is "
              "kept."),
        _slip("parentheses of 1 - rho", lambda v, x, rho: rho * v + 1 - rho * x,
              _BY_HAND + "`1 - rho` has lost its parentheses: Python multiplies before it "
              "subtracts."),
        _slip("parentheses", lambda v, x, rho: rho * (v + (1 - rho) * x),
              _BY_HAND + "The sample is multiplied by rho too. The parentheses end too late."),
        _slip("half and half", lambda v, x, rho: (v + x) / 2,
              _BY_HAND + "That is half of each. The shares are rho and 1 - rho."),
        _slip("one share", lambda v, x, rho: rho * v + rho * x,
              _BY_HAND + "Both terms have the share rho. The two shares add up to one."),
        _slip("squared", lambda v, x, rho: rho * v + (1 - rho) * x * x,
              _BY_HAND + "The sample is squared. Whoever wants to average squares hands them in as "
              "samples."),
        _slip("wrong way", lambda v, x, rho: v - (1 - rho) * (x - v),
              _BY_HAND + "The average moves away from the sample: look at a sign."),
        _slip("v returned", lambda v, x, rho: 1 * v,
              _BY_HAND + "That is the old value: the sample has no share in it."),
        _slip("magnitude", lambda v, x, rho: rho * v + (1 - rho) * abs(x),
              "a sample may be negative, and enters with its sign: with x = -4 you return "
              "{got:.4g}, expected {want:.4g}.", "another sample"),
        _slip("summed over elements", _joined(lambda x: x.sum()), _JOINED, _SIX),
        _slip("averaged over elements", _joined(lambda x: x.mean()), _JOINED, _SIX),
    ),
    praise="`ema` is (1.2), on numbers and on arrays, and it leaves what it is given alone.",
    hints=(
        "One line. Keep a share of v, add a share of x.",
        "rho is the share of v that is kept. What is left of one goes to the sample.",
        "Return a new value, and leave the arguments as they are: `v *= rho` would write into the "
        "caller's array.",
    ),
    source="01_averages",
)
