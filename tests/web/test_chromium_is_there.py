"""A reader without a browser sees a skip that names the repair; CI sees a failure."""

import os

import pytest

from tests.web.webtools import find_chromium


@pytest.mark.parametrize(("ci", "outcome"), [("", pytest.skip.Exception),
                                             ("true", pytest.fail.Exception)])
def test_missing_chromium(tmp_path, ci, outcome):
    with pytest.raises(outcome, match="apt-get install chromium"):
        find_chromium({"PATH": str(tmp_path), "CI": ci})


def test_the_variable_names_a_browser(tmp_path):
    own = tmp_path / ("browser.exe" if os.name == "nt" else "browser")
    own.write_text("")
    own.chmod(0o755)
    assert find_chromium({"PATH": "", "CHROMIUM": str(own)}) == str(own)
