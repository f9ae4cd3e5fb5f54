"""A step as a captured CUDA graph: one launch that the driver has prepared, for repeated steps.

A graph keeps the arguments it was captured with. The numbers that change from step to step are
therefore read from device memory, where a small copy brings them before the launch.
"""

import numpy as np

from rmsprop_lab import arrays
from rmsprop_lab.errors import ExecutorUnavailable, StructureMismatch
from rmsprop_lab.executors.cupy_list import THREADS, Mirror, Table, compiled, fits, rounded
from rmsprop_lab.structure import check_gradients, flatten, layout_of, unflatten

__all__ = ["GraphStep"]


class GraphStep:
    """Repeats an optimizer's step on the same arrays as one graph launch, bit for bit.

    params, grads: CuPy arrays, or lists or dicts of them, of one dtype and in C order; new
    gradients are written into the same arrays (`g[...] = ...`). clear: set the gradients to zero
    in the same pass. The optimizer stays the home of the state: its numbers may be changed between
    steps, a state may be saved and loaded, and steps without the graph may come in between.

    Raises ExecutorUnavailable for arrays that a graph cannot step.

    >>> import numpy as np
    >>> from rmsprop_lab import RMSprop
    >>> GraphStep(RMSprop(), np.zeros(2), np.ones(2))
    Traceback (most recent call last):
    rmsprop_lab.errors.ExecutorUnavailable: a graph steps CuPy arrays, these are numpy; ...
    """

    def __init__(self, optimizer, params, grads, clear=False):
        """Nothing is stepped or captured yet."""
        layout = layout_of(params)
        leaves, gradients = flatten(params), flatten(grads, like=layout)
        if not leaves:
            raise StructureMismatch("no parameters: give an array, or a list or dict of arrays")
        _check(leaves)
        check_gradients(gradients, leaves, layout, clear)
        if not all(fits(pair) for pair in zip(leaves, gradients, strict=True) if pair[0].size):
            raise ExecutorUnavailable(
                "a graph steps arrays in C order on the current device; use "
                "cupy.ascontiguousarray(...) once, or optimizer.step")
        self.optimizer, self.clear = optimizer, bool(clear)
        # Containers of our own: the graph knows the arrays of now, whatever the caller's become.
        self._params, self._grads = unflatten(leaves, layout), unflatten(gradients, layout)
        self._settled, self._held, self._graph = None, None, None

    def step(self):
        """Make one step; the optimizer's `t` and state change as by its own `step`.

        The first step, and the first after anything but a number has changed, goes through all
        checks of `Optimizer.step`. The next one is captured, and from then on only launched.
        """
        optimizer = self.optimizer
        if self._settled is None or self._settled != self._found():
            self._graph = None
            optimizer.step(self._params, self._grads, clear=self.clear)
            self._held = list(optimizer._states.values())  # kept, so that no id is used again
            self._settled = self._found()
            return
        if self._graph is None:
            self._graph = _Captured(optimizer.variant.program, self._jobs())
        self._graph.run(optimizer.numbers())
        optimizer.t += 1

    def _found(self):
        """What the captured kernel was made of, the numbers apart. eps has checks of its own."""
        optimizer = self.optimizer
        return (optimizer.variant.program, getattr(optimizer, "eps", None),
                *(id(present) for present in optimizer._states.values()))

    def _jobs(self):
        """(theta, g, *states) of every parameter with elements, states in the optimizer's order."""
        optimizer = self.optimizer
        leaves = flatten(self._params, like=optimizer._layout)
        gradients = flatten(self._grads, like=optimizer._layout)
        states = [optimizer._states[name] for name in optimizer.variant.program.states]
        return [job for job in zip(leaves, gradients, *states, strict=True) if job[0].size]


def _check(leaves):
    own = arrays.library(leaves[0])
    if own != "cupy":
        raise ExecutorUnavailable(
            f"a graph steps CuPy arrays, these are {own}; use optimizer.step for them")
    if len({x.dtype for x in leaves}) > 1:
        raise ExecutorUnavailable("a graph steps arrays of one dtype; use a graph for each dtype")


class _Captured:
    """The graph, with the device memory that it reads."""

    def __init__(self, program, jobs):
        import cupy

        self.program, self.graph = program, None
        if not jobs:  # nothing to step
            return
        self.jobs = jobs  # the graph knows addresses only: the arrays must live
        self.dtype, self.last = jobs[0][0].dtype, b""
        self.table = Table(jobs)
        self.numbers = Mirror(np.zeros(max(1, len(program.slots)), self.dtype))
        self.kernel = compiled(program, self.dtype.name, "buffer")
        # The uploads above are in order with this stream only; the launches may use another.
        cupy.cuda.get_current_stream().synchronize()
        stream = cupy.cuda.Stream(non_blocking=True)  # the default stream cannot be captured
        with stream:
            stream.begin_capture()
            try:
                self.kernel((self.table.blocks,), (THREADS,),
                            (*self.table.arguments, self.numbers.array))
            finally:
                self.graph = stream.end_capture()

    def run(self, numbers):
        """Bring the numbers to the device if they have changed, and launch."""
        if self.graph is None:
            return
        fresh = rounded(self.program.host(**numbers), self.dtype)
        if fresh.size and fresh.tobytes() != self.last:
            self.numbers.write(fresh)
            self.last = fresh.tobytes()
        self.graph.launch()
