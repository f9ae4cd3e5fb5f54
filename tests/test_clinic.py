"""The clinic: sound optimizers pass every property, each fault fails its own, none is confused."""

import copy
import inspect

import numpy as np
import pytest

import rmsprop_lab as lab
from rmsprop_lab.clinic import diagnoses, patient, properties, relapses, sound
from rmsprop_lab.errors import LabError

clinic = lab.clinic

#: Fault -> all that it fails, no more and no less.
FAILS = {
    "MissingRoot": {"first", "whisper", "scale"}, "MovedEps": {"whisper"},
    "LostMemory": {"pace", "whisper"}, "MultipliedCorrection": {"first", "pace", "whisper"},
    "OneClock": {"neighbours"}, "BorrowedGradient": {"inputs"}, "WideRate": {"dtype"},
    "TinyGuard": {"silence"}, "SubtractedVariance": {"calm", "pace"}, "LostState": {"resume"},
    "UphillDecay": {"pace", "whisper", "pull"}, "NotCleared": {"halves"},
    "AverageOfSizes": {"whisper", "scale"}, "CorrectionInPlace": {"pace", "whisper"},
    "DecayWithoutRate": {"pace", "whisper", "pull", "brake"}, "ForgottenClock": {"resume"},
    "LateClip": {"clip"}, "RateInBuffer": {"brake"}, "SharedAverage": {"neighbours"},
    "UndividedParts": {"halves"},
}
#: The properties that none of the faults above fails: two classes that do.
PLANTED = {"order": lambda theta, g: theta - 0.1 * np.sort(g),
           "mirror": lambda theta, g: theta - 0.1 * np.abs(g)}

LAB = {
    "SGD": lab.SGD(lr=0.1), "momentum": lab.SGD(lr=0.1, momentum=0.9),
    "nesterov": lab.SGD(lr=0.1, momentum=0.9, nesterov=True), "AdaGrad": lab.AdaGrad(lr=0.1),
    "AdaDelta": lab.AdaDelta(), "Rprop": lab.Rprop(lr=0.1), "RMSprop": lab.RMSprop(lr=0.1),
    "RMSprop inside": lab.RMSprop(lr=0.1, momentum=0.9, lr_at="inside", eps_at="inside"),
    "centred": lab.RMSprop(lr=0.1, centered=True, momentum=0.9, nesterov=True),
    "debiased": lab.RMSprop(lr=0.1, debias=True), "l2": lab.RMSprop(lr=0.1, weight_decay=0.1),
    "TF1": lab.dialects.TF1.optimizer(lr=0.1), "g2": lab.RMSprop(lr=0.1, v0="g2"),
    "Graves": lab.dialects.GRAVES.optimizer(), "Adam": lab.Adam(lr=0.1),
    "AMSGrad": lab.Adam(lr=0.1, amsgrad="raw"), "AdamW": lab.AdamW(lr=0.1),
    "Adamax": lab.Adamax(lr=0.1), "NAdam": lab.NAdam(lr=0.1), "AdaBelief": lab.AdaBelief(lr=0.1),
    "Adafactor": lab.Adafactor(),
}


@pytest.mark.parametrize("name", LAB)
def test_every_optimizer_of_the_lab_passes(name):
    report = clinic.examine(LAB[name])
    assert report and not report.failed and len(report.asked) == 14
    assert LAB[name].t == 0 and LAB[name].state == {}


@pytest.mark.parametrize("name", sound.__all__)
def test_every_sound_one_keeps_what_it_claims(name):
    report = clinic.examine(getattr(sound, name))
    assert report.failed == () and report.claims


@pytest.mark.parametrize("name", FAILS)
def test_every_fault_fails_what_it_should_and_nothing_else(name):
    assert set(diagnoses.report(name).failed) == FAILS[name]


@pytest.mark.parametrize("name", PLANTED)
def test_a_planted_fault_turns_the_other_properties_red(name):
    report = clinic.examine(lambda: lambda theta, g: PLANTED[name](theta, g),
                            like=lab.SGD(lr=0.1))
    assert name in report.failed


def test_no_property_is_there_in_vain():
    caught = set().union(*FAILS.values(), PLANTED)
    assert {f.name for f in diagnoses.report("LateClip").findings} == caught


def test_one_of_the_five_people_is_sound():
    failed = {name: clinic.examine(make).failed for name, make in clinic.PEOPLE.items()}
    assert [name for name, bad in failed.items() if not bad] == ["Dan"]
    bench = lab.problems.bench()
    for make in clinic.PEOPLE.values():  # and all of them arrive
        assert bench.loss(clinic.observe(make, bench, 250, split=True)[-1]) < 1e-9


