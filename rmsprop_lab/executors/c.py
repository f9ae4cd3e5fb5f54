"""The program as C: text to read, and a shared object where a compiler is at hand.

The body is the one the GPU runs, so that a machine without a GPU can check it bit by bit.
"""

import ctypes
import shutil
import subprocess
import tempfile
from functools import lru_cache
from pathlib import Path

import numpy as np

from rmsprop_lab.errors import ExecutorUnavailable
from rmsprop_lab.render import C, number_comments, statements
from rmsprop_lab.rule import RENDERERS

__all__ = ["bind", "body", "build", "kernel", "render"]


def body(program):
    """The statements of one element, with the writes at the end."""
    writes = [f"{name} = {name}_new;" for name in program.outputs]
    return [*number_comments(program, "//"), *statements(program, C), *writes]


def render(program, dtype="float32"):
    """A C++ function over n elements; `T` is the element type, so one text serves both dtypes."""
    written = set(program.outputs)
    pointers = [f"{'' if a in written else 'const '}T *{a}_" for a in program.arrays]
    numbers = [f"T {name}" for name, _ in program.slots]
    # The overloads of <cmath> take sqrtf and fabsf for float.
    lines = ["#include <cmath>", "using std::fabs, std::sqrt;",
             f"typedef {'float' if dtype == 'float32' else 'double'} T;", "",
             f'extern "C" void {program.name}(long n, {", ".join(pointers + numbers)})', "{",
             "    for (long i = 0; i < n; ++i) {"]
    lines += [f"        {'T &' if a in written else 'const T '}{a} = {a}_[i];"
              for a in program.arrays]
    lines += ["        " + line for line in body(program)]
    return "\n".join([*lines, "    }", "}", ""])


def build(source, compiler="g++"):
    """Compile the text to a ctypes library; -ffp-contract=off keeps a * b + c two roundings."""
    if shutil.which(compiler) is None:
        raise ExecutorUnavailable(f"{compiler} is not installed: apt-get install g++")
    folder = Path(tempfile.mkdtemp(prefix="rmsprop_lab_c_"))
    try:
        text, library = folder / "rule.cpp", folder / "rule.so"
        text.write_text(source)
        subprocess.run([compiler, "-std=c++17", "-O2", "-march=native", "-ffp-contract=off",
                        "-shared", "-fPIC", "-o", library, text],
                       check=True, capture_output=True, text=True)
        return ctypes.CDLL(str(library))
    finally:
        shutil.rmtree(folder)  # the loaded object stays mapped


def kernel(program, dtype, n=None):
    """Function (arrays, numbers) that makes one step on contiguous 1-D arrays, in place."""
    return _kernel(program, np.dtype(dtype))


@lru_cache(maxsize=None)
def _kernel(program, dtype):
    return bind(build(render(program, dtype.name)), program.name, dtype)


def bind(library, name, dtype):
    """A compiled function of a library as function (arrays, numbers)."""
    function = getattr(library, name)
    number = ctypes.c_float if dtype == np.float32 else ctypes.c_double

    def step(arrays, numbers):
        function(ctypes.c_long(arrays[0].size), *(ctypes.c_void_p(a.ctypes.data) for a in arrays),
                 *(number(x) for x in numbers))
    return step


RENDERERS["c"] = render
