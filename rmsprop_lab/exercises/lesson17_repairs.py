"""Lesson 17, the repairs: three methods to mend without breaking anything else."""

from rmsprop_lab.clinic.faults import BorrowedGradient, OneClock
from rmsprop_lab.clinic.sound import SoundAdam
from rmsprop_lab.exercises.repair import Repair

__all__ = ["buffer_update", "count_steps", "save_state"]

SOURCE = "17_clinic"


class SharedCheckpoint(SoundAdam):
    """A checkpoint that holds the averages themselves, which the run goes on to write."""

    def state_dict(self):
        return {"t": self.t, "state": self.state}


buffer_update = Repair(
    "buffer_update", "a momentum buffer of its own",
    method="update", broken=BorrowedGradient, arguments=("opt", "theta", "g", "s"),
    advice={
        "ValueError": "Is there a `return` at its end, with the new theta?",
        "inputs": "the caller's array is still touched: overwriting it between the steps moves the "
                  "path by {got} learning rates. `s[\"b\"]` must never be the array `g` itself.",
        "first": "the first step down a slope of 1 is {got} learning rates, expected {want}: the "
                 "buffer begins as the first gradient, whole.",
        "pace": "after many steps down a slope of 1 a step is {got} learning rates, expected "
                "{want}: the buffer keeps the share mu of itself and adds g, (7.1).",
        "brake": "with lr = 0 it still moves, by {got}: the learning rate multiplies what leaves "
                 "the buffer.",
    },
    praise="the buffer belongs to the optimizer now, and everything else is as it was.",
    hints=(
        "Two names for one array: which line makes `s[\"b\"]` and `g` the same array?",
        "At the next step `s[\"b\"] *= opt.mu` writes into that array. Whose is it?",
        "`g.copy()` is an array with the same numbers and a memory of its own.",
    ),
    source=SOURCE,
)

count_steps = Repair(
    "count_steps", "a clock that ticks once a step",
    method="step", broken=OneClock, arguments=("opt", "params", "grads"),
    advice={
        "ZeroDivisionError": "The clock must stand at 1 when the first tensor is updated: at 0 the "
                             "correction divides by 1 - beta^0, which is 0.",
        "first": "the first step down a slope of 1 is {got} learning rates, expected {want}: the "
                 "clock must stand at 1 when the first tensor is updated, and the new theta "
                 "belongs into `params`.",
        "neighbours": "a tensor still walks differently beside another one, by {got} learning "
                      "rates. All tensors of a step need the same t.",
        "pace": "after many steps down a slope of 1 a step is {got} learning rates, expected "
                "{want}: does the clock tick at each step, by one, and does `opt.state` keep what "
                "a step has averaged?",
    },
    praise="all tensors see the same t, and it is 1 at the first step.",
    hints=(
        "With two tensors, print `opt.t` at each update of the first two steps. Which t should "
        "they see?",
        "The line that counts stands inside the loop over the tensors.",
        "Before the loop, not after it: at the first step the corrections need t = 1.",
    ),
    source=SOURCE,
)

save_state = Repair(
    "save_state", "a checkpoint that keeps",
    method="state_dict", broken=SharedCheckpoint, arguments=("opt",),
    advice={
        "TypeError": "A checkpoint is a dict, here with the keys \"t\" and \"state\".",
        "KeyError": "The next step looked for a state and did not find it. Under the key "
                    "\"state\" it needs what `opt.state` holds: the name of the tensor, then "
                    "\"m\" and \"v\".",
        "IndexError": "The next step looked for \"m\" and \"v\" under the name of the tensor.",
        "resume": "a resumed run differs from the uninterrupted one by {got} learning rates. Is "
                  "everything there that a step reads: both averages of each tensor, and t? And "
                  "does a dict of dicts share its inner dicts with the run?",
        "neighbours": "the checkpoint is not the only thing that changed: tensors feel each other "
                      "now, by {got} learning rates.",
    },
    praise="the checkpoint holds all that the next step reads, and the run cannot change it.",
    hints=(
        "The check saves after step 5, lets the run go on to step 10, and only then loads. What "
        "has become of the saved averages by then?",
        "`opt.state` is a dict of dicts: tensor name, then state name. `dict(opt.state)` copies "
        "the outer one only.",
        "`copy.deepcopy` copies a dict with all that is in it.",
    ),
    source=SOURCE,
)
