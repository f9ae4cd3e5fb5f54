"""The exercises of lesson 16: what a step costs. `lesson16.moved.check(moved)` judges one."""

from rmsprop_lab.adam import Adam
from rmsprop_lab.cost import bytes_moved, half_size, launched
from rmsprop_lab.exercises.calls import Case
from rmsprop_lab.exercises.function import FunctionExercise
from rmsprop_lab.exercises.lesson16_lion import lion
from rmsprop_lab.exercises.lesson16_tiles import in_tiles
from rmsprop_lab.exercises.mistakes import Mistake
from rmsprop_lab.exercises.number import NumberExercise
from rmsprop_lab.exercises.prediction import Prediction
from rmsprop_lab.rmsprop import rmsprop

__all__ = ["EXERCISES", "enough", "in_tiles", "lion", "moved", "prediction"]

SOURCE = "16_cost"
#: The device of the exercises: bytes a second, and seconds that a launch costs. Assumptions.
BANDWIDTH, START = 4.3e12, 4e-6

#: The tutorial's two lines: the copy into v is a call, and so is the subtraction in place.
TUTORIAL = [[[0.99, "v"], "a"], [["g", "g"], "b"], [[0.01, "b"], "b"], [["a", "b"], "a"],
            [["a"], "v"], [[1e-3, "g"], "a"], [["v"], "b"], [["b", 1e-8], "b"],
            [["a", "b"], "a"], [["theta", "a"], "theta"]]
#: PyTorch's `foreach` step: mul_, addcmul_, sqrt, add_, addcdiv_.
FOREACH = [[["v", 0.99], "v"], [["v", "g", "g", 0.01], "v"], [["v"], "d"], [["d", 1e-8], "d"],
           [["theta", "g", "d", -1e-3], "theta"]]


def _count(of_call=lambda names, result: len(set(names)) + 1, item=4):
    """An answer to `moved`: numbers of each call, given the names of the arrays it reads."""
    def moved(calls):
        return sum(item * of_call([x for x in operands if isinstance(x, str)], result)
                   for operands, result in calls)
    return moved


def _slip(name, wrong, says, witness):
    return Mistake(name, wrong, says, output=0, witness=witness, measure=lambda args, x: x)


def _kept(calls):
    """What a call finds of the one before costs nothing."""
    found = [None, *(result for _, result in calls)]
    return sum(4 * (len({x for x in operands if isinstance(x, str) and x != last}) + 1)
               for last, (operands, _) in zip(found, calls, strict=False))


def _at_home(names, result):
    """What is no parameter, gradient or state costs nothing."""
    return len({"theta", "g", "v"} & set(names)) + (result in ("theta", "g", "v"))


_TORCH = "for PyTorch's five calls you return {got:.0f} bytes, expected {want:.0f}. "
_SQUARE = "for the square g * g you return {got:.0f} bytes, expected {want:.0f}. "

moved = FunctionExercise(
    "moved", "the bytes that a list of calls moves",
    arguments=("calls",), returns=("number of bytes",),
    cases=(
        Case("a product with a number", {"calls": [[[0.99, "v"], "a"]]}),
        Case("a square", {"calls": [[["g", "g"], "b"]]}),
        Case("a sum in place", {"calls": [[["theta", "u"], "theta"]]}),
        Case("gradient descent in two calls",
             {"calls": [[[0.1, "g"], "u"], [["theta", "u"], "theta"]]}),
        Case("PyTorch's five calls", {"calls": FOREACH}),
        Case("the tutorial's ten calls", {"calls": TUTORIAL}),
    ),
    reference=_count(),
    mistakes=(
        _slip("numbers, not bytes", _count(item=1),
              _TORCH + "You count numbers; each takes 4 bytes in float32.",
              "PyTorch's five calls"),
        _slip("float64", _count(item=8), _TORCH + "A float32 takes 4 bytes, not 8.",
              "PyTorch's five calls"),
        _slip("reads only", _count(lambda names, result: len(set(names))),
              _TORCH + "The result of each call is written: count it.", "PyTorch's five calls"),
        _slip("writes only", _count(lambda names, result: 1),
              _TORCH + "The operands are read: count them.", "PyTorch's five calls"),
        _slip("twice", _count(lambda names, result: len(names) + 1),
              _SQUARE + "An array that a call reads twice comes by once.", "a square"),
        _slip("scalars", lambda calls: sum(4 * (len(set(ops)) + 1) for ops, _ in calls),
              "for 0.99 * v you return {got:.0f} bytes, expected {want:.0f}. A plain number is no "
              "array: it stays in a register.", "a product with a number"),
        _slip("scalars and twice", lambda calls: sum(4 * (len(ops) + 1) for ops, _ in calls),
              "for 0.99 * v you return {got:.0f} bytes, expected {want:.0f}. A plain number is no "
              "array. And an array that a call reads twice comes by once.",
              "a product with a number"),
        _slip("in place free", _count(lambda names, result: len({*names, result})),
              "for theta + u, written into theta, you return {got:.0f} bytes, expected {want:.0f}. "
              "In place saves an array, but theta is still read and written.", "a sum in place"),
        _slip("kept", _kept,
              "for gradient descent in two calls you return {got:.0f} bytes, expected {want:.0f}. "
              "You let a result stay near for the next call. Here nothing is kept: each call reads "
              "all of its operands.", "gradient descent in two calls"),
        _slip("temporaries free", _count(_at_home),
              "for 0.99 * v, written into a, you return {got:.0f} bytes, expected {want:.0f}. A "
              "temporary array passes through memory like any other.", "a product with a number"),
        _slip("one pass", lambda calls: 4 * (
                  len({x for ops, _ in calls for x in ops if isinstance(x, str)})
                  + len({result for _, result in calls})),
              _TORCH + "You count each array once for the whole list. That would be one pass; here "
              "every call sweeps through memory anew.", "PyTorch's five calls"),
        _slip("first call", lambda calls: _count()(calls[:1]),
              "for gradient descent in two calls you return {got:.0f} bytes, expected {want:.0f}: "
              "those of the first call alone. Add up over all calls, and return after the loop.",
              "gradient descent in two calls"),
        _slip("calls", lambda calls: len(calls), _TORCH + "That is the number of calls.",
              "PyTorch's five calls"),
    ),
    praise="`moved` counts what each call reads and writes, and nothing else.",
    hints=(
        "Go through the calls one by one. What does a single call read, and what does it write?",
        "The operands that are words are arrays. A `set` of them holds each once.",
        "One array more is written. Each array is 4 bytes for each parameter; add up over the "
        "calls.",
    ),
    source=SOURCE,
)

