"""Who takes part on a GPU: the device's own copy, our three ways to launch, and the peers.

A contender is made of (method, thetas, gradients), CuPy arrays of which it copies the first and
only reads the second. Making it may fail: the contest then reports it missing, with the reason.
"""

import os
from collections.abc import Callable
from dataclasses import dataclass

import rmsprop_lab as lab
from rmsprop_lab.bench.contest import METHODS, STATES
from rmsprop_lab.executors.cupy_graph import GraphStep

__all__ = ["INSTALL", "OURS", "PEERS", "Contender", "copies_of", "floor", "ours"]

LR = 1e-3
OURS = "lab kernel"
INSTALL = {"torch": "pip install torch", "jax": 'pip install "jax[cuda12]"',
           "optax": "pip install optax"}


@dataclass(frozen=True)
class Contender:
    """A step, and how it is checked and timed.

    read: returns "theta" and the states' names -> list of CuPy arrays. exact: the lab's optimizer
    that says what a step should be, None for the floor. finish: waits for the device where the
    library has streams of its own, which our events do not see; then the host's clock is read.
    ours: its bits must be the CPU's.
    """

    step: Callable
    read: Callable | None = None
    exact: Callable | None = None
    finish: Callable | None = None
    ours: bool = False


def copies_of(method):
    """How many arrays of a case's size are on the device at once, at most: a guard for memory.

    Each of six contenders has its parameters and states, the eager ones have temporaries.
    """
    return 12 + 8 * len(STATES[method])


def floor(method, size):
    """A copy from device to device that moves the bytes of a float32 step: reads and writes."""
    import cupy

    traffic = size * 4 * (3 + 2 * len(STATES[method]))  # theta and the states twice, g once
    source = cupy.full(traffic // 8, 1.0, cupy.float32)  # half is read, half is written
    target = cupy.empty_like(source)

    def step():
        target.data.copy_from_device_async(
            source.data, source.nbytes, cupy.cuda.get_current_stream())
    return Contender(step)


def ours(method, thetas, gradients):
    """One kernel over the arena or the array, the list as it is, and the list's captured graph."""
    arena = lab.Arena(thetas)
    flat = arena.gather(gradients) if len(gradients) > 1 else gradients[0].reshape(-1)
    made = {OURS: _ours(method, arena.flat, flat, like=thetas)}
    if len(thetas) > 1:
        made["lab list"] = _ours(method, [x.copy() for x in thetas], gradients)
    made["lab graph"] = _ours(method, [x.copy() for x in thetas], gradients, graph=True)
    return made


def _ours(method, theta, g, graph=False, like=None):
    optimizer = METHODS[method]("auto")
    step = GraphStep(optimizer, theta, g).step if graph else lambda: optimizer.step(theta, g)

    def read():
        found = {"theta": theta} | optimizer.state
        return found if like is None else {k: _cut(x, like) for k, x in found.items()}
    return Contender(step, read, lambda: METHODS[method]("reference"), ours=True)


def _cut(flat, like):
    """An arena's array as the tensors that it holds."""
    ends = [0]
    for x in like:
        ends.append(ends[-1] + x.size)
    return [flat[a:b] for a, b in zip(ends, ends[1:], strict=False)]


def torch_foreach(method, thetas, gradients, **kind):
    """torch.optim with foreach=True, its default on a GPU."""
    import cupy
    import torch

    if not torch.cuda.is_available():
        raise RuntimeError("this torch sees no GPU: install its CUDA build")
    make, names = {
        "RMSprop": (torch.optim.RMSprop, {"v": "square_avg"}),
        "Adam": (torch.optim.Adam, {"v": "exp_avg_sq", "m": "exp_avg"})}[method]
    held = [torch.nn.Parameter(torch.from_dlpack(x).clone()) for x in thetas]
    for p, g in zip(held, gradients, strict=True):
        p.grad = torch.from_dlpack(g)
    optimizer = make(held, lr=LR, **(kind or {"foreach": True}))

    def read():
        states = {ours: [cupy.from_dlpack(optimizer.state[p][theirs]) for p in held]
                  for ours, theirs in names.items()}
        return {"theta": [cupy.from_dlpack(p.detach()) for p in held]} | states
    return Contender(optimizer.step, read, lambda: METHODS[method]("reference"))


def torch_fused(method, thetas, gradients):
    """torch.optim with fused=True; RMSprop has none."""
    return None if method == "RMSprop" else torch_foreach(method, thetas, gradients, fused=True)


def optax_jit(method, thetas, gradients):
    """One optax update, jitted, with parameters and state donated."""
    os.environ.setdefault("XLA_PYTHON_CLIENT_PREALLOCATE", "false")  # or it takes the memory
    import cupy
    import jax
    import optax

    jax.devices("gpu")  # raises where this jax has none
    chosen = optax.rmsprop(LR, decay=0.99) if method == "RMSprop" else optax.adam(LR)

    def update(parameters, state, grads):
        updates, state = chosen.update(grads, state, parameters)
        return optax.apply_updates(parameters, updates), state

    update = jax.jit(update, donate_argnums=(0, 1))
    cupy.cuda.get_current_stream().synchronize()  # JAX has streams of its own
    held = [jax.numpy.array(jax.dlpack.from_dlpack(x), copy=True) for x in thetas]
    grads = [jax.dlpack.from_dlpack(g) for g in gradients]
    state = chosen.init(held)

    def step():
        nonlocal held, state
        held, state = update(held, state, grads)

    def finish():
        jax.block_until_ready((held, state))

    def read():
        finish()
        found = {"theta": held, "v": optax.tree_utils.tree_get(state, "nu")}
        if method == "Adam":
            found["m"] = optax.tree_utils.tree_get(state, "mu")
        return {name: [cupy.from_dlpack(x) for x in leaves] for name, leaves in found.items()}

    def exact():
        if method == "Adam":
            return METHODS[method]("reference")
        return lab.dialects.OPTAX.optimizer(lr=LR, rho=0.99)  # eps in the root
    return Contender(step, read, exact, finish)


#: Name in the table -> how to make the contender.
PEERS = {"torch foreach": torch_foreach, "torch fused": torch_fused, "optax jit": optax_jit}
