"""The floor: a compiled loop that moves the same bytes and computes next to nothing.

An RMSprop step reads theta, g and v and writes theta and v; no step can be faster than that
traffic. The loop is C with OpenMP, compiled here by g++, and owes nothing to our kernels.
"""

import ctypes
import shutil
import subprocess
import tempfile
from functools import cache
from pathlib import Path

from rmsprop_lab.errors import ExecutorUnavailable

__all__ = ["BYTES", "floor"]

#: Bytes a float32 parameter costs in one step: reads plus writes.
BYTES = {"SGD": 12, "RMSprop": 20, "AdaGrad": 20, "Adam": 28}

# The loops stand in functions of their own: inside a parallel region, or with an if clause, g++
# does not vectorise them, and the floor would be three times too high in the caches.
SOURCE = """
#include <omp.h>

static void sweep(long n, float *__restrict a, const float *__restrict g, float *__restrict b) {
    for (long i = 0; i < n; ++i) { a[i] += g[i]; b[i] += g[i]; }
}
static void sweep(long n, float *__restrict a, const float *__restrict g, float *__restrict b,
                  float *__restrict c) {
    for (long i = 0; i < n; ++i) { a[i] += g[i]; b[i] += g[i]; c[i] += g[i]; }
}
template <typename... State>
static void step(long n, int threads, float *a, const float *g, State *...states) {
    if (n < 32768) return sweep(n, a, g, states...);
    #pragma omp parallel num_threads(threads)
    {
        long part = omp_get_thread_num(), parts = omp_get_num_threads();
        long low = n * part / parts, high = n * (part + 1) / parts;
        sweep(high - low, a + low, g + low, (states + low)...);
    }
}
extern "C" void two(long n, float *a, const float *g, float *b, int threads) {
    step(n, threads, a, g, b);
}
extern "C" void three(long n, float *a, const float *g, float *b, float *c, int threads) {
    step(n, threads, a, g, b, c);
}
"""


@cache
def _library():
    compiler = shutil.which("g++")
    if compiler is None:
        raise ExecutorUnavailable("the floor needs g++: apt-get install g++")
    with tempfile.TemporaryDirectory(prefix="rmsprop_lab_floor_") as folder:
        text, made = Path(folder, "floor.cpp"), Path(folder, "floor.so")
        text.write_text(SOURCE)
        subprocess.run([compiler, "-O3", "-march=native", "-fopenmp", "-shared", "-fPIC",
                        "-o", made, text], check=True, capture_output=True)
        return ctypes.CDLL(str(made))


def floor(method, theta, g, states, threads):
    """Function of no arguments that moves one step's bytes over contiguous float32 arrays."""
    loop = {1: _library().two, 2: _library().three}[len(states)]
    pointers = [ctypes.c_void_p(x.ctypes.data) for x in (theta, g, *states)]
    arguments = (ctypes.c_long(theta.size), *pointers, ctypes.c_int(threads))
    arrays = (theta, g, *states)  # kept alive by the function, which has only their addresses

    def move(arrays=arrays):
        loop(*arguments)
    return move
