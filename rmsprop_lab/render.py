"""A program as text: the statements of one element, in C's or Python's spelling."""

from collections import Counter
from dataclasses import dataclass

from rmsprop_lab.expression import COMPARISONS, evaluate_source

__all__ = ["C", "PYTHON", "Language", "number_comments", "statements"]

#: How tightly an operation binds; a higher number needs no brackets inside a lower one.
PRECEDENCE = {"?": 0, "|": 1, "&": 2, ">": 3, "<": 3, ">=": 3, "<=": 3, "==": 3, "!=": 3,
              "+": 4, "-": 4, "*": 5, "/": 5, "neg": 6}


@dataclass(frozen=True)
class Language:
    """How a language spells what operators do not: constants, functions, choice, and/or."""

    constant: str
    functions: dict
    choice: str
    spelled: dict
    assign: str


# `sign` keeps NaN and gives +0 for both zeros, as NumPy does.
C = Language("T({})", {"sqrt": "sqrt({})", "abs": "fabs({})",
                       "sign": "({0} > 0 ? T(1) : {0} < 0 ? T(-1) : {0} == 0 ? T(0) : {0})"},
             "{0} ? {1} : {2}", {"|": "||", "&": "&&"}, "const T {} = {};")
PYTHON = Language("T({})", {"sqrt": "sqrt({})", "abs": "abs({})",
                            "sign": "(T(1) if {0} > 0 else T(-1) if {0} < 0 "
                                    "else T(0) if {0} == 0 else {0})"},
                  "{1} if {0} else {2}", {"|": "or", "&": "and"}, "{} = {}")


def statements(program, language):
    """The lines that compute a program's outputs for one element.

    The inputs are in scope under their names, the numbers under their slots' names. Each output is
    assigned to `<name>_new`; operations used twice get a name of their own. Brackets are kept
    where they decide the order of operations, and dropped where they do not.
    """
    named, lines = {id(node): f"{name}_new" for name, node in program.outputs.items()}, []
    uses = Counter(id(a) for node in program.order for a in node.operands)
    ready = {}

    def text(node, above):
        if id(node) in ready:
            return ready[id(node)]
        if id(node) in program.slot_names:
            return program.slot_names[id(node)]
        if node.op == "array":
            return node.args
        if node.op == "const":
            return language.constant.format(repr(node.args))
        return spell(node, above)

    def spell(node, above):
        if node.op in language.functions:
            return language.functions[node.op].format(text(node.args[0], 0))
        if node.op == "where":
            level = PRECEDENCE["?"]
            spelled = language.choice.format(*(text(a, 1) for a in node.args))
        elif node.op == "neg":
            level, spelled = PRECEDENCE["neg"], "-" + text(node.args[0], PRECEDENCE["neg"] + 1)
        else:
            level = PRECEDENCE[node.op]
            # Python chains a > b == c, and C reads it in another order: bracket both sides.
            same = level + 1 if level == PRECEDENCE["=="] else level
            left, right = text(node.args[0], same), text(node.args[1], level + 1)
            spelled = f"{left} {language.spelled.get(node.op, node.op)} {right}"
        return f"({spelled})" if level < above else spelled

    for node in program.order:
        # `sign` spells its operand four times: name it first.
        repeated = uses[id(node)] > 1 or any(
            user.op == "sign" and node is user.args[0] for user in program.order)
        if id(node) in named or repeated:
            if node.op in COMPARISONS:
                continue  # a truth value is spelled where it is used
            temporaries = sum(n[0] == "t" and n[1:].isdigit() for n in ready.values())
            name, spelled = named.get(id(node), f"t{temporaries + 1}"), spell(node, 0)
            lines.append(language.assign.format(name, spelled))
            ready[id(node)] = name
    for name, node in program.outputs.items():  # two outputs may be one node
        if ready.get(id(node), f"{name}_new") != f"{name}_new" or id(node) not in ready:
            lines.append(language.assign.format(f"{name}_new", text(node, 0)))
    return lines


def number_comments(program, mark):
    """One comment a compound number: what the host computes, in double precision, before a step."""
    return [f"{mark} {name} = {evaluate_source(node)}, computed by the host in double"
            for name, node in program.slots if node.op != "number"]
