"""The multi-tensor kernel: its text through NVRTC, its body through g++, its work list."""

import dataclasses
import os
import re

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import rmsprop_lab as lab
from rmsprop_lab import executors
from rmsprop_lab.executors import cupy_list
from rmsprop_lab.executors.identity import DTYPES, SIGNED, cases, hostile, numbers, same_bits
from rmsprop_lab.prepared import prepared
from tests.core import cuda
from tests.gpu import gpp

CLEARING = prepared(lab.rmsprop.rmsprop.variant(), True, True)
RULES = [*(case.rule for case in cases() if case.once), CLEARING]
FORMS = ("values", "buffer")
SIZES = (1, 7, 255, 256, 257, 65537)


def unit(dtype, form):
    """Every rule's kernel in one text: one compilation for all."""
    return "".join(
        f"namespace n{k} {{\n"
        f"{cupy_list.render(dataclasses.replace(r.program, name=f'p{k}'), dtype.name, form)}}}\n"
        for k, r in enumerate(RULES))


@pytest.fixture(scope="module")
def nvrtc():
    try:
        from cupy_backends.cuda.libs import nvrtc

        nvrtc.getVersion()
    except (ImportError, RuntimeError, OSError) as error:
        if os.environ.get("CI"):
            pytest.fail(f"NVRTC cannot be loaded: {error}")
        pytest.skip(f"NVRTC cannot be loaded: {error}")


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("dtype", DTYPES, ids=str)
@pytest.mark.parametrize("architecture", ["sm_75", "sm_80", "sm_90"])
def test_every_kernel_compiles(nvrtc, architecture, dtype, form):
    code = cuda.nvrtc_compile(unit(dtype, form), architecture)
    assert all(f"p{k}_list".encode() in code for k in range(len(RULES)))


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("dtype", DTYPES, ids=str)
def test_no_kernel_contracts_approximates_or_widens(nvrtc, dtype, form):
    text, bits = unit(dtype, form), 8 * dtype.itemsize
    exact = cuda.nvrtc_compile(text, "compute_80")
    assert not re.search(r"(fma|mad)\.(rn\.)?f", exact) and ".ftz" not in exact
    roots, quotients = (set(re.findall(rf"\b{op}\.[a-z.]+\.?f\d+", exact))
                        for op in ("sqrt", "div"))
    assert roots == {f"sqrt.rn.f{bits}"} and quotients == {f"div.rn.f{bits}"}
    assert bits == 64 or ".f64" not in exact
    assert f"fma.rn.f{bits}" in cuda.nvrtc_compile(text, "compute_80", options=())
    assert bits == 64 or ".f64" in cuda.nvrtc_compile(text.replace("T(2.0)", "2.0"), "compute_80")


@given(st.lists(st.integers(0, 50), min_size=1, max_size=8), st.integers(1, 20))
def test_the_chunks_cover_every_element_once(sizes, most):
    seen = [(k, i) for k, first, size in cupy_list.chunks(sizes, most).tolist()
            for i in range(first, first + size)]
    assert seen == [(k, i) for k, size in enumerate(sizes) for i in range(size)]
    assert all(size == most or first + size == sizes[k]
               for k, first, size in cupy_list.chunks(sizes, most).tolist())


def jobs(rule, dtype, sizes=SIZES, seed=0):
    return [tuple(hostile((seed, k, n), dtype, size, name in SIGNED or n < 2)
                  for n, name in enumerate(("theta", "g", *rule.state)))
            for k, size in enumerate(sizes)]


def differing(rule, dtype, cupy, sizes=SIZES, steps=2):
    """How many numbers of the list step differ from the reference's."""
    theirs, count = jobs(rule, dtype, sizes), 0
    for t in range(1, steps + 1):
        said = numbers(t, edge=t == 2) | {"scale": 0.7}
        said = {n: x for n, x in said.items() if n in rule.number_names}
        ours = [tuple(cupy.asarray(x) for x in job) for job in theirs]
        executors.step("auto", rule, ours, said)
        executors.step("reference", rule, theirs, said)
        count += sum(int((~same_bits(x, y.get())).sum())
                     for a, b in zip(theirs, ours, strict=True) for x, y in zip(a, b, strict=True))
        for k, job in enumerate(theirs):
            job[1][:] = hostile((t, k), dtype, job[1].size)
    return count


@pytest.mark.parametrize("dtype", DTYPES, ids=str)
def test_every_body_gives_the_bits_of_its_rule(fake, dtype):
    gpp.prebuild([cupy_list.render(r.program, dtype.name) for r in RULES])
    for rule in RULES:
        fake.launches = 0
        assert differing(rule, dtype, fake) == 0, rule
        assert (fake.launches, fake.singles) == (2, 0)


