"""Answers as learners write them: text that becomes a function, as a cell would make it."""

import itertools
import linecache
import math
import sys
import types

import numpy as np

import rmsprop_lab as lab

AVERAGE = "v = rho * v + (1 - rho) * g**2"
STEP = "theta = theta - lr * g / (lab.arrays.sqrt(v) + eps)"
END = "return theta, v"

_count = itertools.count(1)


def function(text, name):
    """The function that a cell with this text defines; its lines can be quoted, as in IPython."""
    cell = f"<cell {next(_count)}>"
    linecache.cache[cell] = (len(text), None, text.splitlines(keepends=True), cell)
    scope = {"lab": lab, "np": np, "math": math}
    exec(compile(text, cell, "exec"), scope)
    return scope[name]


def step(average=AVERAGE, move=STEP, end=END, signature="theta, g, v, lr, rho, eps"):
    """An answer to `rmsprop_step`, of lines; an empty line is left out."""
    lines = [line for part in (average, move, end) for line in part.splitlines() if line]
    body = "".join(f"    {line}\n" for line in lines or ["pass"])
    return function(f"def rmsprop_step({signature}):\n{body}", "rmsprop_step")


def drift(before="theta, v = 0.0, 0.0", cycle="start = theta", g="", end="return theta - start",
          eps="0.0"):
    """An answer to `drift`, with lines before the loops, in the outer and in the inner loop."""
    move = f"theta, v = lab.rmsprop.rmsprop(theta, g, v, lr=1.0, rho=rho, eps={eps})"
    return function(
        "def drift(gradients, rho, cycles):\n"
        f"    {before}\n"
        "    for _ in range(cycles):\n"
        f"        {cycle or 'pass'}\n"
        "        for g in gradients:\n"
        f"            {g or move}\n"
        f"    {end}\n", "drift")


def train(average):
    """An answer to `train` with this line in it."""
    return function(
        "def train(curvature, theta, steps, lr, rho):\n"
        "    v = 0 * theta\n"
        "    for _ in range(steps):\n"
        "        g = curvature * theta\n"
        f"        {average}\n"
        "        theta = theta - lr * g / (v**0.5 + 1e-8)\n"
        "    return theta\n", "train")


def fresh(prediction):
    """The prediction as it is before anybody has committed to a letter."""
    copy = object.__new__(type(prediction))
    vars(copy).update(vars(prediction), _committed=None, _hints_given=0)
    return copy


class DeviceArray:
    """An array as CuPy has it: no implicit way to the host, its own library, `get()`."""

    def __init__(self, values):
        self._values = values

    def __array_namespace__(self, api_version=None):
        return DEVICE

    def __array__(self, *args, **kwargs):
        raise TypeError("implicit conversion to a NumPy array is not allowed; use get()")

    __array_ufunc__ = None

    def get(self):
        return self._values.copy()

    @property
    def dtype(self):
        return self._values.dtype

    @property
    def shape(self):
        return self._values.shape

    def sum(self):
        return DeviceArray(np.asarray(self._values.sum()))


def _operator(name, in_place=False):
    def operate(self, other):
        if isinstance(other, np.ndarray | np.generic):
            raise TypeError("unsupported type: a NumPy array")
        other = other._values if isinstance(other, DeviceArray) else other
        result = getattr(self._values, name)(other)
        return self if in_place else DeviceArray(result)
    return operate


for _name in ("add", "sub", "mul", "truediv", "pow"):
    for _side in ("", "r", "i"):
        setattr(DeviceArray, f"__{_side}{_name}__", _operator(f"__{_side}{_name}__", _side == "i"))

#: Stands in for the module `cupy`; it is never put into sys.modules.
DEVICE = types.ModuleType("cupy")
DEVICE.ndarray = DeviceArray
DEVICE.float64, DEVICE.float32 = np.float64, np.float32
DEVICE.asarray = lambda values, dtype=None: DeviceArray(np.array(values, dtype=dtype))
DEVICE.sqrt = lambda x: DeviceArray(np.sqrt(x._values))
assert DEVICE is not sys.modules.get("cupy")
