"""A stand-in for the few calls of CuPy that launches use: its kernels' own text, run through g++.

What it keeps of a GPU is the order of events: launches and copies wait in their stream until
something synchronises, a copy reads its source only then, and a captured launch waits in its graph.
"""

import contextlib
import ctypes
import re
import time
import types

import numpy as np

from tests.gpu.gpp import built, prebuild

_alive = []  # CuPy's pool gives memory away in stream order; here it waits for a test's end


class Pointer:
    device_id = 0

    def __init__(self, array):
        self.array, self.ptr = array, array.ctypes.data

    def copy_from_host_async(self, source, nbytes, stream):
        assert nbytes <= self.array.nbytes
        module.uploads += 1
        stream.do(lambda: ctypes.memmove(self.ptr, source, nbytes))

    def copy_from_device_async(self, source, nbytes, stream):
        stream.do(lambda: ctypes.memmove(self.ptr, source.ptr, nbytes))


class ndarray:  # noqa: N801 - CuPy's name
    device, base = contextlib.nullcontext(), None

    def __init__(self, array):
        self.host = array
        _alive.append(array)
        self.shape, self.dtype, self.size, self.nbytes = (
            array.shape, array.dtype, array.size, array.nbytes)
        self.flags = types.SimpleNamespace(c_contiguous=array.flags.c_contiguous,
                                           f_contiguous=array.flags.f_contiguous)
        self.data = Pointer(array)

    def get(self):
        get_current_stream().synchronize()
        return self.host.copy()

    def reshape(self, shape):
        return ndarray(self.host.reshape(shape))

    def __getitem__(self, where):
        return ndarray(self.host[where])

    def copy(self):
        return ndarray(self.get())

    def __mul__(self, other):
        return ndarray(self.get() * other.get())

    def __array__(self, dtype=None, copy=None):
        return self.get()

    def __dlpack__(self, **said):
        return self.host.__dlpack__(**said)

    def __dlpack_device__(self):
        return self.host.__dlpack_device__()

    def __setitem__(self, where, value):
        source = value.host if isinstance(value, ndarray) else np.array(value)
        get_current_stream().do(lambda: self.host.__setitem__(where, source))


ndarray.__module__ = "cupy"


class Stream:
    def __init__(self, non_blocking=False, ptr=None):
        self.ptr, self.waiting, self.captured = id(self) if ptr is None else ptr, [], None

    def do(self, operation):
        (self.waiting if self.captured is None else self.captured).append(operation)

    def synchronize(self):
        assert self.captured is None, "a stream that is captured cannot be waited for"
        while self.waiting:
            self.waiting.pop(0)()

    def begin_capture(self):
        assert self.ptr != 0, "the default stream cannot be captured"
        self.captured = []

    def end_capture(self):
        graph, self.captured = Graph(self.captured), None
        return graph

    def __enter__(self):
        _current.append(self)
        return self

    def __exit__(self, *error):
        _current.pop()


_current = [Stream(ptr=0)]


def get_current_stream():
    return _current[-1]


class Graph:
    def __init__(self, operations):
        self.operations = operations

    def launch(self):
        module.graph_launches += 1
        for operation in self.operations:
            get_current_stream().do(operation)


class Event:
    def __init__(self, disable_timing=False):
        self.stream, self.reached = None, True

    def record(self, stream=None):
        self.stream, self.reached = stream or get_current_stream(), False
        self.stream.do(self._reach)

    def _reach(self):
        self.reached, self.seconds = True, time.perf_counter()

    def synchronize(self):
        while not self.reached:
            self.stream.waiting.pop(0)()


class RawKernel:
    def __init__(self, code, name, options):
        assert options == ("--fmad=false",)
        assert f" {name}(" in code
        self.code = code

    def compile(self):
        prebuild([self.code])

    def __call__(self, grid, block, args):
        function, parameters = built[self.code]
        given = [_argument(x, *p) for x, p in zip(args, parameters, strict=True)]
        module.launches += 1
        get_current_stream().do(lambda: function(ctypes.c_uint(*grid), ctypes.c_uint(*block),
                                                 *given))


def _argument(x, pointer, kind):
    """As CuPy passes it: an array's address, a NumPy scalar's bytes; a Python float is refused."""
    assert x.dtype == kind, f"{x.dtype} for {kind}"
    if pointer:
        return ctypes.c_void_p(x.data.ptr)
    return np.ctypeslib.as_ctypes_type(kind)(x)


class ElementwiseKernel:
    """One launch per array, by the same statements; the list kernel is compared with the rule."""

    def __init__(self, inputs, outputs, operation, name, options):
        self.inputs, self.outputs = (re.findall(r"T (\w+)", s) for s in (inputs, outputs))
        self.operation = operation

    def __call__(self, *args):
        names = [*self.inputs, *self.outputs]
        arrays = [n for n, x in zip(names, args, strict=True) if isinstance(x, ndarray)]
        first = next(x for x in args if isinstance(x, ndarray))
        element = "float" if first.dtype == np.float32 else "double"
        passed = [f"T *{n}_" if n in arrays else f"T {n}" for n in names]
        text = "\n".join([
            f"typedef {element} T;", f"void single(long long n_, {', '.join(passed)}) {{",
            "for (long long i_ = 0; i_ < n_; ++i_) {", *(f"T &{n} = {n}_[i_];" for n in arrays),
            self.operation, "}}"])
        prebuild([text])
        module.singles += 1
        given = [ctypes.c_void_p(x.data.ptr) if isinstance(x, ndarray)
                 else np.ctypeslib.as_ctypes_type(first.dtype)(x) for x in args]
        get_current_stream().do(lambda: built[text][0](
            ctypes.c_uint(1), ctypes.c_uint(1), ctypes.c_longlong(first.size), *given))


def reset():
    """Forget what was counted and what waits."""
    module.launches = module.graph_launches = module.uploads = module.singles = 0
    _current[:] = [Stream(ptr=0)]
    _alive.clear()


module = types.ModuleType("cupy")
module.__dict__.update(
    ndarray=ndarray, RawKernel=RawKernel, ElementwiseKernel=ElementwiseKernel,
    asarray=lambda x: ndarray(np.array(x)),
    full_like=lambda x, value: ndarray(np.full_like(x.host, value)),
    empty_like=lambda x: ndarray(np.empty_like(x.host)),
    from_dlpack=lambda x: ndarray(np.from_dlpack(x)),
    empty=lambda size, dtype: ndarray(np.empty(size, dtype)),
    full=lambda size, value, dtype: ndarray(np.full(size, value, dtype)), float32=np.float32,
    get_default_memory_pool=lambda: types.SimpleNamespace(free_all_blocks=lambda: None),
    cuda=types.SimpleNamespace(
        runtime=types.SimpleNamespace(
            getDevice=lambda: 0, deviceSynchronize=lambda: get_current_stream().synchronize(),
            memGetInfo=lambda: (10**9, 10**9), runtimeGetVersion=lambda: 12080,
            driverGetVersion=lambda: 12090,
            getDeviceProperties=lambda d: {"name": b"stand-in", "totalGlobalMem": 10**9}),
        get_elapsed_time=lambda a, b: 1e3 * (b.seconds - a.seconds), Stream=Stream, Event=Event,
        get_current_stream=get_current_stream, alloc_pinned_memory=bytearray,
        is_available=lambda: True))
reset()
