"""What is done to a gradient on its way into a step, in the same pass: scaled, and cleared after.

Clipping by the global norm multiplies every gradient by one number before the step; a training
loop then sets the gradients to zero. Both are part of the rule here, so that a step that clips and
clears reads and writes each array once.
"""

import inspect
import math
from functools import lru_cache

import numpy as np

from rmsprop_lab import arrays
from rmsprop_lab.errors import HyperparameterError, RuleError
from rmsprop_lab.rule import Rule

__all__ = ["clip_scale", "global_norm", "prepared"]

#: Elements whose squares are summed at a time, in double, in a buffer that stays in cache.
TILE = 65536


@lru_cache(maxsize=None)
def prepared(variant, scaled, cleared):
    """The variant of a rule with its gradient scaled by the number `scale`, or cleared at the end.

    >>> from rmsprop_lab.descent import descent
    >>> prepared(descent.variant(), True, False)(1.0, 4.0, lr=0.5, scale=0.25)
    0.5
    """
    if not scaled and not cleared:
        return variant
    function = _scaled(variant.function) if scaled else variant.function
    made = Rule(function, variant.all_state, variant.words, variant.bound)
    made.clears = cleared
    return made


def _scaled(function):
    if "scale" in inspect.signature(function).parameters:
        raise RuleError(
            f"{function.__name__}: a rule whose own number is called 'scale' cannot be clipped; "
            "give the number another name")

    def with_scale(theta, g, *states, scale, **others):
        return function(theta, g * scale, *states, **others)
    signature = inspect.signature(function)
    extra = inspect.Parameter("scale", inspect.Parameter.KEYWORD_ONLY)
    with_scale.__signature__ = signature.replace(parameters=[*signature.parameters.values(), extra])
    with_scale.__name__, with_scale.__doc__ = function.__name__, function.__doc__
    with_scale.__module__ = function.__module__
    return with_scale


def global_norm(gradients):
    """The Euclidean norm of all gradients together, summed in double; a float.

    gradients: a list of arrays of one library. NaN and infinity stay what they are.

    >>> global_norm([np.array([3.0]), np.array([[4.0]])])
    5.0
    """
    sums = [part for g in gradients for part in _square_sums(g)]
    finite = all(math.isfinite(s) for s in sums)
    return math.sqrt(math.fsum(sums)) if finite else math.sqrt(sum(sums))


def _square_sums(g):
    xp = arrays.namespace(g)
    if xp is not np:
        wide = xp.astype(g, xp.float64)
        return [float(xp.sum(wide * wide))]
    with np.errstate(all="ignore"):
        flat = g.reshape(-1)
        return [float(np.square(flat[i:i + TILE], dtype=np.float64).sum())
                for i in range(0, flat.size, TILE)]


def clip_scale(gradients, limit):
    """The factor that brings the global norm down to `limit`; 1 when it is not above it.

    limit: in units of the gradient, above 0. Pascanu, Mikolov and Bengio 2013.

    >>> clip_scale([np.array([3.0, 4.0])], 2.5)
    0.5
    """
    try:
        limit = float(limit)
    except (TypeError, ValueError):
        limit = math.nan
    if not 0 < limit < math.inf:
        raise HyperparameterError(f"clip_norm={limit!r} must be a finite number above 0, or None")
    norm = global_norm(gradients)
    return 1.0 if norm <= limit else limit / norm
