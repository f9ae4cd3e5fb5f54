"""Which runs of the real libraries' Adamax, NAdam, AdaBelief, Adafactor and Rprop are recorded.

The table of calls, and the gradients that all of them see. The recorder evaluates the calls where
the libraries are installed; the tests compare the lab with what it wrote.
"""

import hashlib

import numpy as np

__all__ = ["LR", "RUNS", "STEPS", "digest", "rate", "start", "stream"]

STEPS = 40
LR = 0.0625  # a power of two: also libraries that keep lr in float32 hold it exactly

SHAPES = {"vector": (6,), "matrix": (6, 4), "tensor": (4, 2, 3), "tiny": (6,)}
SCALES = {"vector": [3.0, 1e-2, 1e-4, 1e-8, 1.0, 1.0], "tiny": [1e-170] * 6}

#: Library and optimizer -> run -> (gradient stream, call). "lr" stands for the rate of the step;
#: in a run whose name ends in "drop" it falls to a tenth after half the steps.
RUNS = {
    "torch_adamax": {
        "plain": ("vector", "torch.optim.Adamax([theta], lr=lr)"),
        "plain drop": ("vector", "torch.optim.Adamax([theta], lr=lr)"),
        "settings": ("vector", "torch.optim.Adamax([theta], lr=lr, betas=(.5, .75), eps=1e-3)"),
        "decay": ("vector", "torch.optim.Adamax([theta], lr=lr, weight_decay=.25)")},
    "optax_adamax": {
        "plain": ("vector", "optax.adamax(lr)"),
        "settings": ("vector", "optax.adamax(lr, b1=.5, b2=.75, eps=1e-3)"),
        "decay": ("vector", "optax.adamaxw(lr, weight_decay=.25)")},
    "keras_adamax": {
        "plain": ("vector", "keras.optimizers.Adamax(lr)"),
        "plain drop": ("vector", "keras.optimizers.Adamax(lr)"),
        "settings": ("vector", "keras.optimizers.Adamax(lr, beta_1=.5, beta_2=.75, epsilon=1e-3)"),
        "decay": ("vector", "keras.optimizers.Adamax(lr, weight_decay=.25)")},
    "mlx_adamax": {
        "plain": ("vector", "mlx.optimizers.Adamax(lr)"),
        "settings": ("vector", "mlx.optimizers.Adamax(lr, betas=[.5, .75], eps=1e-3)")},
    "torch_nadam": {
        "plain": ("vector", "torch.optim.NAdam([theta], lr=lr)"),
        "plain drop": ("vector", "torch.optim.NAdam([theta], lr=lr)"),
        "settings": ("vector", "torch.optim.NAdam([theta], lr=lr, betas=(.5, .75), eps=1e-3)"),
        "momentum_decay 1": ("vector", "torch.optim.NAdam([theta], lr=lr, eps=1e-7,"
                                        " momentum_decay=1)"),
        "momentum_decay 1e6": ("vector", "torch.optim.NAdam([theta], lr=lr, momentum_decay=1e6)"),
        "l2": ("vector", "torch.optim.NAdam([theta], lr=lr, weight_decay=.25)"),
        "decoupled": ("vector", "torch.optim.NAdam([theta], lr=lr, weight_decay=.25,"
                                " decoupled_weight_decay=True)"),
        "single product": ("vector", "torch.optim.NAdam([theta], lr=lr)")},
    "optax_nadam": {
        "plain": ("vector", "optax.nadam(lr)"),
        "inside": ("vector", "optax.nadam(lr, eps=0., eps_root=1e-8)"),
        "decay": ("vector", "optax.nadamw(lr, weight_decay=.25)")},
    "keras_nadam": {
        "plain": ("vector", "keras.optimizers.Nadam(lr)"),
        "plain drop": ("vector", "keras.optimizers.Nadam(lr)"),
        "decay": ("vector", "keras.optimizers.Nadam(lr, weight_decay=.25)")},
    "optax_adabelief": {
        "plain": ("vector", "optax.adabelief(lr)"),
        "published": ("vector", "optax.adabelief(lr, eps=1e-8, eps_root=1e-8)"),
        "eps only": ("vector", "optax.adabelief(lr, eps=1e-8, eps_root=0.)"),
        "settings": ("vector", "optax.adabelief(lr, b1=.5, b2=.75, eps=1e-3, eps_root=1e-5)")},
    "timm_adabelief": {
        "plain": ("vector", "timm.optim.AdaBelief([theta], lr=lr, rectify=False)"),
        "decay": ("vector", "timm.optim.AdaBelief([theta], lr=lr, rectify=False, eps=1e-8,"
                            " weight_decay=.25)"),
        "l2": ("vector", "timm.optim.AdaBelief([theta], lr=lr, rectify=False, eps=1e-8,"
                         " weight_decay=.25, decoupled_decay=False)")},
    "torch_adafactor": {
        "vector": ("vector", "torch.optim.Adafactor([theta], lr=lr)"),
        "matrix": ("matrix", "torch.optim.Adafactor([theta], lr=lr)"),
        "matrix drop": ("matrix", "torch.optim.Adafactor([theta], lr=lr)"),
        "tensor": ("tensor", "torch.optim.Adafactor([theta], lr=lr)"),
        "settings": ("matrix", "torch.optim.Adafactor([theta], lr=1., beta2_decay=-.5,"
                               " eps=(.5, 2.), d=1.25)"),
        "decay": ("matrix", "torch.optim.Adafactor([theta], lr=lr, weight_decay=.25)")},
    "keras_adafactor": {
        "vector": ("vector", "keras.optimizers.Adafactor(lr)"),
        "matrix": ("matrix", "keras.optimizers.Adafactor(lr)"),
        "tensor": ("tensor", "keras.optimizers.Adafactor(lr)"),
        "settings": ("matrix", "keras.optimizers.Adafactor(1., beta_2_decay=-.5, epsilon_1=.5,"
                               " epsilon_2=2., clip_threshold=.75)"),
        "not relative": ("matrix", "keras.optimizers.Adafactor(1., relative_step=False)")},
    "mlx_adafactor": {
        "matrix": ("matrix", "mlx.optimizers.Adafactor()"),
        "constant": ("matrix", "mlx.optimizers.Adafactor(lr, relative_step=False,"
                               " scale_parameter=False)")},
    "optax_adafactor": {
        "vector": ("vector", "optax.adafactor(lr)"),
        "matrix": ("matrix", "optax.adafactor(lr, min_dim_size_to_factor=2)"),
        "matrix, decay in double": ("matrix", "double(optax.adafactor)(lr,"
                                              " min_dim_size_to_factor=2)"),
        "matrix, not factored": ("matrix", "double(optax.adafactor)(lr)"),
        "tensor, decay in double": ("tensor", "double(optax.adafactor)(lr,"
                                              " min_dim_size_to_factor=2)"),
        "factored rms": ("tensor", "optax.chain(double(optax.scale_by_factored_rms)("
                                   "min_dim_size_to_factor=2), optax.scale(-lr))"),
        "unscaled": ("matrix", "double(optax.adafactor)(lr, min_dim_size_to_factor=2,"
                               " multiply_by_parameter_scale=False, clipping_threshold=None)")},
    "torch_rprop": {
        "plain": ("vector", "torch.optim.Rprop([theta], lr=lr)"),
        "settings": ("vector", "torch.optim.Rprop([theta], lr=lr, etas=(.25, 1.75),"
                               " step_sizes=(.05, .3))"),
        "tiny": ("tiny", "torch.optim.Rprop([theta], lr=lr)"),
        "out of bounds": ("vector", "torch.optim.Rprop([theta], lr=100.)")},
    "optax_rprop": {
        "plain": ("vector", "optax.rprop(lr)")},
}


def start(kind):
    """theta before the first step, float64."""
    return np.random.default_rng(7).integers(-64, 65, SHAPES[kind]) / 32


def stream(kind):
    """The gradients of every step, (STEPS, ...): signs persist a while, then flip, some are 0.

    Products of small integers and powers of ten, the same bits wherever NumPy is.
    """
    rng = np.random.default_rng(11)
    shape = (STEPS, *SHAPES[kind])
    sizes = rng.integers(1, 100, shape) / 64
    signs = np.where(rng.random(shape) < 0.25, -1.0, 1.0)
    zeros = rng.random(shape) < 0.05
    zeros[0] = False
    return np.where(zeros, 0.0, sizes * signs) * np.array(SCALES.get(kind, 1.0))


def digest(kind):
    """A fingerprint of the start and the gradients, which ties a file to them."""
    return hashlib.sha256(start(kind).tobytes() + stream(kind).tobytes()).hexdigest()


def rate(run, t):
    """The learning rate of step t of a run."""
    return LR / 10 if run.endswith("drop") and t > STEPS // 2 else LR
