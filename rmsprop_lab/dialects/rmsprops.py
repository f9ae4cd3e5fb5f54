"""Every RMSprop in use, one row each. The words are the axes of lesson 6."""

from rmsprop_lab.dialects.dialect import Dialect

__all__ = ["RMSPROPS"]


def step(*, rho, eps, eps_at, v0, lr_at, centered=False, momentum=0.0, weight_decay=0.0,
         decay="l2"):
    """All settings of RMSprop: the contested ones said by each row, the rest off."""
    return {"rho": rho, "eps": eps, "eps_at": eps_at, "v0": v0, "centered": centered,
            "momentum": momentum, "nesterov": False, "lr_at": lr_at, "debias": False,
            "weight_decay": weight_decay, "decay": decay}


IN_ROOT = {"inside": True, "outside": False}
TORCH_NAMES = {"lr": "lr", "rho": "alpha", "eps": "eps", "weight_decay": "weight_decay",
               "momentum": "momentum", "centered": "centered"}
KERAS_NAMES = {"lr": "learning_rate", "rho": "rho", "momentum": "momentum", "eps": "epsilon",
               "centered": "centered"}
FLOAT32 = "Python numbers become float32 tensors: in float64 the step uses lr = float32(lr)."
NO_MOMENTUM = "momentum is accepted and ignored unless centered=True, and is 0.9 there."

HINTON = Dialect(
    name="HINTON", library="Hinton's lecture", version="2012", call="lecture 6e, slide 29",
    method="RMSprop",
    settings=step(rho=0.9, eps=0.0, eps_at="outside", v0=0.0, lr_at="outside"),
    spelled={"lr": "the learning rate", "rho": "the decay"},
    notes=("The slide gives no learning rate, no eps and no initial value.",),
    source="Hinton, Srivastava and Swersky 2012, lecture 6e, slide 29: MeanSquare(w, t)")

GRAVES = Dialect(
    name="GRAVES", library="Graves", version="2013", call="chainer.optimizers.RMSpropGraves",
    method="RMSprop", lr=1e-4,
    settings=step(rho=0.95, eps=1e-4, eps_at="inside", v0=0.0, lr_at="inside", centered=True,
                  momentum=0.9),
    spelled={"lr": "lr", "rho": "alpha", "momentum": "momentum", "eps": "eps"},
    notes=("Plain momentum, not Nesterov's.",
           "The paper's constants are bare numbers; the names are those of Chainer's class."),
    source="Graves 2013, arXiv:1308.0850, eqs (38) to (45); recorded from Chainer 7.8.1",
    evidence="recorded")

DQN = Dialect(
    name="DQN", library="DQN", version="2015", call="dqn/NeuralQLearner.lua", method="RMSprop",
    lr=2.5e-4,
    settings=step(rho=0.95, eps=0.01, eps_at="inside", v0=0.0, lr_at="outside", centered=True),
    spelled={"lr": "lr", "weight_decay": "wc"},
    notes=("rho, eps and a momentum of 0 are literal numbers in the code.",
           "dw is the direction of ascent there; wc is subtracted, which is l2 decay."),
    source="Mnih et al. 2015, NeuralQLearner.lua, qLearnMinibatch")

A3C = Dialect(
    name="A3C", library="A3C", version="2016", call="shared RMSProp", method="RMSprop",
    settings=step(rho=0.99, eps=0.1, eps_at="inside", v0=0.0, lr_at="outside"),
    spelled={"lr": "eta", "rho": "alpha", "eps": "epsilon"},
    notes=("The learning rate was sampled log-uniformly from 1e-4 to 1e-2 and annealed to 0.",
           "eps = 0.1 is not in the paper: it is what its authors told those who rebuilt it."),
    source="Mnih et al. 2016, arXiv:1602.01783, section 4, eqs (8) and (9)")

PYTORCH = Dialect(
    name="PYTORCH", library="PyTorch", version="2.13.0", call="torch.optim.RMSprop",
    method="RMSprop", lr=1e-2,
    settings=step(rho=0.99, eps=1e-8, eps_at="outside", v0=0.0, lr_at="outside"),
    spelled=TORCH_NAMES,
    notes=("centered: the library subtracts m^2 from v, which in float32 can round below zero and "
           "give NaN; the lab keeps the variance itself.",),
    source="torch 2.13.0, torch/optim/rmsprop.py", evidence="recorded")

TF1 = Dialect(
    name="TF1", library="TensorFlow 1", version="2.21.0",
    call="tf.compat.v1.train.RMSPropOptimizer", method="RMSprop",
    settings=step(rho=0.9, eps=1e-10, eps_at="inside", v0=1.0, lr_at="inside"),
    spelled=KERAS_NAMES | {"rho": "decay"}, single=("lr", "rho", "momentum", "eps"),
    notes=(FLOAT32,),
    source="tensorflow 2.21.0, python/training/rmsprop.py: the slot rms is created with ones",
    evidence="recorded")

