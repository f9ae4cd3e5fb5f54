"""Rounding by chance: one of two neighbours, fair on the mean, and the same for everybody."""

import inspect

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rmsprop_lab.executors import halves, numba

F32 = np.float32
KINDS = tuple(halves.KINDS)
LARGEST = {"bfloat16": 3.3895313892515355e38, "float16": 65504.0}
ALL = np.arange(65536, dtype=np.uint16)
floats = st.integers(0, 2**32 - 1).map(lambda bits: np.array([bits], np.uint32).view(F32))


def rounded(values, kind, t=1, **where):
    """The float32 values after a rounding."""
    where = {"seed": 0, "state": 0, "tensor": 0} | where
    return halves.widen(halves.narrow(values, kind, t=t, **where), kind)


def grid(kind):
    """All finite values of the dtype, in order; NumPy and Python alone know them."""
    if kind == "float16":
        with np.errstate(invalid="ignore"):  # signalling NaN
            values = ALL.view(np.float16).astype(F32)
    else:
        values = (ALL.astype(np.uint32) << 16).view(F32)
    return np.unique(values[np.isfinite(values)])


def samples(kind, size=4000):
    """float32 numbers over and beyond the dtype's range."""
    rng = np.random.default_rng(0)
    low, high = (-140, 126) if kind == "bfloat16" else (-30, 15)
    x = rng.standard_normal(size) * 2.0 ** rng.integers(low, high, size)
    return np.clip(x, -LARGEST[kind], LARGEST[kind]).astype(F32)


@pytest.mark.parametrize("kind", KINDS)
def test_every_stored_number_survives(kind):
    stored = ALL.view(halves.KINDS[kind])
    wide = halves.widen(stored, kind)
    known = ~np.isnan(wide)
    for t in range(5):
        back = halves.narrow(wide, kind, 0, t, 0, 0).view(np.uint16)
        assert (back[known] == ALL[known]).all()
        assert np.isnan(halves.widen(back.view(halves.KINDS[kind]), kind)[~known]).all()
    assert set(wide[np.isfinite(wide)]) == set(grid(kind))
    assert np.signbit(wide[ALL == 0x8000]).all() and np.isinf(wide).sum() == 2


@pytest.mark.parametrize("kind", KINDS)
def test_the_result_is_one_of_the_two_neighbours(kind):
    x, values = samples(kind), grid(kind)
    above = np.searchsorted(values, x)  # the first value that is not below x
    up = values[above]
    down = np.where(up == x, x, values[np.maximum(above - 1, 0)])
    seen = np.array([rounded(x, kind, t) for t in range(20)])
    assert ((seen == up) | (seen == down)).all()
    inexact = up != x
    assert inexact.sum() > 1000 and (seen[:, ~inexact] == x[~inexact]).all()
    both = (seen == up).any(axis=0) & (seen == down).any(axis=0)
    assert both[inexact].mean() > 0.5


def z_score(kind, x, rounding, many=40000):
    """By how many standard errors the mean of many roundings of x misses x."""
    values = grid(kind)
    k = np.searchsorted(values, x)
    down, up = values[k - 1].astype(float), values[k].astype(float)
    p = (float(x) - down) / (up - down)
    mean = rounding(np.full(many, x, F32)).astype(float).mean()
    return (mean - float(x)) / ((up - down) * np.sqrt(p * (1 - p) / many))


POINTS = [(kind, F32(x)) for kind in KINDS
          for x in (1.001, 1 / 3, -0.7001, 3.3e-5, 4.2e-7, 1.3e-8, -1e-9, 1000.3, 6.1e-5)]


@pytest.mark.parametrize(("kind", "x"), POINTS, ids=str)
def test_the_mean_is_the_value(kind, x):
    """Over the elements of one step, and over the steps of one element."""
    assert abs(z_score(kind, x, lambda a: rounded(a, kind))) < 5
    assert abs(z_score(kind, x, lambda a: np.array(
        [rounded(a[:1], kind, t)[0] for t in range(len(a))]), 2000)) < 5


def mutants(kind):
    """The description with one thing wrong: always up, always down, to the nearest."""
    text = inspect.getsource(halves.description)
    entry = f"def narrow_{kind}(x, n):\n"
    assert entry in text
    for wrong in ("0 * n", "0 * n + 0xFFFFFFFF", "0 * n + 0x80000000", "n >> 1"):
        scope = dict(vars(halves))
        exec(text.replace(entry, f"{entry}        n = u32({wrong})\n"), scope)
        yield scope["description"](kind, np.where)


@pytest.mark.parametrize("kind", KINDS)
def test_a_biased_rounding_is_seen(kind):
    noise = np.random.default_rng(0).integers(0, 2**32, 40000, dtype=np.uint32)
    right = halves.description(kind, np.where)
    x = F32(1.001)
    assert abs(z_score(kind, x, lambda a: right.wide(right.narrow(a, noise)))) < 5
    for wrong in mutants(kind):
        assert abs(z_score(kind, x, lambda a, f=wrong: f.wide(f.narrow(a, noise)))) > 5


