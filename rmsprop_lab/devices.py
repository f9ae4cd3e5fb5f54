"""Lesson 16: several devices, each with a copy and a share of the batch. What passes between them.

A ring is simulated here with NumPy arrays in one process: it counts what each link would carry.
"""

import numpy as np

from rmsprop_lab.cost import bytes_moved
from rmsprop_lab.errors import HyperparameterError

__all__ = ["all_gather", "all_reduce", "balance", "kept", "reduce_scatter", "ring", "server",
           "sharded"]


def _checked(devices, least=1):
    if devices % 1 != 0 or devices < least:
        raise HyperparameterError(f"devices={devices}: use a whole number, at least {least}")
    return devices


def ring(devices, item=4):
    """Bytes for each parameter that an all-reduce sends over each link of a ring.

    devices: how many. item: bytes of a number. Lesson 16, eq. (16.14); Patarasuk and Yuan 2009.

    >>> ring(1), ring(2), ring(8)
    (0.0, 4.0, 7.0)
    """
    return 2 * item * (_checked(devices) - 1) / devices  # (16.14)


def server(devices, item=4):
    """Bytes for each parameter that pass through the link of a parameter server, each way.

    Gradients in, parameters out. Lesson 16, eq. (16.15).

    >>> server(8)
    32
    """
    return item * _checked(devices)  # (16.15)


def balance(rule, devices, item=4):
    """Memory speed over link speed at which the exchange in a ring takes as long as the step.

    Every device steps all parameters; of sharded ones each steps 1 / devices, and the balance is
    so much smaller. Lesson 16, eq. (16.16).

    >>> from rmsprop_lab.rmsprop import rmsprop
    >>> balance(rmsprop, 2), balance(rmsprop, 6)
    (5.0, 3.0)
    """
    return bytes_moved(rule, item) / ring(_checked(devices, least=2), item)  # (16.16)


def kept(rule, devices=1, item=4):
    """Bytes for each parameter that a device holds: theta, g and its share of the states.

    devices: how many share the states out; 1 where each has all. Lesson 16, eq. (16.17);
    Rajbhandari et al. 2020.

    >>> from rmsprop_lab.rmsprop import rmsprop
    >>> kept(rmsprop), kept(rmsprop, 8)
    (12.0, 8.5)
    """
    return item * (2 + len(rule.program.states) / _checked(devices))  # (16.17)


def reduce_scatter(rows):
    """The first half of an all-reduce in a ring: device i ends with piece i of the sum.

    rows: an array for each device, all of one shape, cut into pieces along the first axis.
    Returns the pieces, and how many numbers each device has sent to the next one.

    >>> reduce_scatter(np.array([[1, 2], [10, 20]]))
    ([array([11]), array([22])], [1, 1])
    """
    n = len(rows)
    held = [np.array_split(row, n) for row in rows]
    sent = [0] * n
    for done in range(n - 1):
        for i in range(n):  # all at once: what a device sends is never what it receives
            to, piece = (i + 1) % n, (i - 1 - done) % n
            held[to][piece] = held[to][piece] + held[i][piece]
            sent[i] += held[i][piece].size
    return [held[i][i] for i in range(n)], sent


def all_gather(pieces):
    """The second half: every device ends with all pieces. pieces: what `reduce_scatter` returns.

    Returns a whole array for each device, and how many numbers each has sent to the next one.

    >>> all_gather([np.array([11]), np.array([22])])
    ([array([11, 22]), array([11, 22])], [1, 1])
    """
    n = len(pieces)
    held = [{i: piece} for i, piece in enumerate(pieces)]
    sent = [0] * n
    for done in range(n - 1):
        for i in range(n):
            piece = (i - done) % n
            held[(i + 1) % n][piece] = held[i][piece]
            sent[i] += held[i][piece].size
    return [np.concatenate([own[j] for j in range(n)]) for own in held], sent


def all_reduce(rows):
    """Both halves: every device ends with the sum of all rows. Returns the sums, and the sent.

    >>> copies, sent = all_reduce(np.array([[1, 2], [10, 20]]))
    >>> copies[0], sent
    (array([11, 22]), [2, 2])
    """
    pieces, first = reduce_scatter(rows)
    copies, second = all_gather(pieces)
    return copies, [a + b for a, b in zip(first, second, strict=True)]


def sharded(optimizers, theta, gradients, **options):
    """A step with the mean gradient, between the halves of a ring, each device on its own piece.

    optimizers: one for each device; it keeps the states of its piece only. theta: the parameters,
    the same on all devices, not written. gradients: one for each device. options: for `step`.
    Returns the new parameters as each device has them, and the numbers that each has sent.

    >>> import rmsprop_lab as lab
    >>> copies, sent = sharded([lab.SGD(lr=1.0), lab.SGD(lr=1.0)], np.zeros(2), np.ones((2, 2)))
    >>> copies[0], sent
    (array([-1., -1.]), [2, 2])
    """
    pieces, first = reduce_scatter(gradients)
    own = [part.copy() for part in np.array_split(theta, len(optimizers))]
    for opt, part, total in zip(optimizers, own, pieces, strict=True):
        opt.step(part, total / len(optimizers), **options)
    copies, second = all_gather(own)
    return copies, [a + b for a, b in zip(first, second, strict=True)]