KERAS2 = Dialect(
    name="KERAS2", library="tf.keras 2.0 to 2.10", version="2.21.0",
    call="tf_keras.optimizers.legacy.RMSprop", method="RMSprop", lr=1e-3,
    settings=step(rho=0.9, eps=1e-7, eps_at="outside", v0=0.0, lr_at="inside"),
    spelled=KERAS_NAMES, with_momentum={"eps_at": "inside"}, becomes={"eps": {0.0: 1e-7}},
    single=("lr", "rho", "momentum"),
    notes=("Without momentum the step is Python code with eps outside the root; with momentum it "
           "is a kernel with eps inside.", "epsilon=0 silently becomes 1e-7.", FLOAT32),
    source="tf-keras 2.21.0, src/optimizers/legacy/rmsprop.py", evidence="recorded")

KERAS3 = Dialect(
    name="KERAS3", library="Keras 3", version="3.15.1",
    call="keras.optimizers.RMSprop", method="RMSprop", lr=1e-3,
    settings=step(rho=0.9, eps=1e-7, eps_at="inside", v0=0.0, lr_at="inside", decay="decoupled"),
    spelled=KERAS_NAMES | {"weight_decay": "weight_decay"},
    notes=("Keras from 2.11 takes the same step.",
           "The learning rate is kept in floatx: float32 unless keras.config.set_floatx is called.",
           "The documentation calls its epsilon \"epsilon hat\"; the code has it inside the root."),
    source="keras 3.15.1, src/optimizers/rmsprop.py", evidence="recorded")

OPTAX = Dialect(
    name="OPTAX", library="optax", version="0.2.8", call="optax.rmsprop", method="RMSprop",
    settings=step(rho=0.9, eps=1e-8, eps_at="inside", v0=0.0, lr_at="inside"),
    spelled={"lr": "learning_rate", "rho": "decay", "eps": "eps", "v0": "initial_scale",
             "eps_at": "eps_in_sqrt", "centered": "centered", "momentum": "momentum",
             "nesterov": "nesterov", "debias": "bias_correction",
             "weight_decay": "optax.add_decayed_weights({}) chained in",
             "decay": "its place in the chain: {}"},
    values={"eps_at": IN_ROOT, "decay": {
        "l2": "before rmsprop", "decoupled": "before scale_by_learning_rate"}},
    beyond={"centered with bias_correction": "it divides by sqrt(0 + eps) at the first step: see "
            "`dialects.gaps`"},
    source="optax 0.2.8, _src/alias.py and _src/transform.py", evidence="recorded")

JAX = Dialect(
    name="JAX", library="jax.example_libraries", version="0.10.2",
    call="jax.example_libraries.optimizers.rmsprop", method="RMSprop",
    settings=step(rho=0.9, eps=1e-8, eps_at="inside", v0=0.0, lr_at="inside"),
    spelled={"lr": "step_size", "rho": "gamma", "eps": "eps",
             "momentum": "the name rmsprop_momentum and momentum={}"},
    notes=("Momentum is a second function, rmsprop_momentum, whose default is 0.9.",),
    source="jax 0.10.2, example_libraries/optimizers.py", evidence="recorded")

TIMM = Dialect(
    name="TIMM", library="timm", version="1.0.31", call="timm.optim.RMSpropTF", method="RMSprop",
    lr=1e-2,
    settings=step(rho=0.9, eps=1e-10, eps_at="inside", v0=1.0, lr_at="inside"),
    spelled=TORCH_NAMES | {"lr_at": "lr_in_momentum", "decay": "decoupled_decay"},
    values={"lr_at": IN_ROOT, "decay": {"l2": False, "decoupled": True}},
    beyond={"caution": "it drops the coordinates whose step and gradient disagree in sign",
            "corrected_weight_decay": "it decays by lr^2 / max lr"},
    source="timm 1.0.31, optim/rmsprop_tf.py", evidence="recorded")

SB3 = Dialect(
    name="SB3", library="stable-baselines3", version="2.9.2",
    call="stable_baselines3.common.sb2_compat.rmsprop_tf_like.RMSpropTFLike", method="RMSprop",
    lr=1e-2,
    settings=step(rho=0.99, eps=1e-8, eps_at="inside", v0=1.0, lr_at="outside"),
    spelled=TORCH_NAMES,
    notes=("Named after TensorFlow's, but lr multiplies what leaves the buffer.",),
    source="stable-baselines3 2.9.2, common/sb2_compat/rmsprop_tf_like.py", evidence="recorded")

