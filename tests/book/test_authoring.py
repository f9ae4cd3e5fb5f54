"""The command around the build: progress, freshness, npm's packages, serving."""

import json
import threading
import urllib.request

import pytest

from rmsprop_lab.authoring import AuthoringError, book, freshness, npm, preview, sphinx_run


def test_progress_and_warnings_are_read_from_what_sphinx_says():
    result = sphinx_run.Result()
    coloured = "\x1b[01mreading sources... \x1b[39;49;00m[ 50%] \x1b[35mbook/api\x1b[0m\n"
    assert result.line(coloured) == (30, "book/api")
    assert result.line("writing output... [100%] book/api") == (95, "book/api")
    assert result.line("copying assets: done") is None
    assert result.line("\x1b[91m/a/b.md:3: WARNING: no such thing [ref.x]\x1b[0m") is None
    assert result.line("a lesson on WARNINGs") is None
    assert result.warnings == ["/a/b.md:3: WARNING: no such thing [ref.x]"]


def test_a_failure_quotes_the_first_warnings_or_the_last_words():
    result = sphinx_run.Result(1, [f"WARNING: {n}" for n in range(9)])
    words = book.failure(result)
    assert words.startswith("the book has 9 warnings:\nWARNING: 0\n") and "4 more" in words
    assert "WARNING: 7" not in words
    silent = sphinx_run.Result(1)
    silent.line("Traceback: no module named x")
    assert "no module named x" in book.failure(silent)


@pytest.fixture
def checkout(tmp_path):
    for name in ("_config.yml", "book/intro.md", "lessons/01_a.ipynb", "lessons/01_a.md",
                 "rmsprop_lab/a.py", "book/_build/html/index.html"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(name)
    return tmp_path


@pytest.mark.parametrize(
    ("name", "counts"),
    [("_config.yml", True), ("book/intro.md", True), ("lessons/01_a.ipynb", True),
     ("rmsprop_lab/a.py", True), ("book/_static/new.css", True), ("lessons/01_a.md", False),
     ("book/_build/html/index.html", False), ("README.md", False)],
)
def test_what_makes_a_book_old(checkout, name, counts):
    before = freshness.fingerprint(checkout)
    (checkout / name).parent.mkdir(exist_ok=True)
    (checkout / name).write_text("changed")
    assert (freshness.fingerprint(checkout) != before) == counts


def test_times_do_not_make_a_book_old(checkout):
    before = freshness.fingerprint(checkout)
    (checkout / "_config.yml").touch()
    assert freshness.fingerprint(checkout) == before
    (checkout / "_config.yml").rename(checkout / "book/_config.yml")
    assert freshness.fingerprint(checkout) != before


@pytest.mark.parametrize("text", ["", "{", "[]", '{"made_of": 1}'])
def test_an_unreadable_stamp_is_none(tmp_path, text):
    (tmp_path / "stamp.json").write_text(text)
    assert freshness.read_stamp(tmp_path / "stamp.json").made_of == ""


def test_stamps_come_back(tmp_path):
    stamp = freshness.Stamp(tmp_path / "a" / "stamp.json", "abc", ["w"], True)
    stamp.write()
    assert freshness.read_stamp(stamp.path) == stamp


def npm_folder(tmp_path, locked, installed):
    packages = {"": {}, "node_modules/mathjax": {"version": locked}}
    (tmp_path / "package-lock.json").write_text(json.dumps({"packages": packages}))
    if installed:
        path = tmp_path / "node_modules/mathjax/package.json"
        path.parent.mkdir(parents=True)
        path.write_text(json.dumps({"version": installed}))
    return tmp_path


@pytest.mark.parametrize(
    ("installed", "missing"), [("3.2.2", []), ("3.2.1", ["mathjax"]), (None, ["mathjax"])]
)
def test_npm_packages_are_those_of_the_lock_file(tmp_path, installed, missing):
    assert npm.missing(npm_folder(tmp_path, "3.2.2", installed), ["mathjax"]) == missing


def test_npm_leaves_what_is_there(tmp_path):
    assert npm.ensure(npm_folder(tmp_path, "3.2.2", "3.2.2"), ["mathjax"]) is False


def test_npm_without_a_lock_file_says_so(tmp_path):
    with pytest.raises(AuthoringError, match=r"package-lock\.json"):
        npm.ensure(tmp_path, ["mathjax"])


def test_npm_that_fails_ends_in_a_sentence(tmp_path):
    npm_folder(tmp_path, "3.2.2", None)
    # Without package.json npm has nothing to install, and says so without asking the registry.
    with pytest.raises(AuthoringError, match="npm could not install mathjax"):
        npm.ensure(tmp_path, ["mathjax"])


def test_pages_are_served_to_this_machine_alone(tmp_path):
    (tmp_path / "index.html").write_text("<p>book</p>")
    (tmp_path / "a.js").write_text("1")
    with preview.server(tmp_path, 0) as first:
        assert first.server_address[0] == "127.0.0.1"
        with preview.server(tmp_path, first.server_port) as second:
            assert second.server_port != first.server_port, "a taken port is not an error"
        threading.Thread(target=first.serve_forever, daemon=True).start()
        address = f"http://127.0.0.1:{first.server_port}/"
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        with opener.open(address) as answer:
            assert answer.read() == b"<p>book</p>"
            assert answer.headers["Cache-Control"] == "no-cache"
        with opener.open(address + "a.js") as answer:
            assert answer.headers["Content-Type"] == "text/javascript"
        first.shutdown()


def test_outside_a_checkout_the_command_says_so(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    assert book.main(["--no-open"]) == 1
    assert "_config.yml" in capsys.readouterr().err
