"""Executors: the ways to run one program. They differ in speed and in nothing else.

"reference" calls the rule as it is written; "numpy" runs it in cache-sized tiles; "numba" as one
compiled loop; "cupy" as one CUDA kernel. "auto" takes the one that fits the arrays.
"""

import copy

import numpy as np

from rmsprop_lab import arrays
from rmsprop_lab.errors import ExecutorUnavailable, HyperparameterError
from rmsprop_lab.executors import c, cupy, cupy_list, numba
from rmsprop_lab.executors import numpy as tiles

__all__ = ["NAMES", "check_name", "step"]

NAMES = ("auto", "reference", "numpy", "numba", "cupy")
KERNELS = {"numpy": tiles.kernel, "numba": numba.kernel, "cupy": cupy.kernel, "c": c.kernel}


def check_name(name):
    """Refuse an executor that does not exist; return the name."""
    if name not in NAMES:
        raise HyperparameterError(f"executor={name!r}: choose one of {', '.join(NAMES)}")
    return name


def step(name, variant, jobs, numbers):
    """Make one step of a variant on each job, (theta, g, *states), in place.

    All that can fail, compiling and the reference's arithmetic, happens before the first write.
    Strided arrays have no flat view: the reference steps them, whatever the executor. Returns the
    name of the executor, which "auto" leaves open.
    """
    program = variant.program
    values = program.host(**numbers)
    name = _resolve(name, program, jobs)
    fast, slow, launches = [], [], []
    if name == "cupy" and len(jobs) > 1:  # one launch for all that can share it
        launches, jobs = cupy_list.prepare(program, jobs, values)
    for job in jobs:
        flat = None if name == "reference" else job if name == "cupy" else _flat(job)
        if flat is None:
            slow.append((job, _reference(variant, job, numbers)))
        elif job[0].size:
            fast.append((KERNELS[name](program, job[0].dtype, job[0].size), flat))
    for launch in launches:
        launch()
    for kernel, flat in fast:
        kernel(flat, values)
    for job, results in slow:
        for target, result in zip((job[0], *job[2:]), results, strict=True):
            target[...] = result
        if "g" in program.outputs:
            job[1][...] = 0
    return name


def _resolve(name, program, jobs):
    """The executor for these arrays."""
    own = arrays.library(jobs[0][0])
    if own == "cupy":
        allowed = ("auto", "reference", "cupy")
    elif own == "numpy":
        allowed = ("auto", "reference", "numpy", "numba", "c")
    else:
        allowed = ("auto", "reference")
    if name not in allowed:
        raise ExecutorUnavailable(
            f"executor={name!r} does not run {own} arrays; use one of {', '.join(allowed)}")
    if name != "auto":
        return name
    if own != "numpy":
        return "cupy" if own == "cupy" else "reference"
    # Compiling takes about a second: small problems are done before it has paid for itself.
    size = sum(job[0].size for job in jobs)
    if numba.available() and (size >= numba.PARALLEL_FROM or all(
            numba.is_compiled(program, job[0].dtype, job[0].size) for job in jobs)):
        return "numba"
    return "numpy"


def _flat(job):
    """One-dimensional views in memory order, or None when the arrays do not share an order."""
    if all(x.flags.c_contiguous for x in job):
        return tuple(x.reshape(-1) for x in job)
    if all(x.flags.f_contiguous for x in job):
        return tuple(x.T.reshape(-1) for x in job)
    return None


def _reference(variant, job, numbers):
    with np.errstate(all="ignore"):
        results = variant(*job, **numbers)
    results = results if isinstance(results, tuple) else (results,)
    # A rule may hand an input on as another's new value; by then it would have been overwritten.
    return [copy.deepcopy(r) if any(r is x for x in job) else r for r in results]