prediction = Prediction(
    "prediction", "a hundred launches or one",
    options={"a": (1.0, "about as long"), "b": (5.0, "about 5 times as long"),
             "c": (50.0, "about 50 times as long"), "d": (500.0, "about 500 times as long")},
    quantity="the time of a hundred launches, over that of one,",
    because="A tensor of ten thousand parameters is far below n_1/2, so the hundred launches cost "
            "little but their hundred starts. The one launch has a single start, but it moves all "
            "bytes, and these take about as long as a start.",
    measure=lambda: (launched(10**6, 20, BANDWIDTH, START, 100)
                     / launched(10**6, 20, BANDWIDTH, START)),
    hints=(
        "(16.8) has two terms. Which of them dominates for a hundred launches, and which for one?",
        "By (16.9), n_1/2 is somewhat below a million here. So one launch over a million "
        "parameters takes about twice its start.",
    ),
    source=SOURCE,
)

_HALF = half_size(bytes_moved(Adam().variant), BANDWIDTH, START)

enough = NumberExercise(
    "enough", "the size from which the launch hardly counts",
    expected=lambda: (1 / 0.05 - 1) * _HALF,
    slips=(
        (20 * _HALF, "at {got:.4g} the start is 5 % of the *moving*. The question is for 5 % of "
                     "the whole time, which contains the start."),
        (_HALF, "{got:.4g} is n_1/2 of (16.9): there the start is half of the time."),
        (_HALF / 19, "at {got:.4g} it is the moving that takes 5 % of the time, not the start."),
        (_HALF / 20, "at {got:.4g} it is the moving that is small beside the start."),
        (19 * half_size(bytes_moved(rmsprop), BANDWIDTH, START),
         "{got:.4g} is the number for RMSprop. Adam has two states: by (16.1) it moves more."),
        (19 * _HALF * 4, "{got:.4g} counts 7 numbers for a parameter where it takes 28 bytes: each "
                         "number in float32 has 4."),
        (19 * START * BANDWIDTH, "{got:.4g} is a number of bytes. Divide by those of one "
                                 "parameter."),
        (0.95 * _HALF, "{got:.4g} is 0.95 n_1/2. Set t_0 / T to 0.05, with T from (16.8), and "
                       "solve for n."),
    ),
    praise="from {got:.4g} parameters on, starting takes at most 5 % of the time.",
    hints=(
        "Write T from (16.8) with K = 1. The share of the start is t_0 / T.",
        "t_0 / T = 0.05 means that T is 20 t_0. How much of that is left for moving?",
        "n B / W = 19 t_0. With B from (16.1) for two states this gives n.",
    ),
    what="a number of parameters", sides=("too small", "too large"),
    advice="Write down the whole time, then the share of the start in it, and solve for n.",
    source=SOURCE,
)

#: All of them, in the order of the notebook.
EXERCISES = (moved, prediction, lion, enough, in_tiles)
