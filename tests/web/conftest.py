"""Fixtures of the web tests: a browser, npm's packages, the built book."""

import pytest

from tests.built_book import built_book, npm_packages
from tests.web.webtools import find_chromium


@pytest.fixture(scope="session")
def packages():
    """The folder node_modules, as the lock file has it."""
    return npm_packages()


@pytest.fixture(scope="session")
def chromium(packages):
    """Path of a Chromium, with what drives it installed."""
    return find_chromium()


@pytest.fixture(scope="session")
def book():
    """The folder of the built book, built now where it is older than its sources."""
    return built_book()
