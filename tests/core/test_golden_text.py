"""The text that readers see and compilers get: RMSprop in three languages, to the character."""

import ast

import pytest

import rmsprop_lab as lab
from rmsprop_lab.executors import numpy as tiles
from rmsprop_lab.rmsprop import rmsprop

C = """\
#include <cmath>
using std::fabs, std::sqrt;
typedef float T;

extern "C" void rmsprop(long n, T *theta_, const T *g_, T *v_, T rho, T k1, T eps, T lr)
{
    for (long i = 0; i < n; ++i) {
        T &theta = theta_[i];
        const T g = g_[i];
        T &v = v_[i];
        // k1 = (1.0 - rho), computed by the host in double
        const T v_new = rho * v + k1 * (g * g);
        const T theta_new = theta - lr * (g / (sqrt(v_new) + eps));
        theta = theta_new;
        v = v_new;
    }
}
"""

CUDA = """\
template <typename T>
__global__ void rmsprop(
    long n, T *theta_, const T *g_, T *v_, T rho, T k1, T eps, T lr)
{
    long i = blockIdx.x * (long)blockDim.x + threadIdx.x;
    if (i >= n) return;
    T &theta = theta_[i];
    const T g = g_[i];
    T &v = v_[i];
    // k1 = (1.0 - rho), computed by the host in double
    const T v_new = rho * v + k1 * (g * g);
    const T theta_new = theta - lr * (g / (sqrt(v_new) + eps));
    theta = theta_new;
    v = v_new;
}
"""

NUMBA = """\
# k1 = (1.0 - rho), computed by the host in double
def rmsprop(n, theta, g, v, numbers):
    rho = numbers[0]
    k1 = numbers[1]
    eps = numbers[2]
    lr = numbers[3]
    parts = threads()
    share = -(-n // parts)
    for part in prange(parts):
        low, high = min(n, part * share), min(n, (part + 1) * share)
        theta_ = theta[low:high]
        g_ = g[low:high]
        v_ = v[low:high]
        for i in range(theta_.size):
            theta_i = theta_[i]
            g_i = g_[i]
            v_i = v_[i]
            v_new = rho * v_i + k1 * (g_i * g_i)
            theta_new = theta_i - lr * (g_i / (sqrt(v_new) + eps))
            theta_[i] = theta_new
            v_[i] = v_new
"""

TILES = """\
def rmsprop(theta, g, v, rho, k1, eps, lr):
    n, dtype = theta.size, theta.dtype
    size = min(n, TILE)
    r0 = empty(size, dtype)
    r1 = empty(size, dtype)
    for low in range(0, n, TILE):
        high = min(low + TILE, n)
        theta_ = theta[low:high]
        g_ = g[low:high]
        v_ = v[low:high]
        r0_ = r0[:high - low]
        r1_ = r1[:high - low]
        multiply(rho, v_, out=r0_)
        multiply(g_, g_, out=r1_)
        multiply(k1, r1_, out=r1_)
        add(r0_, r1_, out=v_)
        sqrt(v_, out=r1_)
        add(r1_, eps, out=r1_)
        divide(g_, r1_, out=r1_)
        multiply(lr, r1_, out=r1_)
        subtract(theta_, r1_, out=theta_)
"""


@pytest.mark.parametrize(("language", "text"), [("c", C), ("cuda", CUDA), ("numba", NUMBA)])
def test_the_text_of_rmsprop(language, text):
    assert rmsprop.source(language) == text
    assert rmsprop.variant().source(language) == text


def test_the_tiles_of_rmsprop():
    assert tiles.render(rmsprop.program) == TILES


def test_a_changed_equation_is_another_text():
    assert lab.rmsprop.family.variant(eps_at="inside").source("c") != C.replace("rmsprop", "family")


def test_the_rule_itself_can_be_read():
    text = rmsprop.source("python")
    assert "v = ema(v, g * g, rho)  # (4.2)" in text and '"""' not in text
    assert isinstance(ast.parse(text).body[0], ast.FunctionDef)


def test_shared_operations_are_named_once_and_signs_are_named_first():
    text = lab.rprop.rprop.source("c")
    assert text.count("T(1)") == 1  # sign(g) is spelled out in one place
    assert "const T last_new = t2 < T(0.0) ? T(0.0) : t1;" in text


def test_brackets_stand_where_they_decide():
    """`a - (b - c)` and `a / (b / c)` keep theirs, `(a * b) + c` does not."""
    @lab.rule.rule()
    def brackets(theta, g, *, lr):
        return (theta - (g - lr)) - ((g / (theta / g)) + (g * theta)) * -(g * lr)

    line = next(x for x in brackets.source("c").splitlines() if "theta_new =" in x)
    assert line.split("= ", 1)[1] == (
        "theta - (g - lr) - (g / (theta / g) + g * theta) * -(g * lr);")
