"""Lesson 16: the equations of more than one device, checked without `rmsprop_lab.devices`."""

import math
from collections import Counter
from fractions import Fraction

import numpy as np
import pytest
import sympy

from rmsprop_lab import adam, descent, devices, rmsprop

METHODS = {  # states
    "SGD": (descent.family.variant(), 0),
    "RMSprop": (rmsprop.rmsprop, 1),
    "centred": (rmsprop.family.variant(momentum="plain", centered="yes"), 3),
    "Adam": (adam.family.variant(), 2),
}


def ring_by_messages(rows):
    """All sums by messages in a dictionary, one link to the next device; numbers sent on each."""
    n, size = len(rows), len(rows[0])
    share = size // n
    have = [dict(enumerate(row)) for row in rows]
    sent = Counter()
    for phase in ("add", "copy"):
        for turn in range(n - 1):
            post = {}
            for i in range(n):
                piece = (i - turn + (phase == "copy")) % n
                post[i] = {k: have[i][k] for k in range(piece * share, (piece + 1) * share)}
                sent[i, (i + 1) % n] += share
            for i, letter in post.items():
                box = have[(i + 1) % n]
                for k, x in letter.items():
                    box[k] = box[k] + x if phase == "add" else x
    return [[box[k] for k in range(size)] for box in have], sent


@pytest.mark.parametrize("n", [1, 2, 3, 4, 8])
def test_eq_16_14_a_ring_of_messages(n):
    size = 3 * n
    rows = [[Fraction(1, 7 * i + k + 1) for k in range(size)] for i in range(n)]
    sums, sent = ring_by_messages(rows)
    assert all(own == [sum(column) for column in zip(*rows, strict=True)] for own in sums)
    claimed = Fraction(2 * (n - 1), n)
    assert {Fraction(x, size) for x in sent.values()} == ({claimed} if n > 1 else set())
    assert devices.ring(n) == pytest.approx(float(4 * claimed)) and claimed < 2
    assert 4 * claimed != 2 * 4 * Fraction(n, n + 1)  # a round more


def fewest_messages(n):
    """Least number of messages after which all n devices have heard of all, over all plans."""
    seen = {tuple(1 << i for i in range(n))}
    everything, count = (2**n - 1,) * n, 0
    while everything not in seen:
        count += 1
        seen = {(*s[:j], s[i] | s[j], *s[j + 1:]) for s in seen for i in range(n)
                for j in range(n) if i != j}
    return count


@pytest.mark.parametrize("n", [2, 3, 4])
def test_eq_16_14_no_plan_among_the_devices_does_with_fewer(n):
    # a message that carried all the sender has would do more than a sum may, and it is no better
    assert fewest_messages(n) == 2 * (n - 1) == n * devices.ring(n, item=1)


@pytest.mark.parametrize("n", [1, 2, 8])
def test_eq_16_15_a_server(n):
    link = Counter()
    gradients, total = [[1] * 5] * n, [0] * 5
    for gradient in gradients:
        total = [a + b for a, b in zip(total, gradient, strict=True)]
        link["in"] += len(gradient)
    for _ in gradients:
        link["out"] += len(total)
    assert link["in"] == link["out"] == 5 * n
    assert total == [n] * 5 and devices.server(n) == 4 * n


def test_eq_16_16_where_the_exchange_takes_as_long():
    n, w, u, s, k, many = sympy.symbols("n W U s k N", positive=True)
    exchange = n * 2 * s * (many - 1) / many / u
    step = n * s * (3 + 2 * k) / w
    (ratio,) = sympy.solve(sympy.Eq(exchange, step), w)
    claimed = (3 + 2 * k) / 2 * many / (many - 1)
    assert sympy.simplify(ratio / u - claimed) == 0
    assert sympy.simplify(ratio / u - (3 + 2 * k) / 2 * (many - 1) / many) != 0
    for name, (some_rule, states) in METHODS.items():
        for count in (2, 4, 8, 64):
            value = claimed.subs({k: states, many: count})
            assert devices.balance(some_rule, count) == pytest.approx(float(value)), name
    above = exchange.subs({many: 8, w: 3, u: 1}) - step.subs({k: 1, w: 3})
    assert above > 0 and ratio.subs({u: 1, k: 1, many: 8}) < 3  # memory three times as fast


@pytest.mark.parametrize("states", [0, 1, 2, 3])
def test_eq_16_16_in_shards_falls_below_one(states):
    for many in range(2, 12):
        sharded = Fraction(3 + 2 * states, 2) * Fraction(many, many - 1) / many
        assert (sharded < 1) == (many > states + Fraction(5, 2))


@pytest.mark.parametrize("name", METHODS)
def test_eq_16_17_what_a_device_keeps(name):
    some_rule, states = METHODS[name]
    for many in (1, 2, 4, 8):
        arrays = [np.zeros(64, np.float32) for _ in range(2)]  # theta and g
        arrays += [np.zeros(64 // many, np.float32) for _ in range(states)]
        found = sum(x.nbytes for x in arrays) / 64
        assert found == 4 * (2 + Fraction(states, many)) == devices.kept(some_rule, many)


def test_a_sharded_step_sends_no_more_and_needs_no_other_v():
    rng = np.random.default_rng(16)
    theta, v = np.ones(12, np.float32), np.zeros(12, np.float32)
    parts, averages = np.split(theta.copy(), 4), np.split(v.copy(), 4)
    for _ in range(9):
        g = rng.standard_normal((4, 12)).astype(np.float32).sum(axis=0) / np.float32(4)
        v = np.float32(0.9) * v + np.float32(0.1) * (g * g)
        theta = theta - np.float32(0.1) * g / (np.sqrt(v) + np.float32(1e-8))
        for i, piece in enumerate(np.split(g, 4)):
            averages[i] = np.float32(0.9) * averages[i] + np.float32(0.1) * (piece * piece)
            parts[i] = parts[i] - np.float32(0.1) * piece / (np.sqrt(averages[i])
                                                            + np.float32(1e-8))
    assert (np.concatenate(parts) == theta).all() and (np.concatenate(averages) == v).all()


def test_what_crosses_the_shards_is_repaired_by_one_exchange():
    g = np.random.default_rng(17).standard_normal((40, 25))
    pieces = np.split(g, 4)
    norms = [np.linalg.norm(piece) for piece in pieces]
    assert math.hypot(*norms) == pytest.approx(np.linalg.norm(g))  # one number from each
    assert max(norms) < 0.8 * np.linalg.norm(g)
    columns = sum((piece**2).sum(axis=0) for piece in pieces) / 40  # one row from each
    rows = [(piece**2).mean(axis=1, keepdims=True) for piece in pieces]
    mended = np.concatenate([r / columns.mean() * columns for r in rows])
    squares = g**2
    whole = squares.mean(axis=1, keepdims=True) * squares.mean(axis=0) / squares.mean()
    assert mended == pytest.approx(whole)
    own = np.concatenate([r / r.mean() * (p**2).mean(axis=0)
                          for r, p in zip(rows, pieces, strict=True)])
    assert own != pytest.approx(whole)
