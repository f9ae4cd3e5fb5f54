"""A gradient as an expression: what a problem may offer beside `grad`, so that it can be compiled.

A sweep compiles the rule and the gradient into one loop. It needs the gradient as a function of
single coordinates, which symbols can go through, and the numbers in it as arrays.
"""

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np

from rmsprop_lab.errors import LabError, ShapeMismatch

__all__ = ["Formula"]


@dataclass(frozen=True, eq=False)
class Formula:
    """The gradient of a group of `width` coordinates, as a function that can be traced.

    A problem offers one by a method `formula()`; without it, or where that returns None, a sweep
    asks `grad`. function: takes `width` coordinates, then the data by name, and returns `width`
    gradients; + - * / and the functions of `lab.arrays` in the order of `grad`, so that the bits
    are the same. It stands at the top level of a module: loops are kept by it. constants: name ->
    host array (groups,), one number for each group. streams: name -> host array (rows, groups),
    of which step t, counted from 1, sees row (t - 1) % rows. The coordinates of theta in C order
    are the groups one after the other.

    >>> def slope(x, *, h):
    ...     return (h * x,)
    >>> Formula(slope, constants={"h": [0.2, 4.0]}).groups
    2
    """

    function: Callable
    width: int = 1
    constants: dict = field(default_factory=dict)
    streams: dict = field(default_factory=dict)

    def __post_init__(self):
        """Bring the data to float64 and check that all speak of the same groups."""
        for name, axes in (("constants", 1), ("streams", 2)):
            data = {key: np.asarray(values, dtype=np.float64)
                    for key, values in getattr(self, name).items()}
            if any(values.ndim != axes or not values.size for values in data.values()):
                shapes = {key: values.shape for key, values in data.items()}
                raise ShapeMismatch(
                    f"{name} of shapes {shapes}; give (groups,) for a constant and (rows, groups) "
                    "for a stream")
            object.__setattr__(self, name, data)
        sizes = {values.shape[-1] for values in (*self.constants.values(), *self.streams.values())}
        if len(sizes) != 1:
            raise LabError(f"the data speak of {sorted(sizes)} groups; give one number a group")

    @property
    def groups(self):
        """How many groups there are; theta has groups * width coordinates."""
        return next(iter((self.constants | self.streams).values())).shape[-1]
