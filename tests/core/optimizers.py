"""Every optimizer in many settings, for the tests that must hold for all of them."""

import numpy as np
from hypothesis import strategies as st

import rmsprop_lab as lab

DTYPES = (np.float32, np.float64)
small = st.sampled_from([0.0, 0.25, 0.5, 0.9, 0.99])
eps = st.sampled_from([0.0, 1e-8, 1e-3])
decay = {"weight_decay": st.sampled_from([0.0, 0.125])}
rate, place = st.sampled_from([1e-3, 0.125]), st.sampled_from(["outside", "inside"])


@st.composite
def rmsprop(draw):
    """A valid RMSprop: the pairs that exclude each other are not drawn together."""
    start = draw(st.sampled_from(["plain", "debias", "one", "g2", "centered", "centered1"]))
    momentum = draw(small)
    return lab.RMSprop(
        lr=draw(rate), rho=draw(small), eps=draw(eps), eps_at=draw(place),
        v0={"one": 1.0, "g2": "g2", "centered1": 1.0}.get(start, 0.0), debias=start == "debias",
        centered=start.startswith("centered"), momentum=momentum,
        nesterov=draw(st.booleans()) if momentum else False,
        lr_at=draw(place),
        weight_decay=draw(decay["weight_decay"]), decay=draw(st.sampled_from(["l2", "decoupled"])))


@st.composite
def adam(draw):
    debias, eps_at = draw(st.booleans()), draw(st.sampled_from(["outside", "inside", "hat"]))
    peaks = ["off", "raw", "debiased"] if debias and eps_at != "hat" else ["off", "raw"]
    return lab.Adam(
        lr=draw(rate), beta1=draw(small), beta2=draw(small), eps=draw(eps), eps_at=eps_at,
        debias=debias, amsgrad=draw(st.sampled_from(peaks)),
        weight_decay=draw(decay["weight_decay"]), decay=draw(st.sampled_from(["l2", "decoupled"])))


@st.composite
def sgd(draw):
    momentum = draw(small)
    return lab.SGD(lr=draw(rate), momentum=momentum, weight_decay=draw(decay["weight_decay"]),
                   nesterov=draw(st.booleans()) if momentum else False)


any_optimizer = st.one_of(
    rmsprop(), rmsprop(), adam(), sgd(), st.builds(lab.AdamW, lr=rate, beta1=small),
    st.builds(lab.AdaGrad, lr=rate, eps=eps, eps_at=place,
              accumulator0=st.sampled_from([0.0, 0.1]), **decay),
    st.builds(lab.AdaDelta, lr=rate, rho=small, eps=eps), st.builds(lab.Rprop, lr=rate),
    st.builds(lab.Adamax, lr=rate, beta1=small, beta2=small, eps=eps, debias=st.booleans(),
              eps_at=st.sampled_from(["inside", "outside"]), **decay),
    st.builds(lab.NAdam, lr=rate, beta1=small, beta2=small, eps=eps,
              momentum_decay=st.sampled_from([0.004, 1.0, "inf"]), **decay),
    st.builds(lab.AdaBelief, lr=rate, beta1=small, beta2=small, eps=eps, **decay,
              eps_s=st.sampled_from(["eps", 0.0, 1e-6])))


def gradients(seed, steps, shape, dtype):
    """Gradients over some decades, with exact zeros among them."""
    rng = np.random.default_rng(seed)
    g = rng.standard_normal((steps, *shape)) * 10.0 ** rng.integers(-4, 3, (steps, *shape))
    return np.where(rng.random(g.shape) < 0.1, 0.0, g).astype(dtype)


def bits(tree):
    """All arrays of a container, or of a dict of containers, as bytes."""
    if isinstance(tree, dict):
        return {k: bits(x) for k, x in tree.items()}
    return [bits(x) for x in tree] if isinstance(tree, list) else tree.tobytes()
