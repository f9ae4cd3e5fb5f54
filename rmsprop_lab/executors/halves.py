"""States in 16 bits: how a float32 is rounded to one of its two neighbours, by chance and fairly.

A state of half the bytes takes half the memory and half the traffic. Rounding to the nearest would
lose what the state gains in a step, (1 - rho) g^2, whenever that is below half the spacing
of the 16-bit numbers around v. Rounding up with the probability of the part that is cut off keeps
the mean: what is lost in one step is gained in another.

The chance is a hash of what is rounded: (seed, t, state, tensor, element). It knows nothing of
threads, tiles or executors. Two states share a hash, of which each takes the other half first, so
that Adam's two means cost one. One description below serves NumPy's arrays and Numba's scalars.

bfloat16 is the upper half of a float32; NumPy has no such dtype, and its bits are kept as uint16.
float16 has more digits and less range: steps of 2^-24 near zero, and 65504 as its largest.
In both, a finite number beyond the largest becomes the largest, never an infinity; infinities and
NaN stay (NaN loses its payload and its sign), zeros keep their sign.
"""

from functools import cache
from types import SimpleNamespace

import numpy as np

from rmsprop_lab.arrays import to_host

__all__ = ["KINDS", "description", "narrow", "nearest", "scalar", "widen"]

#: Word -> the NumPy dtype in which a state is stored.
KINDS = {"bfloat16": np.dtype(np.uint16), "float16": np.dtype(np.float16)}
#: Elements rounded at a time, so that NumPy's temporaries stay in cache.
TILE = 16384

u16, u32, i32, i64, f32 = np.uint16, np.uint32, np.int32, np.int64, np.float32
SMALLEST = f32(2.0**-24)


def description(kind, where, compiled=lambda function: function):
    """The functions wide, narrow, noise, turned and key, by name.

    They take arrays, or, when `compiled`, Numba's scalars; `where` is that of either. Numba makes
    64 bits of every operation: hence the casts, which LLVM takes back.
    """
    @compiled
    def mix(x):  # a bijection of 32 bits: Wellons 2018, "lowbias32"
        x = u32((x ^ (x >> 16)) * 0x7FEB352D)
        x = u32((x ^ (x >> 15)) * 0x846CA68B)
        return u32(x ^ (x >> 16))

    @compiled
    def key(seed, t, state, tensor, word):
        """One of the two words that tell the noise of one tensor in one step from all others."""
        x = mix(u32(u32(seed) + u32(word * 0x3C6EF372)))
        x = mix(u32(x + u32(t)))
        x = mix(u32(x + u32(state)))
        return mix(u32(x + u32(tensor)))

    @compiled
    def noise(i, a, b):  # 32 bits for element i: mix, with the second word let in half-way
        x = u32(u32(i) + a)
        x = u32(u32((x ^ (x >> 16)) * 0x7FEB352D) ^ b)
        x = u32((x ^ (x >> 15)) * 0x846CA68B)
        return u32(x ^ (x >> 16))

    @compiled
    def turned(n):  # the same bits, for another state: what rounds it are the upper halves
        return u32(u32(n << 16) | u32(n >> 16))

    @compiled
    def wide_bfloat16(h):
        return u32(u32(h) << 16).view(f32)

    @compiled
    def narrow_bfloat16(x, n):
        u = f32(x).view(u32)
        size = u32(u & 0x7FFFFFFF)
        # From the largest on nothing is rounded up: its last digits are cut off, infinity has none.
        added = u32(where(size >= 0x7F7F0000, 0, u32(n >> 16)))
        cut = u32(u32(u + added) >> 16)
        return u16(where(size > 0x7F800000, 0x7FC0, cut))

    @compiled
    def wide_float16(h):
        size = u32(h & 0x7FFF)
        small = f32(f32(i32(size)) * SMALLEST)  # below 2^-14 the bits count steps of 2^-24
        bits = u32(u32(size << 13) + u32(where(size >= 0x7C00, 224 << 23, 112 << 23)))
        bits = where(size < 0x400, f32(small).view(u32), bits)
        return u32(bits | u32(u32(h & 0x8000) << 16)).view(f32)

    @compiled
    def narrow_float16(x, n):
        u = f32(x).view(u32)
        size = u32(u & 0x7FFFFFFF)
        exponent = i64(u32(size >> 23))
        normal = size >= (113 << 23)
        # A fixed-point number with 32 bits after the point, in units of the spacing at x.
        digits = i64(where(normal, u32(size - (112 << 23)), u32(u32(size & 0x7FFFFF) | 0x800000)))
        shift = where(normal, 13, where(exponent < 63, 63, 126 - exponent))
        fixed = i64(i64(digits << 32) >> i64(shift))
        cut = u32(i64(fixed + i64(n)) >> 32)
        cut = u32(where(cut >= 0x7C00, 0x7BFF, cut))
        cut = u32(where(size >= 0x7F800000, 0x7C00, cut))
        cut = u32(cut | u32(u32(u >> 16) & 0x8000))
        return u16(where(size > 0x7F800000, 0x7E00, cut))

    wide, narrow = {"bfloat16": (wide_bfloat16, narrow_bfloat16),
                    "float16": (wide_float16, narrow_float16)}[kind]
    return SimpleNamespace(wide=wide, narrow=narrow, noise=noise, turned=turned, key=key)


