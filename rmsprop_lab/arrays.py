"""Which array library is this? The one door through which NumPy, CuPy, JAX and floats come in.

A rule calls `sqrt`, `where` and their like from here. They work on plain floats, on arrays of any
library that answers `__array_namespace__`, and on the symbols with which a rule is traced.
"""

import math
import sys
from types import SimpleNamespace

import numpy as np

from rmsprop_lab.errors import MixedLibraries

__all__ = [
    "abs",
    "default",
    "from_host",
    "is_array",
    "library",
    "maximum",
    "minimum",
    "namespace",
    "sign",
    "sqrt",
    "to_host",
    "where",
]


def _float_sign(x):
    return 1.0 if x > 0 else -1.0 if x < 0 else 0.0 if x == 0 else x


#: What `namespace` answers for plain numbers: the functions a rule may call, on floats.
scalars = SimpleNamespace(
    __name__="float",
    sqrt=math.sqrt,
    abs=math.fabs,
    sign=_float_sign,
    where=lambda condition, a, b: a if condition else b,
)


def _own_namespace(x):
    """The library of one value, or None for a plain number."""
    find = getattr(x, "__array_namespace__", None)
    if find is not None:
        return find()
    if type(x).__module__.partition(".")[0] == "cupy":  # CuPy 14 has no __array_namespace__
        return sys.modules["cupy"]
    return None


def is_array(x):
    """Whether x belongs to an array library.

    >>> is_array(np.zeros(2)), is_array(1.0)
    (True, False)
    """
    return _own_namespace(x) is not None


def namespace(*values):
    """The array library of the values; the functions on floats if all are plain numbers.

    values: arrays of one library, plain numbers, or symbols. Arrays of two libraries raise
    MixedLibraries. Follows the Python array API standard (data-apis.org), `__array_namespace__`.

    >>> namespace(np.zeros(2), 0.5).__name__
    'numpy'
    """
    found = None
    for x in values:
        own = _own_namespace(x)
        if own is None or own is found:
            continue
        if found is not None:
            raise MixedLibraries(
                f"arrays of {found.__name__} and {own.__name__} in one call; "
                "convert one of them, for example with rmsprop_lab.arrays.to_host"
            )
        found = own
    return scalars if found is None else found


def library(x):
    """The short name of x's library: "numpy", "cupy", "jax", ...; "float" for a plain number.

    >>> library(np.zeros(2))
    'numpy'
    """
    return namespace(x).__name__.partition(".")[0]


def default():
    """CuPy where it is installed and sees a GPU, else NumPy.

    A lesson starts with `xp = lab.arrays.default()` and the same cells run on both.
    """
    try:
        import cupy
    except ImportError:
        return np
    try:
        return cupy if cupy.cuda.is_available() else np
    except Exception:  # a broken driver raises CuPy's own errors; the lessons still run
        return np


def to_host(x):
    """X as a NumPy array; a NumPy array is returned as it is.

    x: an array of any library, or a number.

    >>> to_host(2.0)
    array(2.)
    """
    if isinstance(x, np.ndarray):
        return x
    if library(x) == "cupy":
        return x.get()
    try:
        return np.asarray(x)
    except RuntimeError:  # array-api-strict's second device: no transfer unless it is asked for
        return np.from_dlpack(x)


def from_host(x, like):
    """A NumPy array as an array of `like`'s library, on its device.

    >>> from_host(np.ones(2), like=np.zeros(2))
    array([1., 1.])
    """
    if library(like) == "cupy":
        with like.device:
            return namespace(like).asarray(x)
    return namespace(like).asarray(x, device=like.device)


def sqrt(x):
    """The square root. Negative floats raise ValueError, as Python says; arrays give NaN.

    >>> sqrt(9.0)
    3.0
    """
    return namespace(x).sqrt(x)


def abs(x):
    """The magnitude.

    >>> abs(-3.0)
    3.0
    """
    return namespace(x).abs(x)


def sign(x):
    """-1, 0 or 1; NaN stays NaN.

    >>> sign(-3.0)
    -1.0
    """
    return namespace(x).sign(x)


def where(condition, a, b):
    """`a` where the condition holds, else `b`.

    >>> where(2.0 > 1.0, 5.0, 7.0)
    5.0
    """
    return namespace(condition, a, b).where(condition, a, b)


def maximum(a, b):
    """The larger of a and b, NaN if either is.

    Written with `where`, because libraries and processors disagree on maximum(0.0, -0.0).

    >>> maximum(1.0, 2.0)
    2.0
    """
    return where((a > b) | (a != a), a, b)


def minimum(a, b):
    """The smaller of a and b, NaN if either is.

    >>> minimum(1.0, 2.0)
    1.0
    """
    return where((a < b) | (a != a), a, b)
