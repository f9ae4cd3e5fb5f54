"""Run pytest under Colab's pins: `python tests/colab/launch.py [arguments of pytest]`.

A script of its own, because the kernels must not find the checkout: the plugin comes from a path
that only this process has, and the lab that the cells import is the one they installed.
"""

import re
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

import pytest  # noqa: E402
from nbval.plugin import IPyNbCell  # noqa: E402

from rmsprop_lab.authoring.source import SETUP_TAG  # noqa: E402
from tests import nbgate  # noqa: E402


class Colab:
    """What differs here: the set-up cell works, and says so; sources are compared elsewhere."""

    @pytest.hookimpl(trylast=True)
    def pytest_collection_modifyitems(self, items):
        """Leave out the comparison with sources, and the comparison of what pip says."""
        items[:] = [item for item in items if not isinstance(item, nbgate.SourceItem)]
        for item in items:
            if isinstance(item, IPyNbCell) and SETUP_TAG in item.cell.metadata.get("tags", ()):
                item.options["check"] = False

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_call(self, item):
        """A magic that fails does not fail its cell: look for pip's word."""
        result = yield
        if isinstance(item, IPyNbCell) and SETUP_TAG in item.cell.metadata.get("tags", ()):
            said = "".join(output.get("text", "") for output in item.test_outputs)
            said = re.sub(r"\x1b\[[0-9;]*m", "", said)
            if "error:" in said.lower() or not said:
                nbgate.fail(item, f"the set-up cell did not install the lab: {said or 'silence'}")
        return result


if __name__ == "__main__":
    sys.exit(pytest.main(sys.argv[1:], plugins=[nbgate, Colab()]))
