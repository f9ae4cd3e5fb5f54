"""Numba: the program as one loop over the elements, compiled, on all cores for large arrays."""

from functools import lru_cache
from importlib.util import find_spec

import numpy as np

from rmsprop_lab.errors import ExecutorUnavailable
from rmsprop_lab.render import PYTHON, number_comments, statements
from rmsprop_lab.rule import RENDERERS

__all__ = ["PARALLEL_FROM", "available", "is_compiled", "kernel", "render"]

#: Elements from which several threads pay for starting them.
PARALLEL_FROM = 32768


def available():
    """Whether Numba is installed."""
    return find_spec("numba") is not None


def render(program, parallel=True):
    """The Python source of the loop. It takes the numbers in one array of the parameters' dtype.

    Each thread slices its share and counts from zero: a loop from `low` to `high` would not
    vectorise. Constants carry the dtype `T`, since a bare 1.0 would compute in double.
    """
    arrays = ", ".join(program.arrays)
    lines = [*number_comments(program, "#"), f"def {program.name}(n, {arrays}, numbers):"]
    lines += [f"    {name} = numbers[{i}]" for i, (name, _) in enumerate(program.slots)]
    indent = "    "
    if parallel:
        lines += ["    parts = threads()", "    share = -(-n // parts)",
                  "    for part in prange(parts):",
                  "        low, high = min(n, part * share), min(n, (part + 1) * share)"]
        lines += [f"        {a}_ = {a}[low:high]" for a in program.arrays]
        lines += ["        for i in range(theta_.size):"]
        indent, suffix = "            ", "_"
    else:
        lines += ["    for i in range(n):"]
        indent, suffix = "        ", ""
    # The element takes its array's name with `_i`: Numba types a name once.
    inside = [f"{a}_i = {a}{suffix}[i]" for a in program.arrays]
    inside += statements(_Elements(program), PYTHON)
    inside += [f"{name}{suffix}[i] = {name}_new" for name in program.outputs]
    return "\n".join([*lines, *(indent + line for line in inside), ""])


class _Elements:
    """The program with its arrays called by their elements."""

    def __init__(self, program):
        self.outputs, self.order, self.slot_names = program.outputs, program.order, {
            **program.slot_names,
            **{id(n): f"{n.args}_i" for node in (*program.order, *program.outputs.values())
               for n in (*node.operands, node) if n.op == "array"}}


_compiled = set()


def is_compiled(program, dtype, n):
    """Whether this process has already paid for compiling the loop for n elements."""
    return (program, dtype, n >= PARALLEL_FROM) in _compiled


def kernel(program, dtype, n):
    """Function (arrays, numbers) that makes one step on contiguous 1-D arrays, in place."""
    if not available():
        raise ExecutorUnavailable('Numba is not installed: pip install "rmsprop-lab[fast]"')
    return _kernel(program, dtype, n >= PARALLEL_FROM)


@lru_cache(maxsize=None)
def _kernel(program, dtype, parallel):
    run = _compile(program, dtype, parallel)
    _compiled.add((program, dtype, parallel))

    def step(arrays, numbers):
        run(arrays[0].size, *arrays, np.array(numbers, dtype))
    return step


def _compile(program, dtype, parallel):
    """The loop, compiled now for arrays of one dtype, so that nothing fails in mid-step."""
    import numba

    scope = {"T": numba.from_dtype(dtype), "prange": numba.prange, "sqrt": np.sqrt,
             "threads": numba.get_num_threads}
    source = compile(render(program, parallel), f"<loop of {program.name}>", "exec")
    exec(source, scope)  # our own text, from the trace
    vectors = [numba.types.Array(numba.from_dtype(dtype), 1, "C", readonly=a not in program.outputs)
               for a in (*program.arrays, "numbers")]
    # error_model "python" would check every division for zero, eight times slower.
    loop = numba.njit((numba.int64, *vectors), error_model="numpy", parallel=parallel)
    return loop(scope[program.name])


RENDERERS["numba"] = render
