"""What stands behind a figure: the contender's second step against float64, and ours bit for bit.

The rule is the same for every element, so a sample spread over the whole array is stepped on the
host, from the contender's own parameters and state after its first step.
"""

import numpy as np

from rmsprop_lab.bench.accuracy import ulps

__all__ = ["LIMITS", "check", "sample"]

#: Ulps that a step may be away from the same step in float64.
LIMITS = {"v": 2.0, "theta": 4.0}
#: Part of its length that a step may be away before it is a step of something else.
ANOTHER = 1e-2
#: Elements compared, at most about twice as many.
MOST = 2**19


def sample(tensors, most=MOST):
    """Elements from the first to the last of a list of tensors, in order, as one NumPy array.

    >>> sample([np.arange(5.0), np.array([[7.0, 8.0]])], most=4).tolist()
    [0.0, 3.0, 4.0, 7.0, 8.0]
    """
    stride = -(-sum(x.size for x in tensors) // most)
    stride += stride > 1 and stride % 2 == 0  # odd: no block or vector is always missed
    parts = []
    for x in tensors:
        flat = x.reshape(-1)
        parts += [flat[::stride], flat[-1:]] if (flat.size - 1) % stride else [flat[::stride]]
    return np.concatenate([p if isinstance(p, np.ndarray) else p.get() for p in parts])


def check(contender, gradients):
    """Make two steps; returns name -> ulps of the second, a complaint or None, and whether to time.

    gradients: those that the contender steps with, as a list of tensors. A peer that rounds more
    than it need is timed with its complaint (optax computes Adam's 1 - beta2^t in float32); one
    whose step is another step is not, and of ours none with a complaint.
    """
    contender.step()
    before, g = _read(contender), sample(gradients)
    contender.step()
    after, exact = _read(contender), _stepped(contender, before, g, np.float64)
    larger = np.maximum(np.abs(before["theta"].astype(np.float64)),
                        np.abs(exact["theta"] - before["theta"]))
    errors = {name: float(ulps(after[name], x, larger if name == "theta" else None))
              for name, x in exact.items()}
    wrong = [f"{name} is {errors[name]:.3g} ulp from float64, above {limit:g}"
             for name, limit in LIMITS.items() if not errors[name] <= limit]  # NaN is above
    if contender.ours:
        same = _stepped(contender, before, g, np.float32)
        wrong += [f"{name} has other bits than the CPU's" for name, x in same.items()
                  if x.tobytes() != after[name].tobytes()]
    apart = max(_apart(after["theta"], exact["theta"], before["theta"]),
                _apart(after["v"], exact["v"], 0.0))
    if not apart <= ANOTHER:
        wrong.append(f"another step, {100 * apart:.2g} % away")
    return errors, "; ".join(wrong) or None, not wrong or (not contender.ours and apart <= ANOTHER)


def _apart(got, exact, before):
    """The largest difference over the largest move."""
    return float(np.max(np.abs(got - exact)) / np.max(np.abs(exact - before)))


def _read(contender):
    return {name: sample(leaves) for name, leaves in contender.read().items()}


def _stepped(contender, before, g, dtype):
    """The second step by the lab's reference on the host."""
    optimizer, theta = contender.exact(), before["theta"].astype(dtype)
    optimizer.executor = "reference"
    optimizer.init(theta)
    optimizer.t = 1
    for name, state in optimizer.state.items():
        state[...] = before[name]
    optimizer.step(theta, g.astype(dtype))
    return {"theta": theta} | optimizer.state
