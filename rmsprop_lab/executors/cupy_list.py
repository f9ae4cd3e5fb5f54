"""Many CuPy arrays in one launch: a kernel over a list of addresses, cut into equal chunks.

A model has its parameters in many arrays. One launch per array costs microseconds each and leaves
most of the GPU idle on the small ones; here every block takes one chunk of one array. The body is
the one that the ElementwiseKernel runs.
"""

import weakref
from collections import OrderedDict
from functools import lru_cache

import numpy as np

from rmsprop_lab.executors.c import body
from rmsprop_lab.executors.cupy import OPTIONS

__all__ = ["CHUNK", "THREADS", "Mirror", "Table", "chunks", "compiled", "fits", "prepare",
           "render", "rounded"]

#: Elements a block steps, and its threads.
CHUNK, THREADS = 4096, 256
#: Tables kept, for models that take turns.
KEPT = 8

_tables = OrderedDict()


def render(program, dtype="float32", numbers="values"):
    """The CUDA text of the kernel `<name>_list`; it needs no header.

    chunks_: rows (tensor, first element, size), a row a block. addresses_: of theta and the
    states, an array's tensors side by side; gradients_: of g. numbers: "values", passed at the
    launch, or "buffer", read from device memory, so that a captured launch can see new ones.

    >>> from rmsprop_lab.descent import descent
    >>> print(render(descent.program).splitlines()[1])
    extern "C" __global__ void descent_list(
    """
    names = [name for name, _ in program.slots]
    passed = ["const T *numbers_"] if numbers == "buffer" else [f"T {name}" for name in names]
    lines = [f"typedef {'float' if np.dtype(dtype) == np.float32 else 'double'} T;",
             f'extern "C" __global__ void {program.name}_list(',
             "    const long long *chunks_, const long long *addresses_,",
             f"    {', '.join(['const long long *gradients_', 'long long tensors_', *passed])})",
             "{",
             "    const long long *chunk_ = chunks_ + 3 * (long long)blockIdx.x;",
             "    const long long at_ = chunk_[0], first_ = chunk_[1], size_ = chunk_[2];"]
    for a, place in _places(program):
        pointer = f"{_kind(program, a)}*"
        lines.append(f"    {pointer}__restrict__ {a}_ = ({pointer})({place}) + first_;")
    if numbers == "buffer":
        lines += [f"    const T {name} = numbers_[{k}];" for k, name in enumerate(names)]
    lines += ["    for (long long i_ = threadIdx.x; i_ < size_; i_ += blockDim.x) {"]
    lines += [f"        {_kind(program, a)}&{a} = {a}_[i_];" for a in program.arrays]
    lines += ["        " + line for line in body(program)]
    return "\n".join([*lines, "    }", "}", ""])


def _kind(program, name):
    return "T " if name in program.outputs else "const T "


def _places(program):
    """Each array's name and where its address stands."""
    row = 0
    for name in program.arrays:
        if name == "g":
            yield name, "gradients_[at_]"
        else:
            yield name, f"addresses_[{row} * tensors_ + at_]"
            row += 1


