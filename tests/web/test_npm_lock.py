"""package.json and its lock file: the same packages for everybody, from any mirror."""

import json

from tests.built_book import PACKAGES
from tests.web.webtools import ROOT

MANIFEST = json.loads((ROOT / "package.json").read_text("utf-8"))
LOCK = json.loads((ROOT / "package-lock.json").read_text("utf-8"))["packages"]
WANTED = MANIFEST["dependencies"] | MANIFEST["devDependencies"]


def test_versions_are_exact_and_locked():
    assert {name: LOCK[f"node_modules/{name}"]["version"] for name in WANTED} == WANTED
    assert set(PACKAGES) <= set(WANTED)


def test_the_lock_holds_hashes_and_no_addresses_of_registries():
    installed = {name: entry for name, entry in LOCK.items() if name}
    assert all(entry["integrity"].startswith("sha512-") for entry in installed.values())
    assert [name for name, entry in installed.items() if "resolved" in entry] == []


def test_no_package_runs_a_script_when_installed():
    """`npm ci --ignore-scripts` is enough: nothing would be missing after it."""
    assert [name for name, entry in LOCK.items() if entry.get("hasInstallScript")] == []