MUTATIONS = {
    "another equation": ("sqrt(v_new) + eps", "sqrt(v_new + eps)"),
    "another array": ("addresses_[1 * tensors_ + at_]", "addresses_[0 * tensors_ + at_]"),
    "another tensor": ("gradients_[at_]", "gradients_[0]"),
    "another place": ("(gradients_[at_]) + first_", "(gradients_[at_])"),
    "a thread left out": ("i_ = threadIdx.x", "i_ = threadIdx.x + 1"),
    "an end left out": ("i_ < size_", "i_ < size_ - 1"),
}


@pytest.mark.parametrize("name", MUTATIONS)
def test_a_wrong_kernel_is_seen(fake, monkeypatch, name):
    right, (old, new) = cupy_list.render, MUTATIONS[name]
    text = right(lab.rmsprop.rmsprop.program)
    assert text.count(old) == 1
    monkeypatch.setattr(cupy_list, "render", lambda *a: right(*a).replace(old, new))
    sizes = (7, 5000) if "tensor" not in name else (5000, 5000)  # nothing read past its end
    assert differing(lab.rmsprop.rmsprop, DTYPES[0], fake, sizes, steps=1)


def model(cupy, dtypes=(np.float32,) * 3, seed=0):
    rng = np.random.default_rng(seed)
    return [cupy.asarray(rng.standard_normal(n).astype(d))
            for n, d in zip((5, 4097, 256), dtypes, strict=True)]


def test_a_list_is_one_launch_and_its_table_is_kept(fake):
    opt, params, grads = lab.Adam(), model(fake), model(fake, seed=1)
    for _ in range(3):
        opt.step(params, grads)
    assert (fake.launches, fake.singles, fake.uploads) == (3, 0, 0)
    assert len(cupy_list._tables) == 1


def test_new_gradients_are_one_upload(fake):
    opt, host = lab.RMSprop(executor="cupy"), lab.RMSprop(executor="reference")
    params, theirs = model(fake), [x.get() for x in model(fake)]
    for seed in range(1, 30):  # nothing synchronises: the host runs ahead of the device
        grads = model(fake, seed=seed // 2)
        opt.step(params, grads)
        host.step(theirs, [g.host for g in grads])
    assert fake.uploads == 28 and len(cupy_list._tables) == 1
    assert [x.get().tobytes() for x in params] == [x.tobytes() for x in theirs]


def test_one_dtype_a_launch_and_the_rest_alone(fake):
    params = [*model(fake), *model(fake, (np.float64,) * 3), fake.asarray(np.zeros((0, 2)))]
    turned = fake.asarray(np.asfortranarray(np.ones((3, 2), np.float32)))
    turned = fake.ndarray(np.asfortranarray(turned.host))
    params.append(turned)
    grads = [fake.ndarray(np.ones_like(x.host)) for x in params]
    lab.RMSprop(lr=0.5, rho=0.0, eps=0.0).step(params, grads)
    assert (fake.launches, fake.singles) == (2, 1)
    assert turned.get().tolist() == [[0.5] * 2] * 3
    lab.RMSprop().step(params[0], grads[0])
    lab.RMSprop().step([params[0], params[3]], [grads[0], grads[3]])
    assert (fake.launches, fake.singles) == (2, 4)


def test_another_devices_arrays_are_left_to_cupys_own_kernel(fake):
    params, grads = model(fake), model(fake, seed=1)
    params[1].data.device_id = 1
    launches, rest = cupy_list.prepare(lab.descent.descent.program,
                                       list(zip(params, grads, strict=True)), (0.5,))
    assert len(launches) == 1 and [job[0] for job in rest] == [params[1]]


def test_a_kernel_that_does_not_compile_changes_nothing(fake, monkeypatch):
    opt, params, grads = lab.RMSprop(), model(fake), model(fake, seed=1)
    before = [x.get().tobytes() for x in params]
    monkeypatch.setattr(fake.RawKernel, "compile", lambda self: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        opt.step(params, grads)
    assert [x.get().tobytes() for x in params] == before and opt.t == 0 and opt.state == {}


def test_tables_are_kept_for_a_few_models_and_by_stream(fake):
    models = [(lab.SGD(lr=0.5), model(fake), model(fake, seed=1)) for _ in range(12)]
    for opt, params, grads in models:
        opt.step(params, grads)
    assert len(cupy_list._tables) == cupy_list.KEPT
    opt, params, grads = models[-1]
    with fake.cuda.Stream():
        opt.step(params, grads)
        fake.cuda.get_current_stream().synchronize()
    assert {key[1] == 0 for key in cupy_list._tables} == {True, False}


def test_numbers_too_large_for_the_dtype_become_infinite():
    assert cupy_list.rounded((1e300, 0.1), np.float32).tolist() == [np.inf, float(np.float32(0.1))]
