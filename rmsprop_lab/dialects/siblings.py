"""RMSprop's relatives as the libraries ship them: AdaGrad, AdaDelta, Adam and what came of it."""

from rmsprop_lab.dialects.dialect import Dialect

__all__ = ["SIBLINGS"]

TORCH, KERAS, OPTAX = ("PyTorch", "2.13.0"), ("Keras 3", "3.15.1"), ("optax", "0.2.8")
JAX, MLX, TF1 = ("jax.example_libraries", "0.10.2"), ("MLX", "0.32.4"), ("TensorFlow 1", "2.21.0")
SOURCES = {
    "PyTorch": "torch 2.13.0, torch/optim/", "Keras 3": "keras 3.15.1, src/optimizers/",
    "optax": "optax 0.2.8, _src/alias.py", "MLX": "mlx 0.32.4, optimizers/optimizers.py",
    "jax.example_libraries": "jax 0.10.2, example_libraries/optimizers.py",
    "TensorFlow 1": "tensorflow 2.21.0, python/training/",
}
TORCH_BETAS = {"lr": "lr", "beta1": "betas[0]", "beta2": "betas[1]", "eps": "eps"}
MLX_BETAS = TORCH_BETAS | {"lr": "learning_rate"}
KERAS_BETAS = {"lr": "learning_rate", "beta1": "beta_1", "beta2": "beta_2", "eps": "epsilon"}
OPTAX_BETAS = {"lr": "learning_rate", "beta1": "b1", "beta2": "b2", "eps": "eps"}
JAX_BETAS = {"lr": "step_size", "beta1": "b1", "beta2": "b2", "eps": "eps"}
TF1_BETAS = {"lr": "learning_rate", "beta1": "beta1", "beta2": "beta2", "eps": "epsilon"}
DECAYS = {"weight_decay": "weight_decay", "decay": "decoupled_weight_decay"}
KINDS = {"decay": {"l2": False, "decoupled": True}}
PEAKS = {"amsgrad": {"off": False, "raw": True}}
EPS_ROOT = {"eps_root": "a second eps, inside the root, beside the one outside"}
DECOUPLED = {"weight_decay": "its decay is decoupled, and this class knows none or l2"}
BETAS = {"beta1": 0.9, "beta2": 0.999}


def row(name, whose, call, method, settings, **others):
    """A dialect of one of the libraries above, recorded unless it says otherwise."""
    library, version = whose
    others = {"source": SOURCES[library], "evidence": "recorded"} | others
    return Dialect(name=name, library=library, version=version, call=call, method=method,
                   settings=settings, **others)


def adam(eps, eps_at, debias=True, amsgrad="off", weight_decay=0.0, decay="l2"):
    """All settings of Adam."""
    return BETAS | {"eps": eps, "eps_at": eps_at, "debias": debias, "amsgrad": amsgrad,
                    "weight_decay": weight_decay, "decay": decay}


def adagrad(eps, eps_at, accumulator0):
    """All settings of AdaGrad."""
    return {"eps": eps, "eps_at": eps_at, "accumulator0": accumulator0, "weight_decay": 0.0}


def adamax(eps_at, eps, debias=True, decay="l2"):
    """All settings of Adamax."""
    return BETAS | {"eps": eps, "eps_at": eps_at, "debias": debias, "weight_decay": 0.0,
                    "decay": decay}


def nadam(eps, momentum_decay, decay="l2"):
    """All settings of NAdam."""
    return BETAS | {"eps": eps, "eps_at": "outside", "momentum_decay": momentum_decay,
                    "weight_decay": 0.0, "decay": decay}


