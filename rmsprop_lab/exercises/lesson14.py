"""The exercises of lesson 14: noise and batch size. `lesson14.spread.check(spread)` judges one."""

import math

import numpy as np

from rmsprop_lab import arrays, noise
from rmsprop_lab.exercises.calls import Case
from rmsprop_lab.exercises.function import FunctionExercise
from rmsprop_lab.exercises.lesson14_spread import spread
from rmsprop_lab.exercises.lesson14_workers import train
from rmsprop_lab.exercises.mistakes import Mistake
from rmsprop_lab.exercises.number import NumberExercise
from rmsprop_lab.exercises.prediction import Prediction
from rmsprop_lab.rmsprop import RMSprop

__all__ = ["EXERCISES", "bigger_batch", "decay", "prediction", "spread", "train"]

SOURCE = "14_noise"


def _reference(lr, rho, eps, kappa):
    opt = noise.scaled(RMSprop(lr=lr, rho=rho, eps=eps), kappa)
    return opt.lr, opt.rho, opt.eps


def _slip(name, output, number, says, witness="four times the batch"):
    """A mistake in one of the three settings; the other two are right."""
    def wrong(lr, rho, eps, kappa):
        settings = list(_reference(lr, rho, eps, kappa))
        settings[output] = number((lr, rho, eps)[output], kappa)
        return tuple(settings)
    return Mistake(name, wrong, says, output=output, witness=witness,
                   measure=lambda args, value: value)


_LR = "for kappa = 4 and lr = 0.5 your lr is {got:.4g}, expected {want:.4g}. "
_RHO = "lr is right. For kappa = 4 and rho = 0.875 your rho is {got:.4g}, expected {want:.4g}. "
_EPS = ("lr and rho are right. For kappa = 4 and eps = 0.25 your eps is {got:.4g}, expected "
        "{want:.4g}. ")

bigger_batch = FunctionExercise(
    "bigger_batch", "the square-root rule",
    arguments=("lr", "rho", "eps", "kappa"), returns=("lr", "rho", "eps"),
    cases=(
        # Every number of the first four cases is exact.
        Case("four times the batch", {"lr": 0.5, "rho": 0.875, "eps": 0.25, "kappa": 4}),
        Case("the same batch", {"lr": 0.5, "rho": 0.875, "eps": 0.25, "kappa": 1}),
        Case("a quarter of the batch", {"lr": 0.5, "rho": 0.75, "eps": 0.25, "kappa": 0.25}),
        Case("another rho", {"lr": 0.5, "rho": 0.9375, "eps": 0.25, "kappa": 4}),
        Case("a long memory", {"lr": 1e-3, "rho": 0.99, "eps": 1e-8, "kappa": 9}),
    ),
    reference=_reference,
    mistakes=(
        _slip("linear", 0, lambda lr, kappa: kappa * lr,
              _LR + "That is the linear rule, of gradient descent. RMSprop's divisor does half of "
              "the work."),
        _slip("lr kept", 0, lambda lr, kappa: lr, _LR + "It stays as it was: the walk will be "
              "late."),
        _slip("inverse", 0, lambda lr, kappa: lr / math.sqrt(kappa),
              _LR + "A larger batch needs *longer* steps, as there are fewer of them."),
        _slip("rho kept", 1, lambda rho, kappa: rho,
              _RHO + "It remembers as many steps as before, and so kappa times as many samples."),
        _slip("power", 1, lambda rho, kappa: rho**kappa,
              _RHO + "rho^kappa forgets in one step what kappa steps forgot. For rho near 1 it is "
              "nearly (14.10), and a fair choice; the exercise asks for (14.10) itself."),
        _slip("divided", 1, lambda rho, kappa: rho / kappa,
              _RHO + "It is 1 - rho that grows by kappa, not rho that shrinks."),
        _slip("one minus forgotten", 1, lambda rho, kappa: kappa * (1 - rho),
              "lr is right. For kappa = 4 and rho = 0.9375 your rho is {got:.4g}, expected "
              "{want:.4g}. That is 1 - rho'.", "another rho"),
        _slip("other way", 1, lambda rho, kappa: 1 - (1 - rho) / kappa,
              _RHO + "That remembers more steps, and each of them has kappa times the samples. To "
              "remember the same samples it must remember fewer steps."),
        _slip("root for rho", 1, lambda rho, kappa: 1 - math.sqrt(kappa) * (1 - rho),
              _RHO + "The memory is counted in samples: kappa, without a root."),
        _slip("eps kept", 2, lambda eps, kappa: eps,
              _EPS + "The guard stands beside the root of v, which has shrunk."),
        _slip("inside", 2, lambda eps, kappa: eps / kappa,
              _EPS + "That is right for a guard inside the root; this one stands outside."),
        _slip("eps grows", 2, lambda eps, kappa: eps * math.sqrt(kappa),
              _EPS + "The root of v shrinks, and the guard must shrink with it."),
    ),
    praise="all three settings move with the batch.",
    hints=(
        "(14.9) is the learning rate, (14.10) the decay, (14.11) the guard.",
        "Solve (14.10) for rho'. The guard stands outside the root.",
        "`return lr * kappa**0.5, 1 - kappa * (1 - rho), ...`",
    ),
    source=SOURCE,
)


