"""How each library is run for the golden files: one function per kind of interface.

Each takes a dialect and a case of `dialects.golden` and returns theta after every step as an array,
steps by 5. The libraries are imported inside the functions: a missing one is an ImportError.
"""

import importlib
import importlib.util
import os
import sys
import types

import numpy as np

from rmsprop_lab.dialects.golden import DROP, gradients, learning_rates, start

__all__ = ["PACKAGES", "RECORDERS", "call", "jax64", "target"]

# Before anything imports Keras: TensorFlow does, and would choose its own backend.
os.environ.setdefault("KERAS_BACKEND", "jax")

#: The first part of a dialect's call -> the distribution whose version is recorded.
PACKAGES = {"torch": "torch", "timm": "timm", "stable_baselines3": "stable-baselines3",
            "optax": "optax", "jax": "jax", "keras": "keras", "tf_keras": "tf-keras",
            "tf": "tensorflow-cpu", "mlx": "mlx", "mxnet": "mxnet", "chainer": "chainer"}
#: Files that their package's `__init__` hides behind heavier imports.
SINGLE_FILES = {"timm.optim.RMSpropTF": "timm.optim.rmsprop_tf"}


def target(dialect):
    """The class or function of the library that the dialect's call names."""
    module, _, name = dialect.call.rpartition(".")
    if module.startswith("tf."):
        tensorflow = importlib.import_module("tensorflow")
        for part in module.split(".")[1:]:
            tensorflow = getattr(tensorflow, part)
        return getattr(tensorflow, name)
    module = SINGLE_FILES.get(dialect.call, module)
    if module.split(".")[0] in ("timm", "stable_baselines3"):
        _open_packages(module)
    return getattr(importlib.import_module(module), name)


def fixed(dialect):
    """What a dialect always says to its library, by the library's names."""
    return {"MXNET_CENTERED": {"centered": True}, "JAX_ADAGRAD": {"momentum": 0.0}}.get(
        dialect.name, {})


def call(dialect, case, **more):
    """The exact call that the functions below make for a case, as text."""
    words = dialect.keywords(case.lr, **case.overrides) | fixed(dialect) | more
    plain = {name: value for name, value in words.items() if "{" not in name}
    made = dialect.call
    if dialect.name == "JAX" and len(words) > len(plain):
        made, plain["momentum"] = f"{made}_momentum", case.overrides["momentum"]
    text = f"{made}({', '.join(f'{name}={value!r}' for name, value in plain.items())})"
    rate = case.overrides.get("weight_decay")
    if dialect.name == "CHAINER" and rate:
        text += f"; opt.add_hook(chainer.optimizer_hooks.WeightDecay({rate!r}))"
    elif dialect.name == "OPTAX" and case.overrides.get("decay") == "decoupled":
        text = (f"optax.chain(optax.scale_by_rms(), optax.add_decayed_weights({rate!r}), "
                f"optax.scale_by_learning_rate({case.lr!r}))")
    elif dialect.name == "OPTAX" and rate:
        text = f"optax.chain(optax.add_decayed_weights({rate!r}), {text})"
    return text + (f"; lr = {case.lr / 10!r} from step {DROP + 1}" if case.drops else "")


def _open_packages(module):
    """Make a module's parent packages importable without running their `__init__` files."""
    parts = module.split(".")[:-1]
    if parts[0] in sys.modules:
        return
    found = importlib.util.find_spec(parts[0])
    if found is None:
        raise ModuleNotFoundError(f"No module named {parts[0]!r}", name=parts[0])
    folder = found.submodule_search_locations[0]
    for depth in range(1, len(parts) + 1):
        package = types.ModuleType(".".join(parts[:depth]))
        package.__path__ = [os.path.join(folder, *parts[1:depth])]
        sys.modules[package.__name__] = package


def steps(dialect, case):
    """Yield (t, lr, g) for the steps of a case, t from 1."""
    rates = learning_rates(case.lr, case.drops)
    yield from zip(range(1, len(rates) + 1), rates, gradients(), strict=True)


def torch(dialect, case, **more):
    """The optimizers of torch, timm and stable-baselines3; float64."""
    torch = importlib.import_module("torch")
    torch.set_default_dtype(torch.float64)  # NAdam keeps a product in the default dtype
    theta = torch.tensor(start(), dtype=torch.float64)
    opt = target(dialect)([theta], **dialect.keywords(case.lr, **case.overrides), **more)
    seen = []
    for t, lr, g in steps(dialect, case):
        if case.drops and t > DROP:
            opt.param_groups[0]["lr"] = lr
        theta.grad = torch.tensor(g)
        opt.step()
        seen.append(theta.detach().numpy().copy())
    return np.array(seen)


def keras(dialect, case, **more):
    """Keras 3 with float64 as floatx; on JAX, where the environment says no other backend.

    The TensorFlow backend rounds some of the numbers to float32.
    """
    if os.environ["KERAS_BACKEND"] == "jax":
        jax64()
    keras = importlib.import_module("keras")
    keras.config.set_floatx("float64")
    opt = target(dialect)(**dialect.keywords(case.lr, **case.overrides), **more)
    theta = keras.Variable(start(), dtype="float64")
    opt.build([theta])
    seen = []
    for t, lr, g in steps(dialect, case):
        if case.drops and t > DROP:
            opt.learning_rate = lr
        opt.apply([keras.ops.convert_to_tensor(g, dtype="float64")], [theta])
        seen.append(keras.ops.convert_to_numpy(theta.value).copy())
    return np.array(seen)