ADAMS = (
    row("PYTORCH_ADAM", TORCH, "torch.optim.Adam", "Adam", adam(1e-8, "outside"), lr=1e-3,
        spelled=TORCH_BETAS | DECAYS | {"amsgrad": "amsgrad"}, values=PEAKS | KINDS),
    row("PYTORCH_ADAMW", TORCH, "torch.optim.AdamW", "Adam",
        adam(1e-8, "outside", weight_decay=1e-2, decay="decoupled"), lr=1e-3,
        spelled=TORCH_BETAS | {"weight_decay": "weight_decay", "amsgrad": "amsgrad"},
        values=PEAKS),
    row("KERAS3_ADAM", KERAS, "keras.optimizers.Adam", "Adam",
        adam(1e-7, "hat", decay="decoupled"), lr=1e-3,
        spelled=KERAS_BETAS | {"weight_decay": "weight_decay", "amsgrad": "amsgrad"},
        values=PEAKS),
    row("KERAS3_ADAMW", KERAS, "keras.optimizers.AdamW", "Adam",
        adam(1e-7, "hat", weight_decay=0.004, decay="decoupled"), lr=1e-3,
        spelled=KERAS_BETAS | {"weight_decay": "weight_decay", "amsgrad": "amsgrad"},
        values=PEAKS),
    row("TF1_ADAM", TF1, "tf.compat.v1.train.AdamOptimizer", "Adam", adam(1e-8, "hat"), lr=1e-3,
        spelled=TF1_BETAS, single=("lr", "beta1", "beta2", "eps")),
    row("OPTAX_ADAM", OPTAX, "optax.adam", "Adam", adam(1e-8, "outside"), spelled=OPTAX_BETAS,
        beyond=EPS_ROOT | {"nesterov": "that is NAdam: see OPTAX_NADAM"}),
    row("OPTAX_ADAMW", OPTAX, "optax.adamw", "Adam",
        adam(1e-8, "outside", weight_decay=1e-4, decay="decoupled"),
        spelled=OPTAX_BETAS | {"weight_decay": "weight_decay"}, beyond=EPS_ROOT),
    row("OPTAX_AMSGRAD", OPTAX, "optax.amsgrad", "Adam",
        adam(1e-8, "outside", amsgrad="debiased"), spelled=OPTAX_BETAS,
        beyond=EPS_ROOT | {"bias_correction_mu": "the lab debiases both averages or none",
                           "bias_correction_nu": "the lab debiases both averages or none"},
        notes=("The maximum is taken over the debiased v; PyTorch and Keras take the raw v.",)),
    row("JAX_ADAM", JAX, "jax.example_libraries.optimizers.adam", "Adam", adam(1e-8, "outside"),
        spelled=JAX_BETAS),
    row("MLX_ADAM", MLX, "mlx.optimizers.Adam", "Adam", adam(1e-8, "outside", debias=False),
        spelled=MLX_BETAS | {"debias": "bias_correction"},
        notes=("Nothing is debiased unless bias_correction=True.",)),
    row("MLX_ADAMW", MLX, "mlx.optimizers.AdamW", "Adam",
        adam(1e-8, "outside", debias=False, weight_decay=1e-2, decay="decoupled"),
        spelled=MLX_BETAS | {"debias": "bias_correction", "weight_decay": "weight_decay"}),
)

