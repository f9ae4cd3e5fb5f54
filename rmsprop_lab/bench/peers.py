"""The peers: the same step by other libraries, each as its own documentation runs it.

A peer is a function (method, tensors, gradients, threads) that returns a step without arguments,
or None for a method it does not have. It copies the tensors and only reads the gradients.
Importing it may fail: the contest then reports it missing. JAX takes its threads from the cores
that the process may use, torch is told.
"""

import os

import numpy as np

__all__ = ["PEERS"]

LR = 1e-3


def _torch_step(method, tensors, gradients, threads, compiled=False, **options):
    import torch

    torch.set_num_threads(threads)
    make = {"RMSprop": torch.optim.RMSprop, "Adam": torch.optim.Adam,
            "AdaGrad": torch.optim.Adagrad}[method]
    parameters = [torch.nn.Parameter(torch.from_numpy(x.copy())) for x in tensors]
    for p, g in zip(parameters, gradients, strict=True):
        p.grad = torch.from_numpy(g)
    step = make(parameters, lr=LR, **options).step
    if not compiled:
        return step
    torch._dynamo.reset()  # after eight compilations of one function it would run eagerly
    return torch.compile(step)


def torch_foreach(method, *rest):
    """torch.optim with foreach=True, its default on a GPU."""
    return _torch_step(method, *rest, foreach=True)


def torch_loop(method, *rest):
    """torch.optim with foreach=False, its default on a CPU."""
    return _torch_step(method, *rest, foreach=False)


def torch_fused(method, *rest):
    """torch.optim with fused=True; RMSprop has none."""
    return None if method == "RMSprop" else _torch_step(method, *rest, fused=True)


def torch_compile(method, *rest):
    """torch.compile of the optimizer's step."""
    return _torch_step(method, *rest, compiled=True)


def optax_jit(method, tensors, gradients, threads):
    """One optax update, jitted, with parameters and state donated."""
    import jax
    import optax

    make = {"RMSprop": optax.rmsprop, "Adam": optax.adam, "AdaGrad": optax.adagrad}[method]
    optimizer = make(LR)

    def update(parameters, state, grads):
        updates, state = optimizer.update(grads, state, parameters)
        return optax.apply_updates(parameters, updates), state

    update = jax.jit(update, donate_argnums=(0, 1))
    held = [jax.numpy.asarray(x.copy()) for x in tensors]
    grads = [jax.numpy.asarray(g) for g in gradients]
    state = optimizer.init(held)

    def step():
        nonlocal held, state
        held, state = update(held, state, grads)
        jax.block_until_ready(held)
    return step


def keras3(method, tensors, gradients, threads):
    """keras.optimizers on JAX: the jitted stateless update that its training loop runs there."""
    os.environ.setdefault("KERAS_BACKEND", "jax")
    import jax
    import keras

    if keras.backend.backend() != "jax":
        raise ImportError(f"Keras runs on {keras.backend.backend()}; set KERAS_BACKEND=jax")
    make = {"RMSprop": keras.optimizers.RMSprop, "Adam": keras.optimizers.Adam,
            "AdaGrad": keras.optimizers.Adagrad}[method]
    variables = [keras.Variable(x) for x in tensors]
    optimizer = make(LR)
    optimizer.build(variables)
    update = jax.jit(optimizer.stateless_apply, donate_argnums=(0, 2))
    # copies: what is donated must not be the variables' own buffers
    held = [jax.numpy.array(x.value) for x in variables]
    state = [jax.numpy.array(x.value) for x in optimizer.variables]
    grads = [jax.numpy.asarray(g) for g in gradients]

    def step():
        nonlocal held, state
        held, state = update(state, grads, held)
        jax.block_until_ready(held)
    return step


def tutorial(method, tensors, gradients, threads):
    """The NumPy lines of a hundred tutorials, a temporary array for each operation."""
    thetas = [x.copy() for x in tensors]
    vs, ms = [np.zeros_like(x) for x in tensors], [np.zeros_like(x) for x in tensors]
    t = 0

    def rmsprop():
        for theta, g, v in zip(thetas, gradients, vs, strict=True):
            v[...] = 0.99 * v + 0.01 * g**2
            theta -= LR * g / (np.sqrt(v) + 1e-8)

    def adagrad():
        for theta, g, v in zip(thetas, gradients, vs, strict=True):
            v += g**2
            theta -= LR * g / (np.sqrt(v) + 1e-10)

    def adam():
        nonlocal t
        t += 1
        for theta, g, m, v in zip(thetas, gradients, ms, vs, strict=True):
            m[...] = 0.9 * m + 0.1 * g
            v[...] = 0.999 * v + 0.001 * g**2
            theta -= LR * (m / (1 - 0.9**t)) / (np.sqrt(v / (1 - 0.999**t)) + 1e-8)
    return {"RMSprop": rmsprop, "AdaGrad": adagrad, "Adam": adam}[method]


#: Name in the table -> how to make the step.
PEERS = {"torch foreach": torch_foreach, "torch loop": torch_loop, "torch fused": torch_fused,
         "torch.compile": torch_compile, "optax jit": optax_jit, "keras 3": keras3,
         "tutorial NumPy": tutorial}