def tensorflow(dialect, case, **more):
    """tf.compat.v1's optimizers, eagerly, and those of tf.keras 2; a float64 variable."""
    tf = importlib.import_module("tensorflow")
    rate = [case.lr]
    words = dialect.keywords(case.lr, **case.overrides) | more
    if case.drops:
        words["learning_rate"] = lambda: rate[0]
    opt, theta, seen = target(dialect)(**words), tf.Variable(start(), dtype=tf.float64), []
    for _, lr, g in steps(dialect, case):
        rate[0] = lr
        opt.apply_gradients([(tf.constant(g, tf.float64), theta)])
        seen.append(theta.numpy().copy())
    return np.array(seen)


def schedule(case):
    """The learning rate for JAX: a number, or a function of the steps done."""
    if not case.drops:
        return case.lr
    jnp = importlib.import_module("jax.numpy")
    return lambda count: jnp.where(count < DROP, case.lr, case.lr / 10)


def optax(dialect, case, **more):
    """Optax in float64."""
    jax, optax = jax64(), importlib.import_module("optax")
    words = {k: v for k, v in dialect.keywords(case.lr, **case.overrides).items() if "{" not in k}
    words |= {"learning_rate": schedule(case)} | more
    decay = case.overrides.get("weight_decay") if dialect.name == "OPTAX" else None
    if decay and case.overrides["decay"] == "decoupled":
        opt = optax.chain(optax.scale_by_rms(), optax.add_decayed_weights(decay),
                          optax.scale_by_learning_rate(case.lr))
    elif decay:
        opt = optax.chain(optax.add_decayed_weights(decay), optax.rmsprop(**words))
    else:
        opt = target(dialect)(**words)
    theta = jax.numpy.asarray(start())
    state, seen = opt.init(theta), []
    for g in gradients():
        updates, state = opt.update(jax.numpy.asarray(g), state, theta)
        theta = optax.apply_updates(theta, updates)
        seen.append(np.array(theta))
    return np.array(seen)


def jax(dialect, case, **more):
    """jax.example_libraries.optimizers in float64; momentum is a function of its own there."""
    jax = jax64()
    make, words = target(dialect), {}
    for name, value in dialect.keywords(case.lr, **case.overrides).items():
        if "{" in name:
            make = importlib.import_module(make.__module__).rmsprop_momentum
            name = "momentum"
        words[name] = value
    words |= {"step_size": schedule(case)} | fixed(dialect) | more
    init, update, read = make(**words)
    state, seen = init(jax.numpy.asarray(start())), []
    for i, g in enumerate(gradients()):
        state = update(i, jax.numpy.asarray(g), state)
        seen.append(np.array(read(state)))
    return np.array(seen)


def jax64():
    """JAX with float64 allowed."""
    jax = importlib.import_module("jax")
    jax.config.update("jax_enable_x64", True)
    importlib.import_module("jax.numpy")
    return jax


def mlx(dialect, case, **more):
    """MLX; float32, for its CPU backend steps nothing else."""
    mx = importlib.import_module("mlx.core")
    opt = target(dialect)(**dialect.keywords(case.lr, **case.overrides), **more)
    theta, seen = {"theta": mx.array(start().astype(np.float32))}, []
    for t, lr, g in steps(dialect, case):
        if case.drops and t > DROP:
            opt.learning_rate = lr
        theta = opt.apply_gradients({"theta": mx.array(g.astype(np.float32))}, theta)
        seen.append(np.array(theta["theta"]))
    return np.array(seen)


def mxnet(dialect, case, **more):
    """MXNet; float32, since its states are float32 whatever the weights are."""
    if not hasattr(np, "bool"):
        np.bool = bool  # MXNet 1 asks for a name that NumPy has dropped
    mx = importlib.import_module("mxnet")
    more = fixed(dialect) | more
    opt = target(dialect)(**dialect.keywords(case.lr, **case.overrides), **more)
    theta = mx.nd.array(start().astype(np.float32))
    state, seen = opt.create_state(0, theta), []
    many = mx.__version__.startswith("2")
    for _, lr, g in steps(dialect, case):
        opt.set_learning_rate(lr)
        g = mx.nd.array(g.astype(np.float32))
        opt.update([0], [theta], [g], [state]) if many else opt.update(0, theta, g, state)
        seen.append(theta.asnumpy().copy())
    return np.array(seen)


def chainer(dialect, case, **more):
    """Chainer on NumPy, float64; weight decay is a hook there."""
    chainer = importlib.import_module("chainer")
    words = dialect.keywords(case.lr, **case.overrides) | more
    hooks = {name: words.pop(name) for name in [*words] if "{" in name}
    opt, link = target(dialect)(**words), chainer.Link()
    with link.init_scope():
        link.theta = chainer.Parameter(start())
    opt.setup(link)
    for rate in hooks.values():
        opt.add_hook(chainer.optimizer_hooks.WeightDecay(rate))
    seen = []
    for _, lr, g in steps(dialect, case):
        opt.lr = lr
        link.theta.grad = g.copy()
        opt.update()
        seen.append(link.theta.array.copy())
    return np.array(seen)


RECORDERS = {"torch": torch, "timm": torch, "stable_baselines3": torch, "optax": optax, "jax": jax,
             "keras": keras, "tf_keras": tensorflow, "tf": tensorflow, "mlx": mlx, "mxnet": mxnet,
             "chainer": chainer}
