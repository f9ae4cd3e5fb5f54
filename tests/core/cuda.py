"""CUDA without a GPU: CuPy's own kernel text, compiled by NVRTC, and its body run through g++."""

import ctypes
from pathlib import Path

import numpy as np

from rmsprop_lab.executors import c
from rmsprop_lab.executors.cupy import elementwise

# CUDA overloads sqrt and fabs by type, as <cmath> does; the rest of a body is the same in C++.
SHIM = "#include <cmath>\nusing std::sqrt, std::fabs;\n"


def kernel_code(program, dtype, name):
    """The source that CuPy hands to NVRTC at the kernel's first launch on contiguous arrays."""
    import cupy
    import cupy._core._kernel as inner

    made, dtype = elementwise(program), np.dtype(dtype).type
    infos = []
    for parameter in made.params:
        if parameter.name == "_ind":
            info = (2, cupy._core._carray.Indexer, None, 1, True, True)
        elif parameter.name in program.arrays:
            info = (1, cupy.ndarray, dtype, 1, True, True)
        else:
            info = (3, object, dtype, 0, True, True)
        infos.append(inner._ArgInfo(*info))
    return inner._get_elementwise_kernel_code(
        tuple(infos), inner._TypeMap((("T", dtype),)), made.params, made.operation, name,
        made.preamble, options=())


def translation_unit(programs, dtype):
    """Many kernels in one text, each in a namespace of its own: one compilation for all."""
    kernels = [f"namespace n{k} {{\n{kernel_code(p, dtype, f'kernel{k}')}\n}}\n"
               for k, p in enumerate(programs)]
    return "#include <cupy/carray.cuh>\n" + "".join(kernels)


def nvrtc_compile(source, architecture, options=("--fmad=false",), names=()):
    """PTX text for compute_XX, machine code for sm_XX; AssertionError with NVRTC's log."""
    import cupy
    from cupy_backends.cuda.libs import nvrtc

    site = Path(cupy.__file__).parents[1]
    flags = (f"-I{site}/cupy/_core/include", f"-I{site}/nvidia/cuda_runtime/include",
             "--std=c++17", f"--gpu-architecture={architecture}", *options)
    unit = nvrtc.createProgram(source, "rule.cu", (), ())
    try:
        for name in names:
            nvrtc.addNameExpression(unit, name)
        try:
            nvrtc.compileProgram(unit, flags)
        except nvrtc.NVRTCError:
            raise AssertionError(nvrtc.getProgramLog(unit)) from None
        if architecture.startswith("compute"):
            return nvrtc.getPTX(unit).decode()
        return nvrtc.getCUBIN(unit)
    finally:
        nvrtc.destroyProgram(unit)


def through_gpp(programs, dtype):
    """A stand-in for each program's ElementwiseKernel: its arguments, its body, on the CPU."""
    kind = "float" if dtype == np.float32 else "double"
    library = c.build("\n".join([SHIM, f"typedef {kind} T;"] + [
        _function(elementwise(p), p, k) for k, p in enumerate(programs)]))
    number = ctypes.c_float if dtype == np.float32 else ctypes.c_double

    def launcher(program, k):
        def launch(*arguments):
            size = next(x.size for x in arguments if isinstance(x, np.ndarray))
            getattr(library, f"kernel{k}")(ctypes.c_long(size), *(
                ctypes.c_void_p(x.ctypes.data) if isinstance(x, np.ndarray) else number(x)
                for x in arguments))
        return launch
    return [launcher(p, k) for k, p in enumerate(programs)]


def _function(made, program, k):
    """The text of an ElementwiseKernel as a C++ loop: parameters in the kernel's own order."""
    arguments, elements = [], []
    for parameter in (*made.in_params, *made.out_params):
        if parameter.name in program.arrays:
            const = "const " if parameter in made.in_params else ""
            arguments.append(f"{const}T *{parameter.name}_")
            elements.append(f"{const}T &{parameter.name} = {parameter.name}_[i];")
        else:
            arguments.append(f"const T {parameter.name}")
    return "\n".join([f'extern "C" void kernel{k}(long n, {", ".join(arguments)}) {{',
                      "for (long i = 0; i < n; ++i) {", *elements, made.operation, "}}"])
