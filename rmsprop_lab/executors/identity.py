"""The same bits everywhere: every rule, on every executor, against the rule as it is written.

`python -m rmsprop_lab.executors.identity` prints the table and exits with 1 on a difference.
"""

import dataclasses
import itertools
import shutil
import sys

import numpy as np
from rich.console import Console
from rich.progress import track

from rmsprop_lab import (
    adabelief,
    adadelta,
    adagrad,
    adam,
    adamax,
    arrays,
    decay,
    descent,
    executors,
    failure,
    momentum,
    nadam,
    rmsprop,
    rprop,
    yogi,
)
from rmsprop_lab.arrays import maximum, sign, sqrt, where
from rmsprop_lab.averages import ema
from rmsprop_lab.executors import c, numba
from rmsprop_lab.rule import Rule, rule

__all__ = ["Case", "cases", "compiled", "differences", "hostile", "main", "numbers", "reader_made",
           "same_bits", "table"]

DTYPES = (np.dtype(np.float32), np.dtype(np.float64))
SIGNED = {"m", "b", "last"}  # states that are no squares and no lengths


@rule(state=("m", "v"))
def reader_made(theta, g, m, v, *, lr, rho, floor):
    """A rule as a reader might write one: it uses every function a rule may use.

    theta, g, m, v: one shape. The step follows the average m where it agrees with the gradient.
    """
    m = ema(m, g, rho)
    v = maximum(rho * v, abs(g))
    back = -m
    u = where((m > 0) == (g > 0), m, -back / 2)
    return theta - lr * (u / (sqrt(v * v) + maximum(lr, floor)) - lr * sign(-theta)), m, v


@dataclasses.dataclass(frozen=True)
class Case:
    """One program to compare. once: it belongs to the smaller set in which every word stands."""

    group: str
    rule: Rule
    once: bool = True


def cases():
    """Every rule, and every variant of a family whose program differs from the others'."""
    plain = [descent.descent, adagrad.adagrad, rprop.sign_descent, rprop.rprop, rmsprop.rmsprop,
             adadelta.adadelta, momentum.heavy_ball, momentum.nesterov, momentum.graves,
             failure.amsgrad, yogi.yogi, reader_made]
    found = [Case(r.__name__, r) for r in plain]
    for module in (descent, adagrad, rmsprop, adam, adamax, nadam, adabelief):
        found += _variants(module.family, f"{module.__name__.rpartition('.')[2]}.family")
    return found + _variants(decay.decayed, "decay.decayed")


def _variants(family, group):
    """All words in all combinations, each text once; the first to use a word is marked."""
    words = itertools.product(*family.words.values())
    default = [choices[0] for choices in family.words.values()]
    words = sorted(words, key=lambda w: sum(a != b for a, b in zip(w, default, strict=True)))
    texts, used, found = set(), set(), []
    for chosen in words:
        variant = family.variant(**dict(zip(family.words, chosen, strict=True)))
        text = c.render(variant.program)
        if text in texts:
            continue
        texts.add(text)
        new = set(enumerate(chosen)) - used
        used |= new
        found.append(Case(group, variant, once=bool(new)))
    return found


