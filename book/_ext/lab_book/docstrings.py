"""Docstrings as the house writes them, cut into blocks, and names with their signatures."""

import inspect
from dataclasses import dataclass


@dataclass(frozen=True)
class Entry:
    """One public name: its dotted name, its signature, its docstring, its place in the source."""

    name: str
    signature: str
    doc: str
    path: str
    line: int
    members: tuple = ()


def blocks(doc: str) -> list[tuple[str, str]]:
    r"""Cut a docstring into ("text" | "code" | "example", content) blocks.

    A block is an example when it begins with `>>>`, and code when all of it is indented.

    >>> blocks("One line.\n\n>>> 1 + 1\n2")
    [('text', 'One line.'), ('example', '>>> 1 + 1\n2')]
    """
    out = []
    for block in inspect.cleandoc(doc).split("\n\n"):
        lines = block.strip("\n").split("\n")
        if not any(lines):
            continue
        if lines[0].lstrip().startswith(">>>"):
            kind = "example"
        elif all(line.startswith("  ") for line in lines):
            kind = "code"
        else:
            kind = "text"
        body = inspect.cleandoc("\n".join(lines)) if kind != "text" else "\n".join(lines)
        if out and out[-1][0] == kind != "text":
            out[-1] = (kind, f"{out[-1][1]}\n\n{body}")
        else:
            out.append((kind, body))
    return out


def inline(text: str) -> list[tuple[str, bool]]:
    """Cut a paragraph at its backticks: pairs of text and "is code".

    >>> inline("Set `lr` first.")
    [('Set ', False), ('lr', True), (' first.', False)]
    """
    pieces = text.replace("``", "`").split("`")
    if len(pieces) % 2 == 0:  # a lone backtick is no mark
        return [(text, False)]
    return [(piece, bool(at % 2)) for at, piece in enumerate(pieces) if piece]


def public_names(module) -> list[str]:
    """List what a module offers: its `__all__`, else the functions and classes it defines."""
    if hasattr(module, "__all__"):
        return list(module.__all__)
    return [
        name
        for name, value in vars(module).items()
        if not name.startswith("_") and getattr(value, "__module__", None) == module.__name__
    ]


def entry(owner, name: str, prefix: str) -> Entry | None:
    """Describe the attribute `name` of `owner`; None for one without a docstring of its own."""
    value = inspect.getattr_static(owner, name)
    if isinstance(value, (staticmethod, classmethod)):
        value = value.__func__
    target = value.fget if isinstance(value, property) else value
    doc = own_doc(target)
    if doc is None:
        return None
    members = ()
    if inspect.isclass(target):
        found = [entry(target, n, f"{prefix}{name}.") for n in own_members(target)]
        members = tuple(one for one in found if one)
    path, line = place(target)
    return Entry(prefix + name, signature(value, bool(members)), doc, path, line, members)


def own_members(cls) -> list[str]:
    """List the public methods and properties that a class adds to what its bases offer."""
    inherited = {name for base in cls.__mro__[1:] for name in vars(base)}
    kinds = (property, staticmethod, classmethod)
    return [
        name
        for name, value in vars(cls).items()
        if not name.startswith("_") and name not in inherited
        and (inspect.isfunction(value) or isinstance(value, kinds))
    ]


def own_doc(value) -> str | None:
    """Give the docstring a value carries itself, not one that its class or base lends it."""
    if inspect.isclass(value):
        doc = vars(value).get("__doc__")
        return None if doc is None or doc.startswith(f"{value.__name__}(") else doc
    doc = getattr(value, "__doc__", None)
    return None if doc == type(value).__doc__ else doc


def signature(value, is_class: bool = False) -> str:
    """Write the arguments of a callable; nothing for a property or a value."""
    if isinstance(value, property) or not callable(value):
        return ""
    try:
        found = inspect.signature(value)
    except (TypeError, ValueError):
        return "(...)"
    parameters = [one for one in found.parameters.values() if one.name not in ("self", "cls")]
    return str(found.replace(parameters=parameters, return_annotation=inspect.Signature.empty))


def place(value) -> tuple[str, int]:
    """Give the file and line where a value is defined; an empty path when it has none."""
    value = inspect.unwrap(getattr(value, "function", value))
    try:
        return inspect.getsourcefile(value) or "", inspect.getsourcelines(value)[1]
    except (TypeError, OSError):
        return "", 0
