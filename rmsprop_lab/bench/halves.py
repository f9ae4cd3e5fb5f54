"""States of 16 bits: what they cost in training, and the bytes they save.

    python -m rmsprop_lab.bench.halves [--steps N]

Each optimizer trains on the digits with its states in float32, in bfloat16 and float16 rounded by
chance, and in bfloat16 rounded to the nearest. The last one stalls: the spacing of bfloat16 is at
least 1/256 of v, and at rho = .999 the decay takes 1/1000 of v, less than half a spacing. So v
never falls, and of (1 - rho) g^2 it sees only what exceeds half a spacing.
"""

import argparse
import sys
from dataclasses import dataclass

import numpy as np
from rich.console import Console
from rich.progress import track

import rmsprop_lab as lab
from rmsprop_lab.executors import halves

__all__ = ["METHODS", "PROBLEMS", "STATES", "Row", "bytes_moved", "rows", "train"]

METHODS = {
    "RMSprop": lambda **k: lab.RMSprop(lr=1e-3, rho=0.999, **k),
    "RMSprop from v0=1": lambda **k: lab.RMSprop(lr=1e-3, rho=0.999, v0=1.0, **k),
    "Adam": lambda **k: lab.Adam(lr=1e-3, **k)}
PROBLEMS = {
    "MLP": lambda: lab.problems.MLP(batch=64, dtype="float32"),
    "Logistic": lambda: lab.problems.Logistic(batch=64, dtype="float32")}
#: How the state is kept -> its `state_dtype`; "nearest" is done by hand below.
STATES = {"float32": None, "bfloat16": "bfloat16", "float16": "float16", "bfloat16 nearest": None}


@dataclass(frozen=True)
class Row:
    """The end of one training: loss on the training set, accuracy on both, bytes a parameter.

    v: the mean of the mean squares at the end, over that of the float32 run.
    """

    problem: str
    method: str
    state: str
    loss: float
    train: float
    test: float
    v: float
    bytes: int


def bytes_moved(method, state):
    """Bytes that a step reads and writes a parameter: theta, g and the states.

    >>> bytes_moved("RMSprop", "float32"), bytes_moved("RMSprop", "bfloat16")
    (20, 16)
    >>> bytes_moved("Adam", "float32"), bytes_moved("Adam", "float16")
    (28, 20)
    """
    opt = METHODS[method](state_dtype=STATES[state])
    stored = opt.init(np.zeros(1, np.float32)).state_dict()["state"]
    # By hand, "nearest" is stored wide; it stands for a kernel that stores 16 bits.
    item = 2 if "16" in state else next(iter(stored.values()))[0].itemsize
    return 3 * 4 + 2 * item * len(stored)


def train(problem, method, state, steps):
    """The parameters and the optimizer after some steps."""
    # "numpy": the same bits as every executor, and nothing to compile.
    opt, theta = METHODS[method](state_dtype=STATES[state], executor="numpy"), problem.theta0
    for t in range(1, steps + 1):
        opt.step(theta, problem.grad(theta, t))
        if state == "bfloat16 nearest":
            for s in opt.state.values():
                s[...] = halves.widen(halves.nearest(s, "bfloat16"), "bfloat16")
    return theta, opt


def rows(steps=2000, problems=PROBLEMS, methods=METHODS):
    """One Row for each problem, method and way of keeping the state."""
    plan = [(p, m, s) for p in problems for m in methods for s in STATES]
    made = {name: PROBLEMS[name]() for name in problems}
    found, wide = [], {}
    for name, method, state in track(plan, "training", console=Console(stderr=True)):
        problem = made[name]
        theta, opt = train(problem, method, state, steps)
        v = float(np.mean(opt.state["v"], dtype=np.float64))
        wide.setdefault((name, method), v)  # float32 comes first
        found.append(Row(
            name, method, state, problem.loss(theta), problem.accuracy(theta, "train"),
            problem.accuracy(theta), v / wide[name, method], bytes_moved(method, state)))
    return found


def main(arguments=None):
    """Print the table as Markdown."""
    parser = argparse.ArgumentParser(prog="python -m rmsprop_lab.bench.halves",
                                     description="Training with states of 16 bits.")
    parser.add_argument("--steps", type=int, default=2000, help="steps of each training")
    steps = parser.parse_args(arguments).steps
    print("| problem | method | state | bytes a step | loss | train | test | v / v of float32 |")
    print("|---|---|---|---|---|---|---|---|")
    for r in rows(steps):
        print(f"| {r.problem} | {r.method} | {r.state} | {r.bytes} | {r.loss:.3g} | "
              f"{r.train:.1%} | {r.test:.1%} | {r.v:.3g} |")
    return 0


if __name__ == "__main__":
    sys.exit(main())
