"""Tools of the authors: lessons become notebooks, notebooks become the book, gates check both.

Nothing here is needed to use the lab. The modules import the development packages when they
first need them, so that a missing one ends in a sentence and not in a traceback.
"""

import importlib
import sys

__all__ = ["AuthoringError", "MissingTool", "tool"]

# jsonschema takes this package where it is installed, to check IRIs; notebooks hold none, and
# importing it parses a grammar for two seconds in every process that reads a notebook.
sys.modules.setdefault("rfc3987_syntax", None)


class AuthoringError(RuntimeError):
    """A source, a notebook or a setting is wrong. The message names the place and the repair."""


class MissingTool(AuthoringError):
    """A development package is not installed."""


def tool(name):
    """Import a development package by its module name.

    Raises MissingTool with the command that installs it.

    >>> tool("json").dumps([1])
    '[1]'
    >>> tool("no_such_package")
    Traceback (most recent call last):
    ...
    rmsprop_lab.authoring.MissingTool: no_such_package is not installed here; run `uv sync` ...
    """
    try:
        return importlib.import_module(name)
    except ModuleNotFoundError as error:
        raise MissingTool(
            f"{error.name} is not installed here; run `uv sync` (or `make`) in the checkout: "
            "authoring needs the development packages"
        ) from error