@pytest.mark.parametrize("kind", KINDS)
def test_the_ends_of_the_range(kind):
    big = F32(LARGEST[kind])
    above = np.nextafter(big, F32(np.inf))
    strange = np.array([0.0, -0.0, np.inf, -np.inf, np.nan, -np.nan, above, -above,
                        np.finfo(F32).max, 1e-45, -1e-45], F32)
    for t in range(50):
        got = rounded(strange, kind, t)
        assert got[:2].tobytes() == strange[:2].tobytes()
        assert np.isposinf(got[2]) and np.isneginf(got[3]) and np.isnan(got[4:6]).all()
        assert np.isfinite(got[6:]).all() and got[6] == big and got[7] == -big and got[8] == big
        assert not got[9] < 0 and not got[10] > 0
    bits = halves.narrow(strange[4:6], kind, 0, 1, 0, 0).view(np.uint16)
    assert bits[0] == bits[1]  # libraries differ in the sign of NaN


def test_denormals_of_float16_are_multiples_of_the_smallest():
    rng = np.random.default_rng(0)
    x = (2.0 ** rng.uniform(-34, -14, 5000)).astype(F32)
    steps = rounded(x, "float16").astype(float) * 2.0**24
    assert (steps == np.round(steps)).all()
    assert (np.abs(steps - x.astype(float) * 2.0**24) < 1).all()
    assert (steps[x < 2.0**-24] <= 1).all() and (steps[x < 2.0**-24] == 1).any()


@pytest.mark.parametrize("kind", KINDS)
def test_the_chance_depends_on_everything_and_on_nothing_else(kind):
    x = np.random.default_rng(1).standard_normal((100, 70)).astype(F32)
    place = {"seed": 5, "t": 7, "state": 1, "tensor": 2}
    first = halves.narrow(x, kind, **place)
    assert first.tobytes() == halves.narrow(x.copy(order="F"), kind, **place).tobytes()
    for name in place:
        other = halves.narrow(x, kind, **place | {name: place[name] + 1})
        assert 0.2 < (other != first).mean() < 0.8  # of the inexact ones, near a third
    assert len({halves.narrow(x, kind, **place | {"state": k}).tobytes() for k in range(6)}) == 6
    out = np.empty(x.shape, halves.KINDS[kind])
    assert halves.narrow(x, kind, **place, out=out) is out and out.tobytes() == first.tobytes()
    flat = halves.narrow(x.reshape(-1), kind, **place)
    assert flat.tobytes() == first.tobytes()
    empty = halves.narrow(x[:0], kind, **place)
    assert empty.shape == (0, 70) and halves.widen(empty, kind).shape == (0, 70)
    assert halves.narrow(np.array(0.3, F32), kind, **place).shape == ()


def test_noise_is_uniform_and_uncorrelated():
    """Each bit half of the time, and no bit with its neighbours in element, step or tensor."""
    f = halves.description("bfloat16", np.where)

    def bits(t, tensor=0, state=0):
        where = [np.array([x], np.uint32) for x in (0, t, state, tensor)]
        a, b = (f.key(*where, np.array([w], np.uint32)) for w in (0, 1))
        noise = f.noise(np.arange(20000, dtype=np.uint32), a, b)
        return (noise[:, None] >> np.arange(32, dtype=np.uint32)) & 1
    first = bits(1).astype(float) - 0.5
    for other in (bits(2), bits(1, tensor=1), bits(1, state=1), np.roll(bits(1), 1, axis=0)):
        correlation = 4 * (first.T @ (other - 0.5)) / len(first)
        assert np.abs(correlation).max() < 6 / np.sqrt(len(first))
    halved = 4 * (first[:, :16].T @ first[:, 16:]) / len(first)  # two states share the word
    assert np.abs(halved).max() < 6 / np.sqrt(len(first))
    assert np.abs(first.mean(axis=0)).max() < 5 * 0.5 / np.sqrt(len(first))


@pytest.mark.skipif(not numba.available(), reason="Numba is not installed")
@pytest.mark.parametrize("kind", KINDS)
@given(x=floats, n=st.integers(0, 2**32 - 1))
def test_numba_and_numpy_round_alike(kind, x, n):
    compiled, plain = halves.scalar(kind), halves.description(kind, np.where)
    bits = plain.narrow(x, np.array([n], np.uint32))
    assert compiled.narrow(x[0], np.uint32(n)) == bits[0]
    again = np.array([compiled.wide(bits[0])], F32)
    assert again.tobytes() == plain.wide(bits).tobytes()


def test_rounding_to_the_nearest_is_numpys():
    x = samples("float16")
    assert halves.nearest(x, "float16").tobytes() == x.astype(np.float16).tobytes()
    near = halves.widen(halves.nearest(x, "bfloat16"), "bfloat16").astype(float)
    values = grid("bfloat16").astype(float)
    k = np.clip(np.searchsorted(values, x), 1, len(values) - 1)
    assert (np.abs(near - x) == np.minimum(np.abs(values[k] - x), np.abs(values[k - 1] - x))).all()
