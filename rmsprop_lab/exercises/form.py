"""The form of an answer before its values: returned or raised, how many, of which shape."""

import math

from rmsprop_lab.exercises.mistakes import outputs

__all__ = ["form_problem", "raised_problem"]

_KINDS = {"none": "None", "number": "one number", "array": "one array", "ellipsis": "..."}


def form_problem(got, want, names):
    """What is wrong with the form of a returned value, in words; None if nothing is.

    names: of the outputs, in order. A list is taken for a tuple.
    """
    value = got["returned"]
    wanted = f"({', '.join(names)})" if len(names) > 1 else f"the {names[0]}"
    if value["is"] == "none":
        return (f"nothing was returned: a function that ends without `return` gives None. "
                f"Return {wanted}.")
    if value["is"] == "other":
        return f"you return a {value['type']}; return {wanted}."
    if len(names) > 1 and value["is"] not in ("tuple", "list"):
        return (f"you return {_KINDS[value['is']]}; the exercise asks for {len(names)} values, "
                f"{wanted}. A caller needs all of them for the next step.")
    found = outputs(got)
    if len(found) != len(names):
        return f"you return {len(found)} values; the exercise asks for {len(names)}: {wanted}."
    for name, mine, right in zip(names, found, outputs(want), strict=True):
        problem = _output_problem(name, mine, right, got["library"])
        if problem:
            return problem
    return None


def _output_problem(name, mine, right, library):
    if mine["is"] == "none":
        return f"the {name} you return is None."
    if mine["is"] in ("tuple", "list", "other"):
        kind = mine.get("type", mine["is"])
        return f"the {name} you return is a {kind}; return a number or an array."
    if right["is"] == "number" and mine["is"] == "array":
        return f"the {name} you return is an array of shape {_shape(mine)}; one number is expected."
    if mine.get("shape") != right.get("shape"):
        return (f"the {name} you return has shape {_shape(mine)}, expected {_shape(right)}."
                + _size_problem(mine, right))
    if mine.get("dtype") != right.get("dtype"):
        return (f"for {right['dtype']} arrays you return a {name} of {mine['dtype']}. Python "
                f"numbers keep an array's dtype; arrays and NumPy scalars of {mine['dtype']} "
                "made inside the function do not.")
    if mine.get("library", library) != library:
        return (f"for {library} arrays you return a {name} of {mine['library']}. Use "
                "operators and `lab.arrays.sqrt`, which work on every library.")
    return None


def _size_problem(mine, right):
    more = math.prod(mine.get("shape", ())) - math.prod(right.get("shape", ()))
    if more < 0:
        return (" Numbers were merged on the way: look for a sum, a mean, a norm or `@` over the "
                "coordinates.")
    if more > 0:
        return (" Numbers were spread on the way: `*` of a table and a row multiplies every row "
                "of the table; look for a sum that is missing, or for `@`.")
    return ""


def _shape(described):
    shape = described.get("shape", [])
    return f"({', '.join(map(str, shape))}{',' if len(shape) == 1 else ''})"


def raised_problem(case, call, ran):
    """An exception of the learner's function, in the learner's terms.

    ran: whether a case of single numbers returned.
    """
    line = f" in the line `{call['line']}`" if call.get("line") else ""
    text = f"your function raised {call['raised']}{line} for {case.says()}: {call['message']}"
    text = text.rstrip(".: ") + "."
    if "ellipsis" in call["message"].lower():
        return f"{text} A `...` is still waiting for your answer."
    if "for ^:" in call["message"]:
        return f"{text} A power is written `**`."
    if call["raised"] == "NameError":
        return f"{text} Use only the arguments, and what the notebook imported."
    if call["raised"] == "ZeroDivisionError":
        return f"{text} Which guard keeps the denominator above zero? Steps count from 1."
    if "domain" in call["message"] or "nonnegative" in call["message"]:
        return f"{text} A root was taken of a negative number. Which term made it negative?"
    if "item assignment" in call["message"]:
        return f"{text} Make a new value instead of writing into an input."
    if not (ran and case.dtype):
        return text
    text += " On single numbers your function runs."
    if "truth value" in call["message"]:
        return f"{text} An array has no single truth value; the equations need no `if`."
    if "converted" in call["message"]:
        return (f"{text} `math.sqrt` and `float` take one number; `lab.arrays.sqrt` and `** 0.5` "
                "take arrays too.")
    return f"{text} On arrays, every operation must act on each element by itself."