def hostile(seed, dtype, size, signed=True):
    """Numbers over the dtype's whole range, one in eight from where arithmetic is strange."""
    rng, info = np.random.default_rng(seed), np.finfo(dtype)
    exponents = rng.integers(info.minexp // 3, info.maxexp // 3, size)
    usual = rng.standard_normal(size) * np.where(rng.random(size) < 0.5, 1.0, 2.0**exponents)
    tiny = float(info.smallest_normal)
    strange = np.array([0.0, -0.0, tiny, -tiny, tiny / 4, -tiny * float(info.eps), np.inf, -np.inf,
                        float(info.max), -float(info.max), np.nan, 1.0, -1.0, 1e-30, 1e30])
    x = np.where(rng.random(size) < 0.125, rng.choice(strange, size), usual).astype(dtype)
    return x if signed else np.abs(x)


def numbers(t, edge=False):
    """Hyper-parameters by name at step t; edge: those at which a term of an equation vanishes."""
    edges = dict.fromkeys(("rho", "eps", "eps_s", "mu", "w", "lam", "beta1", "smallest", "weight",
                           "momentum_decay"), 0.0) if edge else {}
    return {"lr": 0.05, "rho": 0.9, "eps": 1e-8, "mu": 0.9, "w": 0.01, "lam": 0.01, "t": t,
            "beta1": 0.9, "beta2": 0.999, "floor": 1e-3, "up": 1.2, "down": 0.5, "smallest": 1e-6,
            "largest": 50.0, "eps_s": 1e-8, "momentum_decay": 0.004, "weight": 0.45**t} | edges


def same_bits(a, b):
    """Where two arrays agree: bit for bit, and NaN with NaN whatever its payload.

    >>> same_bits(np.array([0.0, np.nan]), np.array([-0.0, np.nan]))
    array([False,  True])
    """
    whole = np.dtype(f"u{a.dtype.itemsize}")
    return (a.view(whole) == b.view(whole)) | ((a != a) & (b != b))


def differences(a_rule, run, dtype, size, steps=3, seed=0, edge=False, to=np.asarray):
    """How many numbers of theta and of the states differ from the reference's after each step.

    run: function (job, numbers) that makes one step in place on job = (theta, g, *states). to:
    moves a host array to where `run` wants it. Each step starts from the reference's last result.
    """
    theirs = tuple(hostile((seed, k), dtype, size, name in SIGNED or k < 2)
                   for k, name in enumerate(("theta", "g", *a_rule.state)))
    count = 0
    for t in range(1, steps + 1):
        given = {n: x for n, x in numbers(t, edge).items() if n in a_rule.number_names}
        job = tuple(to(x.copy()) for x in theirs)
        run(job, given)
        executors.step("reference", a_rule, [theirs], given)
        count += sum(int((~same_bits(x, arrays.to_host(y))).sum())
                     for x, y in zip(theirs, job, strict=True))
        theirs[1][:] = hostile((seed, t, 1), dtype, size)
    return count


def executed(name, a_rule):
    """How `differences` runs a rule on an executor."""
    return lambda job, given: executors.step(name, a_rule, [job], given)


def compiled(some_rules, dtype):
    """The rules' C texts, compiled by g++ in one file, as functions for `differences`."""
    named = [dataclasses.replace(r.program, name=f"rule{k}") for k, r in enumerate(some_rules)]
    library = c.build("\n".join(c.render(p, dtype.name) for p in named))
    steps = [c.bind(library, p.name, dtype) for p in named]
    return [lambda job, given, p=p, step=step: step(job, p.host(**given))
            for p, step in zip(named, steps, strict=True)]


def table(sizes=(1031, 65537), everything=False):
    """Name -> (programs, {(executor, dtype): [programs run, programs that differ]}), and columns.

    Every program runs at the first size; a set in which every word stands also at the others, and
    by Numba. everything: Numba compiles every program.
    """
    found, columns = cases(), list(itertools.product(_present(), DTYPES))
    text = {d: compiled([case.rule for case in found], d) for e, d in columns if e == "g++"}
    rows = {}
    for k, case in enumerate(track(found, "comparing", console=Console(stderr=True))):
        row = rows.setdefault(case.group, [0, {}])
        row[0] += 1
        for executor, dtype in columns:
            if executor == "numba" and not (case.once or everything):
                continue
            run = text[dtype][k] if executor == "g++" else executed(executor, case.rule)
            to = arrays.default().asarray if executor == "cupy" else np.asarray
            differ = any(differences(case.rule, run, dtype, n, edge=edge, to=to)
                         for n in sizes[:None if case.once else 1] for edge in (False, True))
            cell = row[1].setdefault((executor, dtype), [0, 0])
            cell[0], cell[1] = cell[0] + 1, cell[1] + differ
    return rows, columns


def _present():
    """The executors that run here."""
    return ["numpy", *["numba"] * numba.available(), *["g++"] * bool(shutil.which("g++")),
            *["cupy"] * (arrays.default() is not np)]


def main(arguments=None):
    """Print the table as Markdown; the exit status is 1 when any bit differs."""
    everything = "--all" in (sys.argv[1:] if arguments is None else arguments)
    rows, columns = table(everything=everything)
    heads = [f"{executor} {dtype.name}" for executor, dtype in columns]
    print("| rule | programs |", " | ".join(heads), "|\n|---|---|" + "---|" * len(heads))
    wrong = 0
    for name, (programs, cells) in rows.items():
        wrong += sum(differ for _, differ in cells.values())
        print(f"| {name} | {programs} |", " | ".join(
            f"{differ} of {ran} differ" if differ else f"{ran} same bits"
            for ran, differ in (cells[column] for column in columns)), "|")
    absent = {"numba", "g++", "cupy"} - {executor for executor, _ in columns}
    if absent:
        print(f"not here: {', '.join(sorted(absent))}", file=sys.stderr)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
