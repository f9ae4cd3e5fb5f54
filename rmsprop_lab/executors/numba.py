"""Numba: the program as one loop over the elements, compiled, on all cores for large arrays."""

from functools import cache, lru_cache
from importlib.util import find_spec

import numpy as np

from rmsprop_lab.errors import ExecutorUnavailable
from rmsprop_lab.render import PYTHON, number_comments, statements
from rmsprop_lab.rule import RENDERERS

__all__ = ["PARALLEL_FROM", "available", "element_lines", "is_compiled", "kernel", "loop", "render"]

#: Elements from which several threads pay for starting them.
PARALLEL_FROM = 32768


@cache
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
    return "\n".join([*lines, *(indent + line for line in element_lines(program, suffix)), ""])


def element_lines(program, suffix, packed=None):
    """The lines of one element `i` of the arrays, which are in scope as their name and suffix.

    packed: the states that lie in 16 bits, with the noise that rounds them when they are written.
    """
    packed = packed or {}

    def read(a):
        return f"_wide({a}{suffix}[i])" if a in packed else f"{a}{suffix}[i]"

    def written(a):
        return f"_narrow({a}_new, {packed[a]})" if a in packed else f"{a}_new"
    # The element takes its array's name with `_i`: Numba types a name once.
    return [*(f"{a}_i = {read(a)}" for a in program.arrays),
            *statements(_Elements(program), PYTHON),
            *(f"{name}{suffix}[i] = {written(name)}" for name in program.outputs)]


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


def loop(program, dtype, n):
    """The compiled loop (n, arrays ..., numbers) for n elements; numbers is an array of dtype."""
    return _loop(program, dtype, n >= PARALLEL_FROM)


@lru_cache(maxsize=None)
def _loop(program, dtype, parallel):
    run = _compile(program, dtype, parallel)
    _compiled.add((program, dtype, parallel))
    return run


@lru_cache(maxsize=None)
def _kernel(program, dtype, parallel):
    run = _loop(program, dtype, parallel)

    def step(arrays, numbers):
        with np.errstate(all="ignore"):  # a number may overflow the dtype
            values = np.array(numbers, dtype)
        run(arrays[0].size, *arrays, values)
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
