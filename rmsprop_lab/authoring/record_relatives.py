"""What the real libraries' Adamax, NAdam, AdaBelief, Adafactor and Rprop do, written to files.

`python -m rmsprop_lab.authoring.record_relatives FOLDER`, in an environment that holds torch,
optax, Keras 3 with TensorFlow, timm and MLX, writes one JSON file for each optimizer of each
library: its version, and for every run the call, which is also what was evaluated, and theta after
each step as hexadecimal floats, a line a step. The tests that read the files need NumPy only.
"""

import argparse
import importlib
import importlib.metadata
import json
import os
import subprocess
import sys
import types
from pathlib import Path

import numpy as np

from rmsprop_lab.authoring.relatives_runs import LR, RUNS, digest, rate, start, stream

__all__ = ["SETTINGS", "backend", "main", "record"]


def _timm():
    """timm with AdaBelief alone: its own __init__ wants torchvision, this module does not."""
    folder = Path(importlib.metadata.distribution("timm").locate_file("timm"))
    for name, place in (("timm", folder), ("timm.optim", folder / "optim")):
        sys.modules[name] = types.ModuleType(name)
        sys.modules[name].__path__ = [str(place)]
    module = importlib.import_module("timm.optim.adabelief")
    return types.SimpleNamespace(optim=types.SimpleNamespace(AdaBelief=module.AdaBelief))


def _torch(run, call, theta, grads):
    import torch

    torch.set_default_dtype(torch.float32 if run == "single product" else torch.float64)
    theta = torch.tensor(theta, requires_grad=True)
    scope = {"torch": torch, "theta": theta, "lr": LR}
    if call.startswith("timm"):
        scope["timm"] = _timm()
    opt = eval(call, scope)  # our own text, from RUNS
    for t, g in enumerate(grads, 1):
        if run.endswith("drop"):
            opt.param_groups[0]["lr"] = rate(run, t)
        theta.grad = torch.tensor(g)
        opt.step()
        yield theta.detach().numpy().copy()


def _optax(run, call, theta, grads):
    import jax.numpy as jnp
    import optax

    def in_double(t, exponent):
        return 1.0 - jnp.asarray(t + 1, jnp.float64) ** -exponent

    def double(make):
        """`make`, with the decay 1 - t^-power in float64: optax computes it in float32."""
        def made(*args, **keywords):
            factored = optax.scale_by_factored_rms
            module = importlib.import_module("optax._src.factorized")
            module.scale_by_factored_rms = lambda *a, **k: factored(
                *a, **k, decay_rate_fn=in_double)
            try:
                return (module.scale_by_factored_rms if make is factored else make)(
                    *args, **keywords)
            finally:
                module.scale_by_factored_rms = factored
        return made

    opt = eval(call, {"optax": optax, "double": double, "lr": LR})  # our own text, from RUNS
    theta = jnp.asarray(theta)
    state = opt.init(theta)
    for g in grads:
        update, state = opt.update(jnp.asarray(g), state, theta)
        theta = optax.apply_updates(theta, update)
        yield np.asarray(theta)


def _keras(run, call, theta, grads):
    import keras

    keras.backend.set_floatx("float64")
    theta = keras.Variable(theta, dtype="float64")
    opt = eval(call, {"keras": keras, "lr": LR})  # our own text, from RUNS
    opt.build([theta])
    for t, g in enumerate(grads, 1):
        if run.endswith("drop"):
            opt.learning_rate = rate(run, t)
        opt.apply([keras.ops.convert_to_tensor(g, dtype="float64")], [theta])
        yield np.array(keras.ops.convert_to_numpy(theta))


def _mlx(run, call, theta, grads):
    import mlx.core as mx
    import mlx.optimizers

    mx.set_default_device(mx.cpu)  # only the CPU has float64
    opt = eval(call, {"mlx": mlx, "lr": LR})  # our own text, from RUNS
    params = {"theta": mx.array(theta, dtype=mx.float64)}
    opt.init(params)
    for g in grads:
        params = opt.apply_gradients({"theta": mx.array(g, dtype=mx.float64)}, params)
        mx.eval(params)
        yield np.array(params["theta"])


STEPPERS = {"torch": _torch, "timm": _torch, "optax": _optax, "keras": _keras, "mlx": _mlx}
PACKAGES = {"torch": ["torch"], "timm": ["timm", "torch"], "optax": ["optax", "jax"],
            "keras": ["keras", "tensorflow-cpu", "jax"], "mlx": ["mlx"]}


SETTINGS = {"JAX_ENABLE_X64": "1", "JAX_PLATFORMS": "cpu", "CUDA_VISIBLE_DEVICES": "",
            "TF_CPP_MIN_LOG_LEVEL": "3"}


def backend(name):
    """The backend with which Keras computes an optimizer in double from end to end.

    With JAX and torch, means of float64 are computed in float32, which only Adafactor takes; with
    TensorFlow, constants such as beta_1 pass through float32.
    """
    return "tensorflow" if name == "keras_adafactor" else "jax"


def record(name):
    """Run every call of RUNS[name] in the library and return what belongs in its file."""
    library = name.partition("_")[0]
    runs = {}
    for run, (kind, call) in RUNS[name].items():
        path = STEPPERS[library](run, call, start(kind), stream(kind))
        runs[run] = {"call": call, "stream": kind, "digest": digest(kind),
                     "theta": [" ".join(float(x).hex() for x in theta.flat) for theta in path]}
    versions = {p: importlib.metadata.version(p) for p in PACKAGES[library]}
    if library == "keras":
        versions["backend"] = sys.modules["keras"].config.backend()
    return {"optimizer": name, "versions": versions, "lr": LR, "runs": runs}


def _write(folder, name):
    try:
        found = record(name)
    except ImportError as error:  # of the library, or of one that it needs
        print(f"{name}: {error}", file=sys.stderr)
        return 1
    path = folder / f"{name}.json"
    path.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")
    print(path, flush=True)
    return 0


def _write_in_a_process(folder, name):
    command = [sys.executable, "-m", "rmsprop_lab.authoring.record_relatives"]
    return subprocess.run([*command, folder, name, "--here"], env=os.environ | SETTINGS | {
        "KERAS_BACKEND": backend(name)}).returncode


def main(arguments=None):
    """Write the files; each library runs in a process and with settings of its own."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("folder", type=Path, help="where the files go, tests/golden/relatives")
    parser.add_argument("names", nargs="*", default=None, help=f"of {', '.join(RUNS)}; all")
    parser.add_argument("--here", action="store_true",
                        help="in this process, with the environment that it has")
    given = parser.parse_args(arguments)
    unknown = sorted(set(given.names) - set(RUNS))
    if unknown:
        parser.error(f"no record is called {', '.join(unknown)}; there are {', '.join(RUNS)}")
    given.folder.mkdir(parents=True, exist_ok=True)
    record_one = _write if given.here else _write_in_a_process
    failed = [name for name in given.names or RUNS if record_one(given.folder, name)]
    if failed and not given.here:
        print(f"not recorded: {', '.join(failed)}", file=sys.stderr)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
