"""Numbers and words: what is refused at the call and at an assignment, and that schedules work."""

import numpy as np
import pytest

import rmsprop_lab as lab
from rmsprop_lab.errors import HyperparameterError

MAKE = {
    "SGD": lambda **k: lab.SGD(**{"lr": 0.1} | k),
    "AdaGrad": lambda **k: lab.AdaGrad(**{"lr": 0.1} | k),
    "RMSprop": lab.RMSprop, "AdaDelta": lab.AdaDelta, "Rprop": lab.Rprop, "Adam": lab.Adam,
    "AdamW": lab.AdamW, "Adamax": lab.Adamax, "NAdam": lab.NAdam, "AdaBelief": lab.AdaBelief}
NUMBERS = {
    "SGD": ("lr", "momentum", "weight_decay"),
    "AdaGrad": ("lr", "eps", "accumulator0", "weight_decay"),
    "RMSprop": ("lr", "rho", "eps", "v0", "momentum", "weight_decay"),
    "AdaDelta": ("lr", "rho", "eps"), "Rprop": ("lr", "up", "down", "smallest", "largest"),
    "Adam": ("lr", "beta1", "beta2", "eps", "weight_decay"), "AdamW": ("beta1", "weight_decay"),
    "Adamax": ("lr", "beta1", "beta2", "eps", "weight_decay"),
    "NAdam": ("lr", "beta1", "beta2", "eps", "momentum_decay", "weight_decay"),
    "AdaBelief": ("lr", "beta1", "beta2", "eps", "eps_s", "weight_decay")}
BELOW_ONE = {"rho", "momentum", "beta1", "beta2", "down"}
NOT_NUMBERS = [float("nan"), float("inf"), -float("inf"), -0.5, "0.1", b"1", None, True, [0.1], 1j,
               np.ones(2), 10**400]


@pytest.mark.parametrize("name", MAKE)
def test_what_is_no_number_in_its_range(name):
    opt = MAKE[name]()
    for number in NUMBERS[name]:
        for value in [*NOT_NUMBERS, *([1.0, 1.5] if number in BELOW_ONE else [])]:
            before = getattr(opt, number)
            with pytest.raises(HyperparameterError, match=number):
                MAKE[name](**{number: value})
            with pytest.raises(HyperparameterError, match=number):
                setattr(opt, number, value)
            assert getattr(opt, number) == before


def test_messages_name_the_range():
    with pytest.raises(HyperparameterError, match=r"rho=1.0 must be a number in \[0, 1\)"):
        lab.RMSprop(rho=1)
    with pytest.raises(HyperparameterError, match="v0='zero' is not a number or 'g2'"):
        lab.RMSprop(v0="zero")
    with pytest.raises(HyperparameterError, match="eps_at='both': choose 'outside' or 'inside'"):
        lab.RMSprop(eps_at="both")
    with pytest.raises(HyperparameterError, match="up=0.9 must be"):
        lab.Rprop(up=0.9)


@pytest.mark.parametrize(("make", "message"), [
    (lambda: lab.RMSprop(debias=True, centered=True), "leave one of them out"),
    (lambda: lab.RMSprop(debias=True, v0=1.0), "use v0=0.0, or leave debias out"),
    (lambda: lab.RMSprop(debias=True, v0="g2"), "v0='g2'"),
    (lambda: lab.RMSprop(nesterov=True), "set momentum above 0"),
    (lambda: lab.SGD(0.1, nesterov=True), "set momentum above 0"),
    (lambda: lab.Adam(amsgrad="debiased", debias=False), "use amsgrad='raw'"),
    (lambda: lab.Adam(amsgrad="debiased", eps_at="hat"), "use amsgrad='raw'"),
    (lambda: lab.Rprop(smallest=2.0, largest=1.0), "must not exceed largest=1.0"),
    (lambda: lab.RMSprop(centered=1), "choose False or True"),
    (lambda: lab.RMSprop(centered="yes"), "choose False or True"),
    (lambda: lab.Adam(eps_at="outsid"), "'outside' or 'inside' or 'hat'"),
    (lambda: lab.Adam(amsgrad="yes"), "'off' or 'raw' or 'debiased'"),
    (lambda: lab.RMSprop(decay="L2"), "'l2' or 'decoupled'")])
