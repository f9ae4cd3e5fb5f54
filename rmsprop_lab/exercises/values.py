"""Values as plain data: what a function returned, written so that JSON can carry it.

A number is {"is": "number", "value": x}; an array adds library, dtype, shape and flat values; a
tuple holds items. Infinities and NaN are the strings "inf", "-inf", "nan", which `float` reads.
"""

import math
import numbers

from rmsprop_lab import arrays

__all__ = ["as_floats", "close", "describe"]

#: An answer is a few numbers; a runaway one is described, not recorded.
MOST_VALUES = 10_000
#: Relative tolerance by dtype: far above any order of operations, far below any wrong formula.
RELATIVE = {"float64": 1e-9, "float32": 1e-5}
ABSOLUTE = {"float64": 1e-15, "float32": 1e-7}


def describe(value):
    """A returned value as plain data.

    >>> describe((1.0, None))
    {'is': 'tuple', 'items': [{'is': 'number', 'value': 1.0}, {'is': 'none'}]}
    """
    if value is None:
        return {"is": "none"}
    if value is ...:
        return {"is": "ellipsis"}
    if isinstance(value, (tuple, list)):
        if len(value) > MOST_VALUES:
            return {"is": "other", "type": f"{type(value).__name__} of {len(value)}"}
        return {"is": type(value).__name__, "items": [describe(item) for item in value]}
    if isinstance(value, complex):  # Python's root of a negative number, where arrays give NaN
        return {"is": "number", "value": "nan"}
    if isinstance(value, numbers.Real) and not isinstance(value, bool):
        return {"is": "number", "value": _plain(value)}
    if arrays.is_array(value):
        return _describe_array(value)
    return {"is": "other", "type": type(value).__name__}


def _describe_array(value):
    host = arrays.to_host(value)
    if host.dtype.kind not in "fiu" or host.size > MOST_VALUES:
        return {"is": "other", "type": f"array of {host.size} values of {host.dtype}"}
    if host.ndim == 0:
        return {"is": "number", "value": _plain(host[()])}
    return {
        "is": "array",
        "library": arrays.library(value),
        "dtype": host.dtype.name,
        "shape": list(host.shape),
        "values": [_plain(x) for x in host.ravel()],
    }


def _plain(x):
    x = float(x)
    return x if math.isfinite(x) else str(x)


def as_floats(described):
    """The numbers of a description, as a flat list of floats; None if it holds none.

    >>> as_floats({"is": "number", "value": "inf"})
    [inf]
    """
    if described["is"] == "number":
        return [float(described["value"])]
    if described["is"] == "array":
        return [float(x) for x in described["values"]]
    return None


def close(got, want):
    """Whether two descriptions hold the same numbers, up to rounding in the wanted dtype."""
    dtype = want.get("dtype", "float64")
    a, b = as_floats(got), as_floats(want)
    if a is None or b is None or len(a) != len(b):
        return False
    return all(
        (math.isnan(x) and math.isnan(y))
        or math.isclose(x, y, rel_tol=RELATIVE[dtype], abs_tol=ABSOLUTE[dtype])
        for x, y in zip(a, b, strict=True)
    )
