"""CuPy: the program as one CUDA kernel, so that a step reads and writes each array once."""

from functools import lru_cache

from rmsprop_lab.executors.c import body
from rmsprop_lab.rule import RENDERERS

__all__ = ["OPTIONS", "elementwise", "kernel", "render"]

#: Without this, the compiler contracts a * b + c into one rounding and the bits differ from the
#: CPU's. It costs nothing: the step waits for memory.
OPTIONS = ("--fmad=false",)


def parts(program):
    """What an ElementwiseKernel is made of: inputs, outputs read and written, and the body."""
    written = [a for a in program.arrays if a in program.outputs]
    inputs = [a for a in program.arrays if a not in program.outputs]
    numbers = [name for name, _ in program.slots]
    return inputs + numbers, written, "\n".join(body(program))


def render(program):
    """A complete CUDA kernel around the body that the ElementwiseKernel runs, for readers."""
    inputs, written, text = parts(program)
    arrays = [f"{'' if a in written else 'const '}T *{a}_" for a in program.arrays]
    numbers = [f"T {name}" for name, _ in program.slots]
    cuts = [f"{'T &' if a in written else 'const T '}{a} = {a}_[i];" for a in program.arrays]
    lines = [f"template <typename T>\n__global__ void {program.name}(",
             f"    long n, {', '.join(arrays + numbers)})", "{",
             "    long i = blockIdx.x * (long)blockDim.x + threadIdx.x;", "    if (i >= n) return;"]
    return "\n".join([*lines, *("    " + line for line in [*cuts, *text.splitlines()]), "}", ""])


@lru_cache(maxsize=None)
def elementwise(program):
    """The cupy.ElementwiseKernel of a program; it is compiled at its first launch."""
    import cupy

    inputs, written, text = parts(program)
    return cupy.ElementwiseKernel(
        ", ".join(f"T {name}" for name in inputs), ", ".join(f"T {name}" for name in written),
        text, program.name, options=OPTIONS)


def kernel(program, dtype=None, n=None):
    """Function (arrays, numbers) that makes one step on CuPy arrays of any shape, in place."""
    launch = elementwise(program)
    order = [a in program.outputs for a in program.arrays]

    def step(arrays, numbers):
        inputs = [x for x, written in zip(arrays, order, strict=True) if not written]
        outputs = [x for x, written in zip(arrays, order, strict=True) if written]
        launch(*inputs, *numbers, *outputs)
    return step


RENDERERS["cuda"] = render
