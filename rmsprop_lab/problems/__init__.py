"""The problems on which the course runs its optimizers. Data come from the host and a seed."""

from rmsprop_lab.problems.base import Problem
from rmsprop_lab.problems.chain import Chain
from rmsprop_lab.problems.clipped import Clipped
from rmsprop_lab.problems.digits import Dataset, digits
from rmsprop_lab.problems.formula import Formula
from rmsprop_lab.problems.hinge import SparseHinge
from rmsprop_lab.problems.joined import Joined
from rmsprop_lab.problems.least_squares import LeastSquares
from rmsprop_lab.problems.logistic import Logistic
from rmsprop_lab.problems.mlp import MLP
from rmsprop_lab.problems.moved import Moved
from rmsprop_lab.problems.noised import Noised
from rmsprop_lab.problems.quadratic import Quadratic, bench
from rmsprop_lab.problems.rnn import AddingRNN
from rmsprop_lab.problems.saddle import Saddle
from rmsprop_lab.problems.streams import Stream, constant, hinton_cycle, noisy
from rmsprop_lab.problems.tanh_net import TanhNet

__all__ = [
    "MLP",
    "AddingRNN",
    "Chain",
    "Clipped",
    "Dataset",
    "Formula",
    "Joined",
    "LeastSquares",
    "Logistic",
    "Moved",
    "Noised",
    "Problem",
    "Quadratic",
    "Saddle",
    "SparseHinge",
    "Stream",
    "TanhNet",
    "bench",
    "constant",
    "digits",
    "hinton_cycle",
    "noisy",
]
