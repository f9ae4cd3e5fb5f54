"""Traps in shipped code, sprung once in the real library: the numbers that the tests compare with.

Each function returns what it found as plain data, or raises ImportError without its library.
"""

import importlib
import importlib.metadata
import os
import subprocess
import sys

import numpy as np

from rmsprop_lab import dialects
from rmsprop_lab.authoring import recorders
from rmsprop_lab.dialects import golden

__all__ = ["TRAPS", "constants", "found"]


def constants(n):
    """The gradients 1/n, 2/n ... 1."""
    return [k / n for k in range(1, n + 1)]


def torch_centred_nan():
    """PyTorch, centred, float32, constant gradients: how many end in NaN, and when the first does.

    The processor's fused operations move single cases, so many gradients are asked.
    """
    torch = importlib.import_module("torch")
    g = torch.tensor(constants(1000), dtype=torch.float32)
    theta = torch.zeros(len(g), dtype=torch.float32)
    opt = torch.optim.RMSprop([theta], lr=1e-2, alpha=0.9, centered=True)
    first = None
    for t in range(1, 501):
        theta.grad = g.clone()
        opt.step()
        first = t if first is None and bool(theta.isnan().any()) else first
    call = "torch.optim.RMSprop(lr=0.01, alpha=0.9, centered=True), float32, gradients 0.001 ... 1"
    return {"call": call, "first": first, "share": float(theta.isnan().double().mean())}


def torch_float16():
    """PyTorch, float16, a zero gradient: the result of one step from 1."""
    torch = importlib.import_module("torch")
    theta = torch.ones(1, dtype=torch.float16)
    opt = torch.optim.RMSprop([theta], lr=1e-2)
    theta.grad = torch.zeros_like(theta)
    opt.step()
    call = "torch.optim.RMSprop(lr=0.01), float16, gradient 0"
    return {"call": call, "theta": repr(theta.item())}


def optax_float16():
    """The same in optax, eps inside the root."""
    jnp, optax = importlib.import_module("jax.numpy"), importlib.import_module("optax")
    theta, opt = jnp.ones(1, jnp.float16), optax.rmsprop(1e-2)
    updates, _ = opt.update(jnp.zeros(1, jnp.float16), opt.init(theta), theta)
    return {"call": "optax.rmsprop(learning_rate=0.01), float16, gradient 0",
            "theta": repr(float(optax.apply_updates(theta, updates)[0]))}


def optax_first_step():
    """optax, centred and debiased: the first step in learning rates, and where it is NaN."""
    jax, optax = recorders.jax64(), importlib.import_module("optax")
    result = {"call": "optax.rmsprop(1.0, centered=True, bias_correction=True), first step"}
    for inside in (True, False):
        opt = optax.rmsprop(1.0, centered=True, bias_correction=True, eps_in_sqrt=inside)
        for dtype in ("float32", "float64"):
            g = jax.numpy.asarray(constants(1000), dtype)
            theta = jax.numpy.zeros_like(g)
            updates = np.asarray(opt.update(g, opt.init(theta), theta)[0], float)
            where = f"{'inside' if inside else 'outside'} {dtype}"
            result[where] = {"at 1": float(updates[-1]), "NaN": float(np.isnan(updates).mean())}
    return result


def keras_backends():
    """Keras 3, Adam in float64: how far the TensorFlow backend is from the lab."""
    importlib.import_module("keras")
    code = ("from rmsprop_lab import dialects; from rmsprop_lab.authoring import recorders; "
            "from rmsprop_lab.dialects import golden; d = dialects.KERAS3_ADAM; "
            "c = golden.cases(d)['plain']; "
            "print(golden.difference(golden.trajectory(d, c), recorders.keras(d, c)))")
    told = subprocess.run([sys.executable, "-W", "ignore", "-c", code], check=True, text=True,
                          env=os.environ | {"KERAS_BACKEND": "tensorflow"}, capture_output=True)
    return {"call": recorders.call(dialects.KERAS3_ADAM, golden.Case(lr=0.001)),
            "difference": float(told.stdout.split()[-1])}


def tf1_float32():
    """tf.compat.v1 in float64: how far the lab is when it does not round lr and rho to float32."""
    dialect = dialects.TF1
    case = golden.cases(dialect)["plain"]
    theirs = recorders.tensorflow(dialect, case)
    exact = golden.trajectory(dialects.TIMM, golden.Case(lr=case.lr))  # the same step, not rounded
    return {"call": recorders.call(dialect, case), "difference": golden.difference(exact, theirs)}


TRAPS = {"torch": (torch_centred_nan, torch_float16), "optax": (optax_float16, optax_first_step),
         "keras": (keras_backends,), "tensorflow-cpu": (tf1_float32,)}


def found():
    """Name -> what was found, for the libraries that are here."""
    result = {}
    for distribution, springs in TRAPS.items():
        try:
            library = f"{distribution} {importlib.metadata.version(distribution)}"
        except importlib.metadata.PackageNotFoundError:
            continue
        for spring in springs:
            result[spring.__name__] = {"library": library, **spring()}
    return result