MLX = Dialect(
    name="MLX", library="MLX", version="0.32.4", call="mlx.optimizers.RMSprop", method="RMSprop",
    settings=step(rho=0.99, eps=1e-8, eps_at="outside", v0=0.0, lr_at="outside"),
    spelled={"lr": "learning_rate", "rho": "alpha", "eps": "eps"},
    notes=("float32 only on its CPU backend. eps must be above 0.",),
    source="mlx 0.32.4, optimizers/optimizers.py", evidence="recorded")

MXNET = Dialect(
    name="MXNET", library="MXNet 2", version="2.0.0b1", call="mxnet.optimizer.RMSProp",
    method="RMSprop", lr=1e-3,
    settings=step(rho=0.9, eps=1e-8, eps_at="outside", v0=0.0, lr_at="inside"),
    spelled={"lr": "learning_rate", "rho": "rho", "eps": "epsilon", "centered": "centered",
             "weight_decay": "wd"},
    with_centered={"eps_at": "inside", "momentum": 0.9}, notes=(NO_MOMENTUM,),
    source="mxnet 2.0.0b1, optimizer/rmsprop.py", evidence="recorded")

MXNET_CENTERED = Dialect(
    name="MXNET_CENTERED", library="MXNet, centred", version="2.0.0b1",
    call="mxnet.optimizer.RMSProp", method="RMSprop", lr=1e-3,
    settings=step(rho=0.9, eps=1e-8, eps_at="inside", v0=0.0, lr_at="inside", centered=True,
                  momentum=0.9),
    spelled={"lr": "learning_rate", "rho": "rho", "eps": "epsilon", "momentum": "momentum",
             "weight_decay": "wd"},
    notes=("The call says centered=True. MXNet 1 spells rho gamma1 and momentum gamma2.",),
    source="mxnet 2.0.0b1, optimizer/rmsprop.py", evidence="recorded")

MXNET1 = Dialect(
    name="MXNET1", library="MXNet 1", version="1.9.1", call="mxnet.optimizer.RMSProp",
    method="RMSprop", lr=1e-3,
    settings=step(rho=0.9, eps=1e-8, eps_at="inside", v0=0.0, lr_at="inside"),
    spelled={"lr": "learning_rate", "rho": "gamma1", "eps": "epsilon", "centered": "centered",
             "weight_decay": "wd"},
    with_centered={"momentum": 0.9}, notes=(NO_MOMENTUM.replace("momentum", "gamma2"),),
    source="mxnet 1.9.1, src/operator/optimizer_op-inl.h: RMSPropUpdateKernel",
    evidence="recorded")

CHAINER = Dialect(
    name="CHAINER", library="Chainer", version="7.8.1", call="chainer.optimizers.RMSprop",
    method="RMSprop", lr=1e-2,
    settings=step(rho=0.99, eps=1e-8, eps_at="outside", v0=0.0, lr_at="outside"),
    spelled={"lr": "lr", "rho": "alpha", "eps": "eps", "eps_at": "eps_inside_sqrt",
             "weight_decay": "the hook chainer.optimizer_hooks.WeightDecay({})"},
    values={"eps_at": IN_ROOT},
    notes=("Centring and momentum are another class, RMSpropGraves: see GRAVES.",),
    source="chainer 7.8.1, optimizers/rmsprop.py", evidence="recorded")

CAFFE2 = Dialect(
    name="CAFFE2", library="Caffe2", version="in PyTorch 1", call="RmsProp", method="RMSprop",
    settings=step(rho=0.9, eps=1e-5, eps_at="inside", v0=0.0, lr_at="inside"),
    spelled={"lr": "the input lr", "rho": "decay", "momentum": "momentum", "eps": "epsilon",
             "v0": "the input mean_squares"},
    notes=("lr, the mean squares and the momentum are inputs of the operator: v0 is the caller's.",
           "v moves by (1 - decay) (g^2 - v): the same average, rounded differently."),
    source="pytorch repository, caffe2/sgd/rmsprop_op.cc")

FASTAI = Dialect(
    name="FASTAI", library="fast.ai course", version="2022, part 2", call="miniai.RMSProp",
    method="RMSprop",
    settings=step(rho=0.99, eps=1e-5, eps_at="outside", v0="g2", lr_at="outside",
                  decay="decoupled"),
    spelled={"lr": "lr", "rho": "sqr_mom", "eps": "eps", "weight_decay": "wd"},
    source="fastai/course22p2, nbs/12_accel_sgd.ipynb: v starts from the first squared gradient")

RMSPROPS = {one.name: one for one in (
    HINTON, GRAVES, DQN, A3C, PYTORCH, TF1, KERAS2, KERAS3, OPTAX, JAX, TIMM, SB3, MLX, MXNET,
    MXNET_CENTERED, MXNET1, CHAINER, CAFFE2, FASTAI)}