def _louder():
    """How many times as wide RMSprop settles when the noise is four times as large."""
    opt = RMSprop(lr=0.1, rho=0.99, eps=0.0, v0=1.0)
    *_, end = noise.walks({"x": (1, opt)}, lam=0.1, sigma=np.array([1.0, 4.0]), x0=0.0,
                          samples=3000, shape=(2000, 2))
    quiet, loud = arrays.to_host(end["x"]).std(axis=0)
    return float(loud / quiet)


prediction = Prediction(
    "prediction", "the spread when the data become noisier",
    options={"a": (1.0, "it stays the same"), "b": (2.0, "it becomes about twice as wide"),
             "c": (4.0, "it becomes about four times as wide"),
             "d": (16.0, "it becomes about sixteen times as wide")},
    quantity="the spread, as a multiple of that with quiet data,",
    because="The kicks keep their size, because v grows with the noise. But the pull home is "
            "divided by the noise as well: four times weaker. The variance is kick squared over "
            "pull, so it grows by four and the spread by two.",
    measure=_louder,
    hints=(
        "A step has two parts, (14.8). Which of them changes with sigma, and how?",
        "Put four times the sigma into (14.17). It says what becomes of the variance.",
    ),
    source=SOURCE,
)

_W, _KAPPA = 0.01, 9


def _decay():
    """eta' w' must be kappa eta w, the eta' from the lab's own rule."""
    opt = RMSprop(lr=1e-3, rho=0.99)
    return _KAPPA * opt.lr * _W / noise.scaled(opt, _KAPPA).lr


decay = NumberExercise(
    "decay", "how decoupled weight decay scales",
    expected=_decay,
    slips=(
        (_W, "{got:.4g} is the old value. Then nine small steps take 9 lr w of a weight away, and "
             "one large step only 3 lr w."),
        (_KAPPA * _W, "{got:.4g} would be right if lr stayed. But lr' is already three times as "
                      "large, and the decay takes lr' w'."),
        (_W / 3, "{got:.4g} keeps lr w the same for a *step*. It must be the same for a sample."),
        (_W / 9, "{got:.4g} makes the decay weaker. There are nine times fewer steps: each must "
                 "take more."),
        (3.0, "{got:.4g} is w' / w. The exercise asks for w' itself."),
        (_W * _KAPPA**2, "{got:.4g} multiplies where it should divide: lr' w' = 9 lr w, and lr' is "
                         "3 lr."),
    ),
    what="a strength of decay", sides=("too weak", "too strong"),
    advice="Write down what nine small steps take from a weight, and what one large step takes.",
    praise="w' = {got:.4g}: the root once more.",
    hints=(
        "A decoupled decay multiplies theta by 1 - lr w in each step. What do kappa such steps do, "
        "when lr w is small?",
        "kappa lr w = lr' w', and (14.9) gives lr'.",
        "w' = kappa w / sqrt(kappa).",
    ),
    source=SOURCE,
)

#: All of them, in the order of the notebook.
EXERCISES = (bigger_batch, prediction, spread, decay, train)