@cache
def scalar(kind):
    """The description compiled by Numba, to be called in a loop over elements."""
    import numba

    @numba.njit
    def where(condition, a, b):
        return a if condition else b
    return description(kind, where, numba.njit)


@cache
def _arrays(kind):
    return description(kind, np.where)


def widen(stored, kind):
    """The float32 values of a stored state; exact. stored: any shape, dtype KINDS[kind].

    >>> widen(np.array([0x3FC0], np.uint16), "bfloat16")
    array([1.5], dtype=float32)
    """
    bits = np.ascontiguousarray(stored).reshape(-1).view(u16)
    return _arrays(kind).wide(bits).reshape(stored.shape)


def narrow(values, kind, seed, t, state, tensor, out=None):
    """Round float32 values to 16 bits by chance: the mean over many t is the value.

    values: any shape; elements are counted in C order. state and tensor are indices. out: a
    C-contiguous array of dtype KINDS[kind] to write. A float16 below 2^-24 becomes 2^-24 or zero
    with a probability that is itself rounded down to a multiple of 2^-32.
    Source: Gupta, Agrawal, Gopalakrishnan and Narayanan 2015, section 3.

    >>> one_third = np.full(3000, 1 / 3, np.float32)
    >>> sorted(set(widen(narrow(one_third, "bfloat16", 0, 1, 0, 0), "bfloat16").tolist()))
    [0.33203125, 0.333984375]
    """
    f, odd = _arrays(kind), state & 1
    seed, t, state, tensor = (np.array([x & 0xFFFFFFFF], u32) for x in (seed, t, state, tensor))
    a, b = (f.key(seed, t, state >> 1, tensor, np.array([word], u32)) for word in (0, 1))
    flat = np.ascontiguousarray(to_host(values), f32).reshape(-1)
    out = np.empty(values.shape, KINDS[kind]) if out is None else out
    bits = out.reshape(-1).view(u16)
    for low in range(0, flat.size, TILE):
        part = flat[low:low + TILE]
        i = np.arange(low, low + part.size, dtype=np.uint64)
        noise = f.noise(i, a, b)
        bits[low:low + TILE] = f.narrow(part, f.turned(noise) if odd else noise)
    return out


def nearest(values, kind):
    """Round to the nearest, ties to even, as a cast does: for comparison; the lab does not use it.

    >>> widen(nearest(np.array([1 / 3], np.float32), "bfloat16"), "bfloat16")
    array([0.33398438], dtype=float32)
    """
    if kind == "float16":
        with np.errstate(over="ignore"):
            return values.astype(np.float16)
    u = np.ascontiguousarray(values, f32).view(u32)
    return ((u + u32(0x7FFF) + ((u >> u32(16)) & u32(1))) >> u32(16)).astype(u16)
