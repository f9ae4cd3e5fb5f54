"""A step that divides g by the root of a memory of its squares: what goes wrong in any of them.

AdaGrad's memory is a sum and RMSprop's an average; what is done with it is the same.
"""

from collections.abc import Callable
from dataclasses import dataclass

from rmsprop_lab.arrays import abs, sqrt
from rmsprop_lab.exercises.mistakes import Mistake

__all__ = ["RootStep"]


@dataclass(frozen=True)
class RootStep:
    """An exercise that asks for theta and the memory after one step, in this order.

    name: of the exercise. right: the right function. letter: the memory's among its arguments.
    take: (memory, x, settings other than lr and eps) -> the memory with the sample x in it. hand:
    the arguments of the case "by hand". equations: the numbers of the memory's and of the step's.
    noun: what the memory is; verb: what a coordinate does with its squares; divisor: whose root it
    is, in words; aside: what to add where coordinates share a memory. The cases need one "small
    gradient" of 1e-4, and "arrays of six numbers".
    """

    name: str
    right: Callable
    letter: str
    take: Callable
    hand: dict
    equations: tuple
    noun: str
    verb: str
    divisor: str
    aside: str = ""

    def mistakes(self, *own):
        """All of them, the first that fits speaks: of the order, of the memory, of theta."""
        return self._order(), *own, *self._memories(), *self._moves()

    def memory(self, name, put, says, witness="by hand"):
        """A mistake in the memory: it becomes put(memory, g, other settings)."""
        def wrong(theta, g, lr, eps, **rest):
            new = put(rest.pop(self.letter), g, **rest)
            root = sqrt(new) if not isinstance(new, float) else max(new, 0.0) ** 0.5
            return theta - lr * (g / (root + eps)), new
        return Mistake(name, wrong, says, output=1, witness=witness,
                       measure=lambda args, x: x if isinstance(x, float) else x[0])

    def _move(self, name, step, says, witness="by hand"):
        """A mistake in theta: it becomes step(theta, g, old, new, lr, eps), the memory is right."""
        def wrong(**args):
            new = self.right(**args)[1]
            theta, g, lr, eps = (args[n] for n in ("theta", "g", "lr", "eps"))
            return step(theta, g, args[self.letter], new, lr, eps), new

        def length(args, theta):
            return (args["theta"] - theta) / args["lr"]
        return Mistake(name, wrong, says, output=0, witness=witness, measure=length)

    def _order(self):
        s = self.letter
        return Mistake("swapped", lambda **args: self.right(**args)[::-1],
                       f"the two results come in the wrong order: you return {s} first. A caller "
                       f"writes `theta, {s} = {self.name}(...)`, so theta stands first.")

    def _memories(self):
        s, take = self.letter, self.take
        no_square = (f"g enters {s} without its square: with g = {self.hand['g']:g} and {s} = "
                     f"{self.hand[s]:g} your {s} is {{got:.3g}}, expected {{want:.3g}}. {s} is "
                     f"{self.noun} of g * g, in squared units of g.")
        joined = (f"all coordinates share one number: on single numbers your {s} is right, but in "
                  f"the array of six the first {s} is {{got:.3g}}, expected {{want:.3g}}. Each "
                  f"coordinate {self.verb} its own g * g: look for a sum, a mean, a norm or `@`."
                  + self.aside)

        def of_all(reduce):  # on single numbers nothing is wrong
            return lambda old, g, **rest: take(
                old, g * g if isinstance(g, float) else reduce(g * g), **rest)

        def rooted(**args):
            theta, new = self.right(**args)
            return theta, sqrt(new)
        return (
            self.memory("no square", take, no_square),
            self.memory("no square", lambda old, g, **rest: take(old, abs(g), **rest), no_square),
            self.memory("not updated", lambda old, g, **rest: 1 * old,
                        f"the {s} you return is the {s} you were given: {{got:.3g}} where "
                        f"{{want:.3g}} is expected. Return the new {self.noun.split()[-1]}: the "
                        "caller hands it to the next step."),
            Mistake("root returned", rooted,
                    f"you return the root of {s}: {{got:.3g}}, expected {{want:.3g}}. The state is "
                    f"{s} itself; the root belongs to the step.",
                    output=1, witness="by hand", measure=lambda args, x: x),
            self.memory("coordinates summed", of_all(lambda x: x.sum()), joined,
                        "arrays of six numbers"),
            self.memory("coordinates averaged", of_all(lambda x: x.mean()), joined,
                        "arrays of six numbers"),
        )

    def _moves(self):
        s, (first, second) = self.letter, self.equations
        g, old, lr, eps = (f"{self.hand[n]:g}" for n in ("g", s, "lr", "eps"))
        new = f"{self.right(**self.hand)[1]:g}"
        step = "your step is {got:.2f} lr, expected {want:.2f} lr"
        outside = (f"eps is added to the quotient, not to the root: with g = {g}, {s} = {old} "
                   f"{step}. The denominator needs parentheses.")
        return tuple(self._move(*slip) for slip in (
            ("stale", lambda theta, g, old, new, lr, eps: theta - lr * (g / (sqrt(old) + eps)),
             f"the step uses the old {s}: with {s} = {old} before and {new} after, {step}. First "
             f"the new {s} ({first}), then the step with it ({second})."),
            ("eps inside", lambda theta, g, old, new, lr, eps: theta - lr * (g / sqrt(new + eps)),
             f"eps is inside the root: at g = 1e-4 {step}. In ({second}) the root is taken of {s} "
             "alone; eps is added to the root.", "small gradient"),
            ("eps inside and outside",
             lambda theta, g, old, new, lr, eps: theta - lr * (g / (sqrt(new + eps) + eps)),
             f"eps is there twice, inside the root and outside: at g = 1e-4 {step}. Keep the outer "
             "one.", "small gradient"),
            ("no root", lambda theta, g, old, new, lr, eps: theta - lr * (g / (new + eps)),
             f"the root is missing: with {s} = {new} {step}. {s} has squared units of g; only its "
             "root can be compared with g."),
            ("no eps", lambda theta, g, old, new, lr, eps: theta - lr * (g / sqrt(new)),
             f"eps is missing from the denominator: with eps = {eps} {step}, and with g = 0 and "
             f"{s} = 0 it is 0 / 0."),
            ("no lr", lambda theta, g, old, new, lr, eps: theta - g / (sqrt(new) + eps),
             f"lr is missing: with lr = {lr} {step}."),
            ("no g", lambda theta, g, old, new, lr, eps: theta - lr / (sqrt(new) + eps),
             f"g is missing from the step: with g = {g} {step}. It is g that is divided."),
            ("wrong sign", lambda theta, g, old, new, lr, eps: theta + lr * (g / (sqrt(new) + eps)),
             f"the sign is wrong: with g = {g} your step is {{got:+.2f}} lr, expected "
             "{want:+.2f} lr. The step goes against the gradient; yours climbs."),
            ("parentheses", lambda theta, g, old, new, lr, eps: theta - lr * g / sqrt(new) + eps,
             outside),
            ("parentheses", lambda theta, g, old, new, lr, eps: theta - lr * (g / sqrt(new) + eps),
             outside),
            ("all divided", lambda theta, g, old, new, lr, eps: (
                 (theta - lr * g) / (sqrt(new) + eps)),
             f"theta is divided too: {step}. Only g is divided; then lr times the quotient is "
             "subtracted from theta."),
            ("plain descent", lambda theta, g, old, new, lr, eps: theta - lr * g,
             f"the step is plain gradient descent: with g = {g} it is {{got:.2f}} lr, expected "
             f"{{want:.2f}} lr. Divide g by the root of {self.divisor} plus eps."),
            ("step returned", lambda theta, g, old, new, lr, eps: lr * (g / (sqrt(new) + eps)),
             "you return the step, not the new theta. Subtract it from theta."),
            ("step returned", lambda theta, g, old, new, lr, eps: -lr * (g / (sqrt(new) + eps)),
             "you return the change of theta, not the new theta. Add it to theta."),
            ("theta not updated", lambda theta, g, old, new, lr, eps: 1 * theta,
             f"the theta you return is the theta you were given: {step}. Return the new one."),
        ))
