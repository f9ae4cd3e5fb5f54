"""Does the lab compute the right numbers on this machine? What `rmsprop-lab verify` prints.

Each golden number of the lessons is computed anew by the lesson's own functions and compared with a
text, at the digits that the lesson states. Then every executor is compared with the reference, bit
for bit. Nothing here needs more than the lab's own dependencies.
"""

import importlib
import os
import platform
from dataclasses import dataclass
from importlib import util

import numpy as np

import rmsprop_lab as lab
from rmsprop_lab.golden_numbers import GOLDEN, Golden

__all__ = ["EXECUTORS", "GOLDEN", "Golden", "Row", "agreement", "check", "machine", "rows"]

PASS, MISS, ABSENT = "pass", "MISS", "not here"


@dataclass(frozen=True)
class Row:
    """One line of the table. verdict: "pass", "MISS", or "not here" for an executor."""

    lesson: str
    name: str
    computed: str
    expected: str
    verdict: str

    @property
    def ok(self):
        """Whether this line leaves the table green; what is not installed does not spoil it."""
        return self.verdict != MISS


def check(golden):
    """Compute one golden number and compare its text. An exception is a miss that names it.

    >>> check(Golden(1, "two", ".1f", "2.0", lambda: 2)).verdict
    'pass'
    >>> check(Golden(1, "two", ".1f", "2.0", lambda: 2 / 0)).computed
    'ZeroDivisionError: division by zero'
    """
    try:
        values = golden.compute()
        computed = " ".join(format(value, golden.form) for value in np.atleast_1d(values).tolist())
    except Exception as error:  # whatever goes wrong here is the answer
        computed = f"{type(error).__name__}: {error}"
    verdict = PASS if computed == golden.expected else MISS
    return Row(str(golden.lesson), golden.name, computed, golden.expected, verdict)


#: The executors, and the package that each one needs.
EXECUTORS = {"numpy": "numpy", "numba": "numba", "cupy": "cupy"}


def _walk(make, executor, dtype):
    """Twenty steps on a fixed gradient stream; theta as bytes. 1003 elements: odd tails count."""
    xp = lab.arrays.default() if executor == "cupy" else np
    draw = np.random.default_rng(4)
    theta = xp.asarray(draw.standard_normal(1003).astype(dtype))
    opt = make(executor)
    for _ in range(20):
        opt.step(theta, xp.asarray(draw.standard_normal(1003).astype(dtype)))
    return lab.arrays.to_host(theta).tobytes()


_MAKERS = {
    "RMSprop": lambda executor: lab.RMSprop(lr=1e-2, executor=executor),
    "RMSprop, centred, momentum": lambda executor: lab.RMSprop(
        lr=1e-2, eps_at="inside", centered=True, momentum=0.9, executor=executor),
    "AdaGrad": lambda executor: lab.AdaGrad(lr=1e-2, executor=executor),
    "Adam": lambda executor: lab.Adam(lr=1e-2, executor=executor),
}


def agreement(executor):
    """Whether an executor gives the bits of the reference: four optimizers, two dtypes, one Row."""
    runs = 2 * len(_MAKERS)
    expected = f"{runs} of {runs} runs alike"
    name = f"bits of {executor} and the reference"
    if util.find_spec(EXECUTORS[executor]) is None:
        return Row("", name, "not installed", expected, ABSENT)
    if executor == "cupy" and lab.arrays.default() is np:
        return Row("", name, "no GPU", expected, ABSENT)
    same = 0
    try:
        for make in _MAKERS.values():
            for dtype in ("float32", "float64"):
                same += _walk(make, executor, dtype) == _walk(make, "reference", dtype)
    except Exception as error:  # as in `check`
        return Row("", name, f"{type(error).__name__}: {error}", expected, MISS)
    computed = f"{same} of {runs} runs alike"
    return Row("", name, computed, expected, PASS if computed == expected else MISS)


def rows():
    """All rows, one after the other: the golden numbers, then the executors."""
    for golden in GOLDEN:
        yield check(golden)
    for executor in EXECUTORS:
        yield agreement(executor)


def _device():
    """The processor or GPU on which lessons run here."""
    xp = lab.arrays.default()
    if xp is np:
        return f"CPU, {platform.machine()}, {os.cpu_count()} cores"
    name = xp.cuda.runtime.getDeviceProperties(xp.cuda.Device().id)["name"].decode()
    return f"GPU, {name}"


def machine():
    """(name, value) pairs: the device and the versions that decide what is computed."""
    yield "device", _device()
    yield "python", platform.python_version()
    yield "rmsprop_lab", lab.__version__
    for name in ("numpy", "matplotlib", "numba", "cupy"):
        found = util.find_spec(name) is not None
        yield name, importlib.import_module(name).__version__ if found else "not installed"