def test_the_lists_belong_together():
    assert set(FAILS) == set(diagnoses.PHRASES) == set(diagnoses.CONFUSED)
    assert len(clinic.FAULTS) == 12 and len(relapses.__all__) == 8
    assert set(clinic.FAULTS) | set(relapses.__all__) == set(FAILS)


@pytest.mark.parametrize("name", FAILS)
def test_three_wrong_diagnoses_are_told_apart(name):
    others = diagnoses.CONFUSED[name]
    assert len(set(others)) == 3 and name not in others
    seen = diagnoses.report(name)
    for other in others:
        found = diagnoses.evidence(seen, other)
        assert found is not None
        prop, theirs, mine, same = found
        assert same or theirs.verdict != mine.verdict
        assert theirs.verdict != mine.verdict or theirs.measured != pytest.approx(
            mine.measured, rel=0.01)
        assert f"`{prop}`" in clinic.apart(seen, other)
    assert diagnoses.evidence(seen, name) is None
    assert "Nothing" in clinic.apart(seen, name)


@pytest.mark.parametrize(("seen", "other", "words"), [
    ("LostState", "ForgottenClock", "`resume` would pass, with 0. It fails"),  # no clock in RMSprop
    ("SharedAverage", "OneClock", "`neighbours` would pass, with 0. It fails"),
    ("UphillDecay", "CorrectionInPlace", "`pull` would pass, with -0.01"),  # it still decays
    ("BorrowedGradient", "RateInBuffer", "`brake` would fail. It passes"),
])
def test_a_wrong_diagnosis_is_measured_in_the_method_of_the_patient(seen, other, words):
    assert words in clinic.apart(diagnoses.report(seen), other)


def test_a_graft_is_the_method_of_the_patient_with_the_other_fault():
    class Undivided(sound.Sound):
        def accumulate(self, params, parts):
            self.step(params, {n: sum(part[n] for part in parts) for n in parts[0]})

    class NoAverages(sound.SoundAdam):
        def state_dict(self):
            return {"t": self.t}

    for seen, other, ours, prop in (("NotCleared", "UndividedParts", Undivided, "halves"),
                                    ("ForgottenClock", "LostState", NoAverages, "resume")):
        report, same = diagnoses.rival(seen, other)
        mine = clinic.examine(ours)
        assert same and report.failed == mine.failed == (prop,)
        assert report[prop].measured == mine[prop].measured
        assert report[prop].measured != diagnoses.report(other)[prop].measured


def test_what_is_said_without_a_number_holds_in_the_method_of_the_patient():
    class Inside(sound.SoundCentred):
        def update(self, theta, g, s):
            theta, s["v"], s["m"] = lab.rmsprop.family.variant(centered="yes", eps_at="inside")(
                theta, g, s["v"], s["m"], lr=self.lr, rho=self.rho, eps=self.eps)
            return theta

    class Rootless(sound.SoundCentred):
        def update(self, theta, g, s):
            super().update(theta, g, s)
            return theta - self.lr * g / (s["v"] + self.eps)

    class Unguarded(sound.SoundCentred):
        def start(self, theta):
            return {"v": 0 * theta, "m": 0 * theta}

    class RateIn(sound.SoundMomentum):
        def update(self, theta, g, s):
            s["b"] = self.mu * s["b"] + self.lr * g
            return theta - s["b"]

    for make, prop in ((Inside, "whisper"), (Rootless, "first"), (Unguarded, "silence"),
                       (RateIn, "brake")):
        assert prop in clinic.examine(make).failed


@pytest.mark.parametrize("name", clinic.FAULTS)
def test_a_fault_is_shown_in_at_most_twelve_lines(name):
    text = clinic.code(clinic.FAULTS[name])
    assert len(text.splitlines()) <= 12 and '"""' not in text
    assert text.startswith(f"class {name}(Sound")
    compile(text, name, "exec")
    with pytest.raises(LabError, match="no class"):
        clinic.code(name)


def test_promises_need_somebody_who_claims():
    def make():
        return lambda theta, g: theta - 0.5 * g
    report = clinic.examine(make)
    assert report["first"].verdict == "measured" and report["first"].measured == 0.5
    assert report["resume"].verdict == report["neighbours"].verdict == "not asked"
    assert report.claims == "" and report
    judged = clinic.examine(make, like=lab.SGD(lr=0.25))
    assert judged.failed == ("first", "pace", "whisper") and judged["first"].measured == 2.0
    assert clinic.examine(make, like=lab.SGD(lr=0.5)).failed == ()


