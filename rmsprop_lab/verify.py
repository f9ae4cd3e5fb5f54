"""Does the lab compute the right numbers on this machine? What `rmsprop-lab verify` prints.

Each golden number of lessons 1, 3 and 4 is computed anew by the lesson's own functions and compared
with a text, at the digits that the lesson states. Then every executor is compared with the
reference, bit for bit. Nothing here needs more than the lab's own dependencies.
"""

import importlib
import math
import os
import platform
from dataclasses import dataclass
from importlib import util

import numpy as np

import rmsprop_lab as lab

__all__ = ["EXECUTORS", "GOLDEN", "Golden", "Row", "agreement", "check", "machine", "rows"]

PASS, MISS, ABSENT = "pass", "MISS", "not here"


@dataclass(frozen=True)
class Golden:
    """One known result: which lesson prints it, how to compute it, and the text it must give.

    compute: function of nothing to a number or several; form: the format of each of them.
    """

    lesson: int
    name: str
    form: str
    expected: str
    compute: object


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


def _mean_square(*steps):
    """v of lesson 1 after these many steps of a constant gradient 3 with rho = .9."""
    v, seen = 0.0, {}
    for t in range(1, max(steps) + 1):
        v = lab.averages.ema(v, 9.0, 0.9)
        seen[t] = v
    return [seen[t] for t in steps]


def _first_steps(rho, n):
    """The first n steps of RMSprop, in units of lr, along a constant slope from v = 0."""
    v, lengths = 0.0, []
    for _ in range(n):
        theta, v = lab.rmsprop.rmsprop(0.0, 1.0, v, lr=1.0, rho=rho, eps=0.0)
        lengths.append(-theta)
    return lengths


def _extra_travel(*rhos):
    """How much further that start leads, in units of lr, than steps of length lr."""
    return [math.fsum(s - 1 for s in _first_steps(rho, round(40 / (1 - rho)))) for rho in rhos]


def _adagrad_rate(steps):
    """The last of these many steps along a constant gradient 3, over that gradient, lr = .1."""
    x, s = 0.0, 0.0
    for _ in range(steps):
        before = x
        x, s = lab.adagrad.adagrad(x, 3.0, s, lr=0.1, eps=0.0)
    return (before - x) / 3.0


def _adagrad_travel():
    """The distance of AdaGrad along a constant slope in a million steps, lr = .1.

    The steps differ only in s, which is 0, 1, 2, ...: one call of the rule makes them all.
    """
    s = np.arange(1e6)
    theta, _ = lab.adagrad.adagrad(np.zeros_like(s), np.ones_like(s), s, lr=0.1, eps=0.0)
    return -math.fsum(theta)


def _adagrad_parabola():
    """The final s and |x| of AdaGrad on x^2 / 2 from 1, lr = .1, 2000 steps."""
    x, s = 1.0, 0.0
    for _ in range(2000):
        x, s = lab.adagrad.adagrad(x, x, s, lr=0.1, eps=0.0)
    return s, abs(x)


def _bench(opt, steps):
    """The run of an optimizer on the bench of every lesson."""
    return lab.run(opt, lab.problems.bench(), steps).to_host()


def _drift(step, rho=0.0):
    """How far ten gradients, nine of .1 and one of -.9, carry a steady state, in units of lr."""
    theta, v = 0.0, 0.0
    for _ in range(round(4 / (1 - rho))):  # 40 / (1 - rho) steps: what was before weighs e^-40
        theta = 0.0
        for g in [0.1] * 9 + [-0.9]:
            theta, v = step(theta, g, v)
    return theta


def _rmsprop_drift(rho):
    return _drift(lambda x, g, v: lab.rmsprop.rmsprop(x, g, v, lr=1.0, rho=rho, eps=0.0), rho)


def _settling(rho):
    return [lab.averages.settling_steps(rho, fraction) for fraction in (0.90, 0.95, 0.99)]


GOLDEN = (
    Golden(1, "v after 1, 2, 3 gradients of 3", ".4g", "0.9 1.71 2.439",
           lambda: _mean_square(1, 2, 3)),
    Golden(1, "v after 5, 10, 30 of them", ".4g", "3.686 5.862 8.618",
           lambda: _mean_square(5, 10, 30)),
    Golden(1, "lr / sqrt(v) then, lr .1", ".3g", "0.0521 0.0413 0.0341",
           lambda: [0.1 / math.sqrt(v) for v in _mean_square(5, 10, 30)]),
    Golden(1, "half-life, rho .9", ".2f", "6.58", lambda: lab.averages.half_life(0.9)),
    Golden(1, "weight of the last ten, rho .9, in %", ".1f", "65.1",
           lambda: 100 * lab.averages.share_of_last(0.9, 10)),
    Golden(1, "mean age, effective size, rho .9", ".0f", "9 19",
           lambda: [lab.averages.mean_age(0.9), lab.averages.effective_sample_size(0.9)]),
    Golden(1, "settled 90, 95, 99 %, rho .9", "d", "22 29 44", lambda: _settling(0.9)),
    Golden(1, "settled 90, 95, 99 %, rho .99", "d", "230 299 459", lambda: _settling(0.99)),
    Golden(1, "settled 90, 95, 99 %, rho .999", "d", "2302 2995 4603",
           lambda: _settling(0.999)),
    Golden(1, "first step in lr, rho .9, .99, .999", ".4g", "3.162 10 31.62",
           lambda: [_first_steps(rho, 1)[0] for rho in (0.9, 0.99, 0.999)]),
    Golden(1, "the first five steps in lr, rho .9", ".2f", "3.16 2.29 1.92 1.71 1.56",
           lambda: _first_steps(0.9, 5)),
    Golden(1, "extra travel in lr, rho .9, .95", ".2f", "9.14 21.07",
           lambda: _extra_travel(0.9, 0.95)),
    Golden(1, "extra travel in lr, rho .99, .999", ".4g", "123.9 1340",
           lambda: _extra_travel(0.99, 0.999)),
    Golden(3, "lr / sqrt(s) after 30 gradients of 3", ".5f", "0.00609", lambda: _adagrad_rate(30)),
    Golden(3, "travel in a million steps, lr .1", ".2f", "199.85", _adagrad_travel),
    Golden(3, "x^2/2: where s ends", ".4f", "10.0402", lambda: _adagrad_parabola()[0]),
    Golden(3, "x^2/2: |x| at step 2000", ".0e", "9e-29", lambda: _adagrad_parabola()[1]),
    Golden(3, "bench, lr .4: where s ends", ".4f", "14.4321 232.4219",
           lambda: _bench(lab.AdaGrad(lr=0.4), 1000).state["s"][-1]),
    Golden(4, "sign descent: drift a cycle, in lr", ".0f", "-8",
           lambda: _drift(lambda x, g, v: (lab.rprop.sign_descent(x, g, lr=1.0), v))),
    Golden(4, "RMSprop: the same, rho .9", ".4f", "-0.6795", lambda: _rmsprop_drift(0.9)),
    Golden(4, "RMSprop: the same, rho .99, .999", ".3g", "-0.0667 -0.00667",
           lambda: [_rmsprop_drift(0.99), _rmsprop_drift(0.999)]),
    Golden(4, "bench, AdaGrad: theta after 20 steps", ".6f", "-2.382562 -0.158591",
           lambda: _bench(lab.AdaGrad(lr=0.4), 20).final),
    Golden(4, "bench, RMSprop: theta after 20 steps", ".6f", "-0.010599 0.000000",
           lambda: _bench(lab.RMSprop(lr=0.4, eps=1e-6, eps_at="inside"), 20).final),
)


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
