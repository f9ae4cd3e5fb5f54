"""`sweep`: many configurations of an optimizer on one problem, as one vectorised run."""

import inspect
import operator
import os
from dataclasses import replace

import numpy as np

from rmsprop_lab.errors import HyperparameterError, LabError
from rmsprop_lab.sweeps.build import build, check_make, name_of, place
from rmsprop_lab.sweeps.chunk import EXECUTORS, Chunk
from rmsprop_lab.sweeps.fields import offers
from rmsprop_lab.sweeps.grid import Grid
from rmsprop_lab.sweeps.pools import gather
from rmsprop_lab.sweeps.progress import Bar
from rmsprop_lab.sweeps.result import Sweep
from rmsprop_lab.sweeps.seeds import seed_of
from rmsprop_lab.sweeps.store import Store, identity

__all__ = ["sweep"]

#: Configurations in a chunk: vectorised ones, and those that are walked one by one.
CHUNK, ALONE = 10_000, 16


def sweep(make, grid, problem, steps, pool=None, *, record=(), seed=0, executor="auto",
          chunk=None, save=None):
    """Run every configuration of a grid for `steps` steps from problem.theta0; return a Sweep.

    make: an optimizer class, or a function from the grid's names, by keyword, to an optimizer.
    grid: dict name -> list of values, for all their combinations, or a list of dicts.
    problem: see `lab.problems`; or a function of `seed` that makes the problem of one
    configuration, which gets the seed that NumPy's SeedSequence spawns from `seed` by its index.
    pool: any concurrent.futures.Executor; without one, the threads of this process. record: after
    how many steps the losses are wanted, beside the last. executor: "numba" (64 configurations
    side by side in one compiled loop, where the problem has a `formula`), "numpy" (one call for
    all of them), "loop" (one after the other) or "auto". chunk: configurations sent to a worker
    and saved at a time. save: a file for the result; chunks are kept beside it as they are
    finished, and the same call goes on where an interrupted one stopped.

    Each configuration ends with the bits that `lab.run` would give it, whatever the executor,
    chunk and pool. Raises LabError before the first step for an empty grid and for names and
    values that the optimizer refuses.

    >>> import rmsprop_lab as lab
    >>> found = sweep(lab.SGD, {"lr": [0.125, 0.25, 0.5]}, lab.problems.bench(), steps=8)
    >>> found
    Sweep(SGD on bench: 3 configurations, 8 steps; lr 0.125 to 0.5 (3 values);
          best loss 1.10032 at lr=0.25)
    >>> found.best().settings
    {'lr': 0.25}
    """
    grid, steps, record = Grid(grid), _count(steps, "steps"), _steps(record, steps)
    if executor not in EXECUTORS:
        raise HyperparameterError(f"executor={executor!r}: choose one of {', '.join(EXECUTORS)}")
    check_make(make, grid)
    opt, own = build(make, grid, 0), _is_maker(problem)
    with place(0, grid[0]):
        first = problem(seed=seed_of(seed, 0)) if own else problem
    if not own or not _is_problem(first):
        _check_problem(first)
    whole = Chunk(make, grid, 0, problem, own, steps, record, seed, executor,
                  threads=1 if pool is not None else _threads())
    store = save and Store(save, identity(opt, grid, first, steps, record, seed))
    if store and (done := store.finished()):
        return done
    parts = store.parts() if store else {}
    size = _chunk_size(chunk, len(grid), first, executor, pool)
    chunks = [replace(whole, grid=grid[low:high], start=low)
              for low, high in _missing(parts, len(grid), size)]
    with Bar(len(grid), "configurations") as bar:
        bar(len(grid) - sum(len(piece.grid) for piece in chunks))

        def keep(piece, theta, losses, counted=0):
            parts[piece.start, piece.start + len(theta)] = theta, losses
            if store:
                store.keep(piece.start, theta, losses)
            bar(len(theta) - counted)

        if pool is not None:
            gather(pool, chunks, keep)
        else:
            for piece in chunks:
                keep(piece, *piece.run(bar), counted=len(piece.grid))
    theta, losses = (np.concatenate(columns) for columns in
                     zip(*(parts[span] for span in sorted(parts)), strict=True))
    found = Sweep(grid, theta, losses, record, steps, name_of(make),
                  getattr(first, "name", type(first).__name__), _loss(first), seed, own)
    if store:
        store.finish(found)
    return found


def _count(n, what):
    try:
        n = operator.index(n)
    except TypeError:
        raise LabError(f"{what} is {n!r}; give a whole number, 0 or more") from None
    if n < 0:
        raise LabError(f"{what} is {n}; give 0 or more")
    return n


def _steps(record, steps):
    """The steps after which losses are kept: sorted, each once, the last one among them."""
    record = (record,) if not hasattr(record, "__iter__") else record
    chosen = sorted({_count(step, "a step to record") for step in record} | {steps})
    if chosen[-1] > steps:
        raise LabError(f"step {chosen[-1]} is to be recorded, and there are {steps} steps; record "
                       "none beyond the last")
    return tuple(chosen)


def _is_problem(problem):
    return all(hasattr(problem, name) for name in ("theta0", "loss", "grad"))


def _is_maker(problem):
    """Whether this makes problems from seeds; one without `seed` was meant to be called."""
    if not callable(problem) or _is_problem(problem) and not isinstance(problem, type):
        return False
    parameters = inspect.signature(problem).parameters
    if "seed" not in parameters and not any(
            p.kind is p.VAR_KEYWORD for p in parameters.values()):
        raise LabError(f"{name_of(problem)} is a function without an argument `seed`; call it to "
                       "make one problem for all, or give a function of `seed`")
    return True


def _loss(problem):
    with np.errstate(all="ignore"):
        return float(problem.loss(problem.theta0))


def _check_problem(problem):
    if not _is_problem(problem):
        raise LabError(f"{type(problem).__name__} is not a problem (theta0, loss and grad are "
                       "needed); take one such as lab.problems.bench()")


def _threads():
    """The processors this process may use, or fewer where Numba was told so."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    return max(1, min(cores or 1, int(os.environ.get("NUMBA_NUM_THREADS", 0)) or cores or 1))


def _chunk_size(chunk, configurations, problem, executor, pool):
    if chunk is not None:
        size = _count(chunk, "chunk")
        if not size:
            raise LabError("chunk is 0; give at least one configuration")
        return size
    together = executor != "loop" and (
        offers(problem, "formula", "grad") or offers(problem, "grads", "grad"))
    size = CHUNK if together else ALONE
    # With a pool, enough chunks for eight workers with two turns each.
    return size if pool is None else max(1, min(size, -(-configurations // 16)))


def _missing(parts, configurations, size):
    """What is not in `parts` yet, (start, stop) in pieces of at most `size`."""
    at, missing = 0, []
    for start, stop in [*sorted(parts), (configurations, configurations)]:
        missing += [(low, min(low + size, start)) for low in range(at, start, size)]
        at = max(at, stop)
    return missing
