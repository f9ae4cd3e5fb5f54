"""A step whose states lie in 16 bits: widened as they are read, rounded as they are written.

Numba does both inside the loop of the rule, so that a step of RMSprop moves 16 bytes a parameter
instead of 20, and one of Adam 20 instead of 28. The states take half the memory. Time is saved only
where memory is slower than the rounding, which costs about what the rule itself costs: measure.
The other executors step wide copies of the states and round those afterwards, to the same bits,
and gain nothing. What draws the rounding is in `halves`.
"""

from functools import lru_cache
from weakref import proxy

import numpy as np

from rmsprop_lab import arrays, executors
from rmsprop_lab.errors import DtypeRefused, ExecutorUnavailable
from rmsprop_lab.executors import halves, numba, repeat, worklist
from rmsprop_lab.render import number_comments
from rmsprop_lab.structure import dtype_name, layout_of

__all__ = ["Packed", "check", "render", "step", "stored"]

_compiled = set()


def check(state_dtype, leaves):
    """Refuse parameters whose states cannot be kept in this dtype."""
    wrong = {dtype_name(x) for x in leaves} - {"float32"}
    if wrong:
        raise DtypeRefused(
            f"state_dtype={state_dtype!r} is for float32 parameters, these are {wrong.pop()}: a "
            "narrower state would undo their precision; leave state_dtype out, or cast to float32")
    library = arrays.library(leaves[0])
    if state_dtype in halves.KINDS and library != "numpy":
        raise ExecutorUnavailable(
            f"state_dtype={state_dtype!r} runs on NumPy arrays, these are of {library}; "
            "leave state_dtype out, or move the parameters to the host")


def render(program, indices, parallel=True):
    """The Python source of the loop over pieces of tensors, with the states in 16 bits.

    indices: the place of each state among all the rule's states, which the noise depends on.
    """
    states = program.states
    lines = [*number_comments(program, "#"),
             f"def {program.name}(pieces, cuts, addresses, numbers, _seed, _t):"]
    lines += [f"    {name} = numbers[{i}]" for i, (name, _) in enumerate(program.slots)]
    lines += [f"    for part in {'prange' if parallel else 'range'}(cuts.size - 1):",
              "        for piece in range(cuts[part], cuts[part + 1]):",
              "            k, first, size = pieces[piece]"]
    for row, a in enumerate(program.arrays):
        vector, item = ("_half", "2") if a in states else ("vector", "ITEM")
        lines.append(f"            {a}_ = {vector}(addresses[{row}, k] + first * {item}, size)")
    pairs = sorted({index >> 1 for index in indices})
    lines += [f"            _{x}{pair} = _key(_seed, _t, {pair}, k, {word})"
              for pair in pairs for word, x in enumerate("ab")]
    lines += ["            for i in range(size):"]
    noise = {a: f"_turned(_n{index >> 1})" if index & 1 else f"_n{index >> 1}"
             for a, index in zip(states, indices, strict=True)}
    body = [*(f"_n{pair} = _noise(first + i, _a{pair}, _b{pair})" for pair in pairs),
            *numba.element_lines(program, "_", noise)]
    return "\n".join([*lines, *(" " * 16 + line for line in body), ""])


@lru_cache(maxsize=None)
def compiled(program, indices, kind, parallel):
    """The loop, compiled now, so that nothing fails in mid-step."""
    import numba as nb

    single, rounding = np.dtype(np.float32), halves.scalar(kind)
    scope = {"T": nb.float32, "ITEM": 4, "prange": nb.prange, "sqrt": np.sqrt,
             "vector": worklist.vector_at(single), "_half": worklist.vector_at(np.dtype(np.uint16)),
             "_wide": rounding.wide, "_narrow": rounding.narrow, "_noise": rounding.noise,
             "_turned": rounding.turned, "_key": rounding.key}
    source = compile(render(program, indices, parallel), f"<packed {program.name}>", "exec")
    exec(source, scope)  # our own text, from the trace
    whole, table = nb.types.Array(nb.int64, 1, "C"), nb.types.Array(nb.int64, 2, "C")
    numbers = nb.types.Array(nb.float32, 1, "C")
    loop = nb.njit((table, whole, table, numbers, nb.int64, nb.int64), error_model="numpy",
                   parallel=parallel)(scope[program.name])
    _compiled.add((program, kind))
    return loop


def step(optimizer, params, grads, leaves, gradients, states, numbers):
    """Make the step on checked arrays; return what to repeat, or None.

    leaves, gradients, states: as in `Optimizer.step`, the states in 16 bits. Dicts in another order
    than at the first step go the slower way. What can fail comes before the first write.
    """
    variant, kind = optimizer.variant, optimizer.state_dtype
    if _fused(optimizer.executor, variant.program, kind, leaves, gradients):
        again = Packed(optimizer, params, leaves, states)
        if again.fits(params, grads):
            again.set_numbers(numbers)
            again.run()
            return again
    wide = [[halves.widen(s, kind) for s in present] for present in states.values()]
    jobs = list(zip(leaves, gradients, *wide, strict=True))
    executors.step(optimizer.executor, variant, jobs, numbers)
    for (name, present), values in zip(states.items(), wide, strict=True):
        stored(optimizer, name, values, optimizer.t + 1, present)
    return None


def stored(optimizer, name, values, t, out=None):
    """The float32 arrays of one state rounded to 16 bits, into the arrays `out` where given."""
    index = optimizer.variant.all_state.index(name)
    targets = [None] * len(values) if out is None else out
    return [halves.narrow(x, optimizer.state_dtype, optimizer.seed, t, index, k, target)
            for k, (x, target) in enumerate(zip(values, targets, strict=True))]


def _fused(executor, program, kind, leaves, gradients):
    """Whether Numba's loop makes this step: it needs NumPy arrays in C order."""
    if executor not in ("auto", "numba"):
        return False
    if not numba.available():
        if executor == "numba":
            raise ExecutorUnavailable('Numba is not installed: pip install "rmsprop-lab[fast]"')
        return False
    if not all(x.flags.c_contiguous and x.size for x in (*leaves, *gradients)):
        return False
    size = sum(x.size for x in leaves)
    return executor == "numba" or size >= numba.PARALLEL_FROM or (program, kind) in _compiled


class Packed(repeat.Many):
    """The arrays of the last step and the loop that steps them, with the states in 16 bits."""

    def __init__(self, optimizer, params, leaves, states):
        """optimizer: it says the seed and counts the steps."""
        self.optimizer, self.single = proxy(optimizer), layout_of(params) == "array"
        super().__init__(optimizer.variant.program, [params] if self.single else params, leaves,
                         list(states.values()))

    def _made(self, program, parallel):
        all_state = self.optimizer.variant.all_state
        indices = tuple(all_state.index(name) for name in program.states)
        return compiled(program, indices, self.optimizer.state_dtype, parallel)

    def fits(self, params, grads):
        """Whether this call is the last one again, with the same or other gradients."""
        return super().fits([params], [grads]) if self.single else super().fits(params, grads)

    def run(self):
        """Make the step on the gradients that were found to fit."""
        self.loop(self.pieces, self.cuts, self.addresses, self.numbers, self.optimizer.seed,
                  self.optimizer.t + 1)