def test_a_choice_is_a_fault_only_against_a_promise():
    inside = lab.RMSprop(lr=0.1, momentum=0.9, lr_at="inside")
    assert clinic.examine(relapses.RateInBuffer).failed == ("brake",)
    assert clinic.examine(relapses.RateInBuffer, like=inside).failed == ()
    under = lab.RMSprop(lr=0.1, eps_at="inside")
    assert clinic.examine(clinic.faults.MovedEps, like=under).failed == ()


def test_eps_zero_is_reported():
    assert "silence" in clinic.examine(lab.RMSprop(lr=0.1, eps=0.0)).failed


ONE = sound.Sound()


@pytest.mark.parametrize(("make", "words"), [
    (3, "no factory"), (lambda: None, "fresh optimizer"), (lambda: 3, "fresh optimizer"),
    (lambda: object(), "has no step"), (lambda lr: lr, "needs arguments"),
    (lambda: ONE, "fresh optimizer"),
])
def test_what_cannot_be_examined_is_refused(make, words):
    with pytest.raises(LabError, match=words):
        clinic.examine(make)


def test_like_is_an_optimizer_of_the_lab():
    with pytest.raises(LabError, match="like is str"):
        clinic.examine(sound.Sound, like="RMSprop")
    with pytest.raises(LabError, match="has no 'beta'"):
        sound.Sound(beta=0.9)
    with pytest.raises(LabError, match="no fault 'Hiccup'"):
        clinic.says("Hiccup")


def test_a_report_reads_as_a_table():
    report = diagnoses.report("MissingRoot")
    text = str(report)
    assert "3 of 15 properties fail, compared with RMSprop" in text
    assert "x scale             -1" in text and "- clip " in text
    assert report.failures().count("\n") == 2
    assert report["scale"].expected == pytest.approx(0, abs=1e-6)
    with pytest.raises(KeyError, match="no property 'colour'"):
        report["colour"]
    assert clinic.examine(sound.Sound).failures() == "nothing fails"


@pytest.mark.parametrize("make", [sound.Sound, sound.SoundAdam, sound.SoundMomentum,
                                  sound.SoundCentred, sound.SoundDecay, sound.SoundWithMomentum])
def test_a_sound_one_walks_like_the_lab(make):
    bench = lab.problems.bench()
    claimed = lab.run(make().claims(), bench, 40).theta
    for split in (False, True):
        assert clinic.observe(make, bench, 40, split=split) == pytest.approx(
            lab.arrays.to_host(claimed), abs=1e-12)
    for special in ({"accumulate": True}, {"resume_at": 17}):
        assert clinic.observe(make, bench, 40, **special) == pytest.approx(
            lab.arrays.to_host(claimed), abs=1e-12)


def test_identify_names_what_two_faults_are():
    moved = lab.identify(clinic.alone(clinic.faults.MovedEps))
    assert moved.settings["eps_at"] == "inside" and "OPTAX" in moved.dialects
    lost = lab.identify(clinic.alone(clinic.faults.LostMemory))
    assert lost.settings["rho"] == 0 and lost.settings["lr"] == pytest.approx(0.1 / 0.1**0.5)
    healthy = lab.identify(clinic.alone(sound.Sound))
    assert healthy.settings["eps_at"] == "outside" and healthy.settings["rho"] == 0.9


def test_a_walk_hands_out_copies_and_keeps_nan():
    draws = np.ones((3, 2))
    before = draws.copy()
    fresh = patient.admit(clinic.faults.BorrowedGradient)
    patient.walk(fresh, draws)
    assert (draws == before).all()
    finding = properties.silence(patient.admit(clinic.faults.TinyGuard))
    assert finding.verdict == "fails" and "float16 gives NaN" in finding.says


def test_a_checkpoint_of_a_sound_one_is_a_copy():
    one = sound.SoundAdam()
    one.step(params := {"w": np.ones(2)}, {"w": np.ones(2)})
    saved = one.state_dict()
    kept = copy.deepcopy(saved)
    one.step(params, {"w": np.ones(2)})
    assert all((saved["state"]["w"][k] == kept["state"]["w"][k]).all() for k in ("m", "v"))


def test_every_law_says_which_attribute_it_needs():
    for law in properties.LAWS:
        assert list(inspect.signature(law).parameters) == ["fresh"]
        assert law(patient.admit(sound.Sound)).name == law.__name__
