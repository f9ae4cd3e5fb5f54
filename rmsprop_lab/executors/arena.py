"""The arena: all tensors of a model in one buffer, so that a step is one sweep and one launch."""

from rmsprop_lab import arrays
from rmsprop_lab.errors import DtypeRefused
from rmsprop_lab.structure import check_gradients, flatten, layout_of, unflatten

__all__ = ["Arena"]


class Arena:
    """Parameters as views into one flat buffer, in the container they came in.

    tensors: an array, or a list or dict of arrays of one library and one dtype. Their values are
    copied. `params` holds the views: a model reads them as before; `flat` is what an optimizer
    steps. Raises DtypeRefused for tensors of different dtypes.

    >>> import numpy as np
    >>> arena = Arena({"w": np.ones((2, 2)), "b": np.zeros(2)})
    >>> arena.flat += 1
    >>> arena.params["b"]
    array([1., 1.])
    """

    def __init__(self, tensors):
        """Copy the tensors into one buffer."""
        leaves = flatten(tensors)
        self.layout = layout_of(tensors)
        self.xp = arrays.namespace(*leaves)
        dtypes = {str(x.dtype) for x in leaves}
        if len(dtypes) > 1:
            raise DtypeRefused(f"an arena holds one dtype, these tensors have {sorted(dtypes)}")
        self.flat = self.xp.empty(sum(x.size for x in leaves), dtype=leaves[0].dtype)
        self.params = self._views(self.flat, leaves)
        for view, x in zip(flatten(self.params), leaves, strict=True):
            view[...] = x

    def like(self):
        """A second arena of zeros with the same places, for gradients a model writes itself."""
        twin = object.__new__(Arena)
        twin.layout, twin.xp = self.layout, self.xp
        twin.flat = self.xp.zeros_like(self.flat)
        twin.params = twin._views(twin.flat, flatten(self.params))
        return twin

    def gather(self, grads, out=None):
        """The gradients as one flat array in the arena's order; `out` is reused when given.

        grads: the container of the parameters. Raises ShapeMismatch or StructureMismatch.
        """
        gradients, leaves = flatten(grads, like=self.layout), flatten(self.params)
        check_gradients(gradients, leaves, self.layout)
        out = self.xp.empty_like(self.flat) if out is None else out
        for view, g in zip(flatten(self._views(out, leaves)), gradients, strict=True):
            view[...] = g
        return out

    def _views(self, flat, leaves):
        views, start = [], 0
        for x in leaves:
            views.append(flat[start:start + x.size].reshape(x.shape))
            start += x.size
        return unflatten(views, self.layout)