def test_choices_that_exclude_each_other_or_do_not_exist(make, message):
    with pytest.raises(HyperparameterError, match=message):
        make()


@pytest.mark.parametrize(("opt", "name", "value"), [
    (lab.RMSprop(centered=True), "debias", True), (lab.RMSprop(v0=1.0), "debias", True),
    (lab.RMSprop(debias=True), "v0", 0.5), (lab.Adam(amsgrad="debiased"), "eps_at", "hat"),
    (lab.Rprop(), "smallest", 100.0)])
def test_an_assignment_cannot_bring_back_what_the_call_refuses(opt, name, value):
    theta, g = np.ones(2), np.ones(2)
    setattr(opt, name, value)
    with pytest.raises(HyperparameterError):
        opt.step(theta, g)
    assert theta.tolist() == [1.0, 1.0] and opt.t == 0


@pytest.mark.parametrize("name", MAKE)
@pytest.mark.parametrize("number", [np.float64(0.25), np.float32(0.25), np.array(0.25)])
def test_a_numpy_number_does_not_upcast(name, number):
    theta, g = np.ones(3, np.float32), np.full(3, 0.5, np.float32)
    opt, same = MAKE[name](lr=number, executor="reference"), theta.copy()
    opt.step(theta, g)
    assert type(opt.lr) is float and theta.dtype == np.float32
    assert all(s.dtype == np.float32 for s in opt.state.values())
    MAKE[name](lr=0.25, executor="numpy").step(same, g)
    assert same.tobytes() == theta.tobytes()


@pytest.mark.parametrize("make", [
    lambda lr: lab.RMSprop(lr=lr, momentum=0.5, lr_at="inside"), lambda lr: lab.SGD(lr),
    lambda lr: lab.Adam(lr=lr, weight_decay=0.1, decay="decoupled"), lambda lr: lab.AdaGrad(lr),
    lambda lr: lab.AdaDelta(lr=lr)])
def test_setting_lr_between_steps_is_a_schedule(make):
    rng, theta, opt = np.random.default_rng(0), np.ones(5), make(0.5)
    by_hand, states = [theta.copy()], None
    for t, lr in enumerate([0.5, 0.25, 0.0, 1.0]):
        g, opt.lr = rng.standard_normal(5), lr
        opt.step(theta, g)
        if states is None:
            states = [np.zeros(5) for _ in opt.variant.state]
        numbers = opt.numbers() | {"lr": lr} | ({"t": t + 1} if "t" in opt.numbers() else {})
        out = opt.variant(by_hand[0], g, *states, **numbers)
        by_hand, states = ([out[0]], out[1:]) if isinstance(out, tuple) else ([out], [])
        assert by_hand[0].tobytes() == theta.tobytes()


def test_the_rate_of_rprop_is_only_where_it_starts():
    theta, opt = np.ones(2), lab.Rprop(lr=0.5)
    opt.step(theta, np.ones(2))
    opt.lr = 100.0
    opt.step(theta, np.ones(2))
    assert np.allclose(theta, 1 - 0.5 - 0.6)


def test_turning_momentum_on_and_off():
    opt, theta = lab.RMSprop(), np.ones(2)
    opt.step(theta, np.ones(2))
    v = opt.state["v"].copy()
    opt.momentum = 0.5
    opt.step(theta, np.ones(2))
    assert set(opt.state) == {"v", "b"} and (opt.state["v"] > v).all()
    opt.momentum = 0
    opt.step(theta, np.ones(2))
    assert set(opt.state) == {"v"}


def test_the_call_can_be_read_back():
    for name, make in MAKE.items():
        opt = make()
        assert repr(eval(repr(opt), {name: make})) == repr(opt)
    assert lab.Adam(amsgrad=True).amsgrad == "raw" and lab.Adam(amsgrad=False).amsgrad == "off"
    assert lab.AdamW().decay == "decoupled" and lab.AdamW().weight_decay == 0.01
