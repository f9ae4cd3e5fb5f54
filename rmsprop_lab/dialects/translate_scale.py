"""Gradients that grow by a factor: the settings that take the same steps."""

from rmsprop_lab.dialects.laws import rescaled

__all__ = ["scaled"]


def scaled(method, settings, lr, factor):
    """(settings, lr) for gradients that are `factor` times as large, with the same steps.

    Equation (6.20) for every method: eps beside the root grows with the factor, what is under the
    root with its square. None in place of the settings where no constants do that (AdaDelta).

    >>> scaled("RMSprop", {"eps": 1e-4, "eps_at": "inside", "v0": 1.0}, 0.01, 2.0)
    ({'eps': 0.0004, 'eps_at': 'inside', 'v0': 4.0}, 0.01)
    """
    s = dict(settings)
    if factor == 1:
        return s, lr
    if method == "AdaDelta":
        return None, lr
    if s.get("eps_s") == "eps":
        s["eps_s"] = s["eps"]  # one number in two units: they part
    said = {name: s[name] for name in ("eps", "eps_at", "v0", "weight_decay", "decay") if name in s}
    if method == "Adamax":
        said["eps_at"] = "outside"  # no root: its eps stands beside |g| wherever it is written
    law = rescaled(factor, **said)
    s |= {name: law[name] for name in said if name != "eps_at"}
    for name in ("accumulator0", "eps_s"):  # squares of gradients, as v0 is
        if isinstance(s.get(name), float):
            s[name] = rescaled(factor, v0=s[name])["v0"]
    return s, lr / factor if method == "SGD" else lr