def chunks(sizes, most=CHUNK):
    """The work list: rows (tensor, first element, size) with `most` elements each, or what is left.

    >>> chunks([5, 3], 4).tolist()
    [[0, 0, 4], [0, 4, 1], [1, 0, 3]]
    """
    sizes = np.asarray(sizes, np.int64)
    counts = -(-sizes // most)
    tensor = np.repeat(np.arange(sizes.size), counts)
    first = (np.arange(tensor.size) - np.repeat(np.cumsum(counts) - counts, counts)) * most
    return np.stack([tensor, first, np.minimum(most, sizes[tensor] - first)], axis=1)


def rounded(values, dtype):
    """The numbers as an array of the parameters' dtype; what is too large becomes infinite."""
    with np.errstate(all="ignore"):
        return np.array(values, dtype)


@lru_cache(maxsize=None)
def compiled(program, dtype, numbers="values"):
    """The cupy.RawKernel, compiled for the current device now, so that nothing fails in mid-step.

    dtype: its name.
    """
    import cupy

    made = cupy.RawKernel(render(program, dtype, numbers), f"{program.name}_list", OPTIONS)
    made.compile()
    return made


def fits(job):
    """Whether one launch can step these arrays: C order, not empty, on the current device."""
    import cupy

    here = cupy.cuda.runtime.getDevice()
    return job[0].size > 0 and all(x.flags.c_contiguous and x.data.device_id == here for x in job)


def prepare(program, jobs, values):
    """Launches that step the jobs two or more of which share a dtype, and the jobs left over.

    Compiling and uploading the work list happen here, before the first write.
    """
    groups, launches, rest = {}, [], []
    for job in jobs:
        (groups.setdefault(job[0].dtype, []) if fits(job) else rest).append(job)
    for dtype, group in groups.items():
        if len(group) == 1:
            rest += group
            continue
        kernel = compiled(program, dtype.name)
        launches.append(_launch(kernel, _table(group), rounded(values, dtype)))
    return launches, rest


def _launch(kernel, table, numbers):
    return lambda: kernel((table.blocks,), (THREADS,), (*table.arguments, *numbers))


def _table(jobs):
    """The table of these arrays, kept from the last step or new, with the gradients of now.

    It holds addresses and sizes and nothing else: the same key is the same table. The stream
    belongs to the key, because an upload is in order only with the launches of its own stream.
    """
    import cupy

    owned, gradients, sizes = _addresses(jobs)
    stream = cupy.cuda.get_current_stream()
    key = (cupy.cuda.runtime.getDevice(), stream.ptr, owned, sizes)
    table = _tables.pop(key, None)
    if table is None:
        table = Table(jobs)
    elif gradients != table.gradients:
        table.point(gradients)
    _tables[key] = table
    if len(_tables) > KEPT:
        _tables.popitem(last=False)
    return table


def _addresses(jobs):
    """Addresses of theta and the states, an array's tensors side by side; of g; and the sizes."""
    owned = tuple(x.data.ptr for row in zip(*((j[0], *j[2:]) for j in jobs), strict=True)
                  for x in row)
    return owned, tuple(j[1].data.ptr for j in jobs), tuple(j[0].size for j in jobs)


class Table:
    """The work list and the addresses of a list of jobs, in device memory.

    blocks: how many a launch has. arguments: the kernel's, up to its numbers. The arrays
    themselves are not kept alive.
    """

    def __init__(self, jobs):
        """Upload the work list."""
        import cupy

        owned, self.gradients, sizes = _addresses(jobs)
        work = chunks(sizes)
        self.blocks = len(work)
        self._mirror = Mirror(np.array(self.gradients, np.int64))
        self.arguments = (cupy.asarray(work), cupy.asarray(np.array(owned, np.int64)),
                          self._mirror.array, np.int64(len(sizes)))

    def point(self, gradients):
        """Use other gradients: a tuple of their addresses."""
        self._mirror.write(gradients)
        self.gradients = gradients


class Mirror:
    """A small device array that the host writes without waiting for the GPU.

    An asynchronous copy reads its page-locked source when the GPU comes to it, so a source is
    written again only after its last copy: a few of them take turns, each with an event.
    """

    SLOTS = 8

    def __init__(self, values):
        """Upload the first values, a one-dimensional NumPy array."""
        import cupy

        self.array = cupy.asarray(values)
        memory = cupy.cuda.alloc_pinned_memory(self.SLOTS * values.nbytes)
        self._host = np.frombuffer(memory, values.dtype, self.SLOTS * values.size).reshape(
            self.SLOTS, values.size)
        self._events, self._turn = [None] * self.SLOTS, 0
        # Page-locked memory is given to others as soon as it is dropped, copied or not.
        weakref.finalize(self, _wait, self._events).atexit = False

    def write(self, values):
        """Copy values to the device, in the order of the current stream."""
        import cupy

        k, stream = self._turn, cupy.cuda.get_current_stream()
        if self._events[k] is None:
            self._events[k] = cupy.cuda.Event(disable_timing=True)
        else:
            self._events[k].synchronize()
        source = self._host[k]
        source[:] = values
        self.array.data.copy_from_host_async(source.ctypes.data, source.nbytes, stream)
        self._events[k].record(stream)
        self._turn = (k + 1) % self.SLOTS


def _wait(events):
    for event in events:
        if event is not None:
            event.synchronize()