OTHERS = (
    row("PYTORCH_ADAGRAD", TORCH, "torch.optim.Adagrad", "AdaGrad", adagrad(1e-10, "outside", 0.0),
        lr=1e-2, spelled={"lr": "lr", "eps": "eps", "accumulator0": "initial_accumulator_value",
                          "weight_decay": "weight_decay"},
        beyond={"lr_decay": "a schedule: set opt.lr = lr / (1 + (t - 1) lr_decay) before step t"}),
    row("KERAS3_ADAGRAD", KERAS, "keras.optimizers.Adagrad", "AdaGrad",
        adagrad(1e-7, "inside", 0.1), lr=1e-3, beyond=DECOUPLED,
        spelled={"lr": "learning_rate", "eps": "epsilon",
                 "accumulator0": "initial_accumulator_value"}),
    row("OPTAX_ADAGRAD", OPTAX, "optax.adagrad", "AdaGrad", adagrad(1e-7, "inside", 0.1),
        spelled={"lr": "learning_rate", "eps": "eps", "accumulator0": "initial_accumulator_value"}),
    row("TF1_ADAGRAD", TF1, "tf.compat.v1.train.AdagradOptimizer", "AdaGrad",
        adagrad(0.0, "outside", 0.1), single=("lr",),
        spelled={"lr": "learning_rate", "accumulator0": "initial_accumulator_value"},
        notes=("There is no eps; the initial 0.1 guards the division.",)),
    row("JAX_ADAGRAD", JAX, "jax.example_libraries.optimizers.adagrad", "AdaGrad",
        adagrad(0.0, "outside", 0.0), spelled={"lr": "step_size"},
        beyond={"momentum": "an average of the steps, 0.9 unless momentum=0.0 is said"},
        notes=("This row is adagrad(step_size, momentum=0.0); as shipped, momentum is 0.9.",
               "Where the sum is 0 the step is 0; the lab's is 0/0.")),
    row("MLX_ADAGRAD", MLX, "mlx.optimizers.Adagrad", "AdaGrad", adagrad(1e-8, "outside", 0.0),
        spelled={"lr": "learning_rate", "eps": "eps"}),
    row("PYTORCH_ADADELTA", TORCH, "torch.optim.Adadelta", "AdaDelta", {"rho": 0.9, "eps": 1e-6},
        lr=1.0, spelled={"lr": "lr", "rho": "rho", "eps": "eps"},
        beyond={"weight_decay": "the lab's AdaDelta has none"}),
    row("KERAS3_ADADELTA", KERAS, "keras.optimizers.Adadelta", "AdaDelta",
        {"rho": 0.95, "eps": 1e-7}, lr=1e-3,
        spelled={"lr": "learning_rate", "rho": "rho", "eps": "epsilon"},
        beyond={"weight_decay": "the lab's AdaDelta has none"}),
    row("TF1_ADADELTA", TF1, "tf.compat.v1.train.AdadeltaOptimizer", "AdaDelta",
        {"rho": 0.95, "eps": 1e-8}, lr=1e-3, single=("lr", "rho", "eps"),
        spelled={"lr": "learning_rate", "rho": "rho", "eps": "epsilon"}),
    row("OPTAX_ADADELTA", OPTAX, "optax.adadelta", "AdaDelta", {"rho": 0.9, "eps": 1e-6},
        spelled={"lr": "learning_rate", "rho": "rho", "eps": "eps"},
        beyond={"weight_decay": "the lab's AdaDelta has none"}),
    row("MLX_ADADELTA", MLX, "mlx.optimizers.AdaDelta", "AdaDelta", {"rho": 0.9, "eps": 1e-6},
        spelled={"lr": "learning_rate", "rho": "rho", "eps": "eps"}),
    row("PYTORCH_ADAMAX", TORCH, "torch.optim.Adamax", "Adamax", adamax("inside", 1e-8), lr=2e-3,
        spelled=TORCH_BETAS | {"weight_decay": "weight_decay"}),
    row("KERAS3_ADAMAX", KERAS, "keras.optimizers.Adamax", "Adamax",
        adamax("outside", 1e-7, decay="decoupled"), lr=1e-3,
        spelled=KERAS_BETAS | {"weight_decay": "weight_decay"}),
    row("OPTAX_ADAMAX", OPTAX, "optax.adamax", "Adamax", adamax("inside", 1e-8),
        spelled=OPTAX_BETAS),
    row("MLX_ADAMAX", MLX, "mlx.optimizers.Adamax", "Adamax",
        adamax("outside", 1e-8, debias=False), spelled=MLX_BETAS),
    row("PYTORCH_NADAM", TORCH, "torch.optim.NAdam", "NAdam", nadam(1e-8, 0.004), lr=2e-3,
        spelled=TORCH_BETAS | DECAYS | {"momentum_decay": "momentum_decay"}, values=KINDS,
        notes=("mu_product is kept in torch's default dtype: in float64 the step has errors of "
               "1e-8 unless torch.set_default_dtype(torch.float64) is called.",)),
    row("KERAS3_NADAM", KERAS, "keras.optimizers.Nadam", "NAdam",
        nadam(1e-7, 1.0, decay="decoupled"), lr=1e-3,
        spelled=KERAS_BETAS | {"weight_decay": "weight_decay"}),
    row("OPTAX_NADAM", OPTAX, "optax.nadam", "NAdam", nadam(1e-8, "inf"), spelled=OPTAX_BETAS,
        beyond=EPS_ROOT),
    row("OPTAX_ADABELIEF", OPTAX, "optax.adabelief", "AdaBelief",
        BETAS | {"eps": 1e-16, "eps_s": 1e-16, "weight_decay": 0.0, "decay": "l2"},
        spelled=OPTAX_BETAS | {"eps_s": "eps_root"}),
    row("PYTORCH_SGD", TORCH, "torch.optim.SGD", "SGD",
        {"momentum": 0.0, "nesterov": False, "weight_decay": 0.0}, lr=1e-3,
        spelled={"lr": "lr", "momentum": "momentum", "nesterov": "nesterov",
                 "weight_decay": "weight_decay"},
        beyond={"dampening": "the lab's buffer sums whole gradients"}),
    row("PYTORCH_RPROP", TORCH, "torch.optim.Rprop", "Rprop",
        {"up": 1.2, "down": 0.5, "smallest": 1e-6, "largest": 50.0}, lr=1e-2,
        spelled={"lr": "lr", "down": "etas[0]", "up": "etas[1]", "smallest": "step_sizes[0]",
                 "largest": "step_sizes[1]"}),
)

SIBLINGS = {one.name: one for one in ADAMS + OTHERS}
