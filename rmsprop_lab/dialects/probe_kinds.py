"""The kinds of optimizer that can be stepped from outside, each as one call (theta, g) -> theta."""

import contextlib
import copy
import inspect
import sys

import numpy as np

from rmsprop_lab import checkpoint
from rmsprop_lab.errors import LabError

__all__ = ["PROTOCOL", "Live", "ProbeRefused", "is_torch", "is_transformation", "of_callable",
           "of_lab", "of_optax", "of_torch", "unused"]

PROTOCOL = (
    "give a factory make() that returns a fresh step(theta, g) -> theta, an optimizer of the lab, "
    "a torch optimizer or an optax transformation")


class ProbeRefused(LabError):
    """The object is no optimizer that can be probed, or its step failed. The message says why."""


class Live:
    """A running optimizer: `step`, and `scale_lr` where its learning rate can be set."""

    def __init__(self, step, scale_lr=None):
        """step: (theta, g) -> theta. scale_lr: multiplies the rate by its argument, or None."""
        self.step, self.scale_lr = step, scale_lr


def of_callable(step, owner=None):
    """A function or object called as step(theta, g); its attribute `lr`, if any, is its rate."""
    owner = step if owner is None else owner

    def call(theta, g):
        theta = copy.copy(theta)
        out = step(theta, copy.copy(g))
        return theta if out is None else out  # a step may also work in place

    def scale(factor):
        owner.lr = owner.lr * factor

    return Live(call, scale if isinstance(getattr(owner, "lr", None), (int, float)) else None)


def unused(optimizer):
    """The same optimizer before its first step, in a new object."""
    kind, settings = type(optimizer), checkpoint.settings(optimizer)
    return kind(**_accepted(kind, settings), executor=optimizer.executor)


def _accepted(kind, settings):
    """The settings that the constructor takes: a subclass may have fixed one."""
    parameters = inspect.signature(kind).parameters
    if any(p.kind is p.VAR_KEYWORD for p in parameters.values()):
        return dict(settings)
    return {k: v for k, v in settings.items() if k in parameters}


def of_lab(optimizer, size):
    """A fresh optimizer of the lab, stepped on copies."""
    def call(theta, g):
        theta = np.array(theta, dtype=np.float64)
        optimizer.step(theta, np.array(g, dtype=np.float64))
        return theta

    def scale(factor):
        optimizer.lr = optimizer.lr * factor

    return Live(call, scale if hasattr(optimizer, "lr") else None)


def is_torch(x):
    """Whether x is an optimizer of torch."""
    torch = sys.modules.get("torch")  # an optimizer of torch exists only where torch is imported
    return torch is not None and isinstance(x, torch.optim.Optimizer)


def of_torch(optimizer, size):
    """A clone from its class and the settings of its one group, on float64 parameters."""
    torch, groups = sys.modules["torch"], optimizer.param_groups
    settings = [{k: group[k] for k in optimizer.defaults if k in group} for group in groups]
    if any(s != settings[0] for s in settings):
        raise ProbeRefused("the parameter groups differ in their settings; probe one group a time")
    p = torch.nn.Parameter(torch.zeros(() if size is None else size, dtype=torch.float64))
    clone = type(optimizer)([p], **_accepted(type(optimizer), settings[0]))

    def call(theta, g):
        with torch.no_grad():
            p.copy_(torch.from_numpy(np.array(theta)))
        p.grad = torch.from_numpy(np.array(g))
        clone.step()
        return p.detach().numpy().copy()

    def scale(factor):
        for group in clone.param_groups:
            group["lr"] = group["lr"] * factor

    return Live(call, scale if "lr" in clone.param_groups[0] else None)


def is_transformation(x):
    """Whether x is a gradient transformation, as optax has them: init and update."""
    return callable(getattr(x, "init", None)) and callable(getattr(x, "update", None))


def _double(jax):
    """A context in which JAX computes in float64; nothing to enter where there is no JAX."""
    if jax is None:
        return contextlib.nullcontext()
    return jax.enable_x64(True) if hasattr(jax, "enable_x64") else jax.experimental.enable_x64()


def of_optax(transformation, size):
    """Init and update; in double precision where JAX is what computes."""
    jax = sys.modules.get("jax")
    convert = np.array if jax is None else jax.numpy.asarray
    with _double(jax):
        live = [transformation.init(convert(np.zeros(() if size is None else size)))]

    def call(theta, g):
        with _double(jax):
            updates, live[0] = transformation.update(convert(g), live[0], convert(theta))
            return theta + np.asarray(updates)

    def scale(factor):
        with _double(jax):
            rates = live[0].hyperparams  # of optax.inject_hyperparams
            rates["learning_rate"] = rates["learning_rate"] * factor

    rates = getattr(live[0], "hyperparams", None)
    return Live(call, scale if isinstance(rates, dict) and "learning_rate" in rates else None)
