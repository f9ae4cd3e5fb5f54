"""What is stored is the same in every run, and a file is whole or as it was."""

import nbformat
import pytest
from nbformat import v4

from rmsprop_lab.authoring import AuthoringError, store


def code(text, outputs=(), count=1, **metadata):
    return v4.new_code_cell(text, outputs=list(outputs), execution_count=count, metadata=metadata)


def stream(text, name="stdout"):
    return v4.new_output("stream", name=name, text=text)


def cleaned(*cells):
    return store.clean(v4.new_notebook(cells=list(cells))).cells


def test_ids_are_those_of_the_content_and_unique_on_repeats():
    first = [cell.id for cell in cleaned(code("1"), code("1"), v4.new_markdown_cell("1"))]
    again = [cell.id for cell in cleaned(code("1"), code("1"), v4.new_markdown_cell("1"))]
    assert first == again
    assert len({*first}) == 3
    assert cleaned(code("2"))[0].id not in first


def test_pieces_of_a_stream_are_joined_and_stdout_comes_first():
    picture = v4.new_output("display_data", {"image/png": "AAAA\n"})
    cell = code("x", [stream("e\n", "stderr"), stream("a"), stream("b\n"), picture, stream("c\n")])
    (cell,) = cleaned(cell)
    texts = [(o.name, o.text) if o.output_type == "stream" else o.data for o in cell.outputs]
    expected = [("stdout", "ab\n"), ("stderr", "e\n"), {"image/png": "AAAA"}, ("stdout", "c\n")]
    assert texts == expected


def test_colours_timing_counts_and_machine_paths_are_taken_out():
    error = v4.new_output(
        "error", ename="E", evalue="\x1b[31mbad\x1b[0m", traceback=["/home/me/x.py", "E: bad"]
    )
    result = v4.new_output("execute_result", {"text/plain": "\x1b[1m7"}, execution_count=99)
    warning = stream("/tmp/ipykernel_17/1234.py:1: UserWarning: hm\n", "stderr")
    timing = {"iopub.status.busy": "2026-01-01T00:00:00Z"}
    (cell,) = cleaned(code("x", [warning, result, error], 3, execution=timing, tags=["kept"]))
    assert cell.metadata == {"tags": ["kept"]}
    assert cell.outputs[0].text == "<cell>:1: UserWarning: hm\n"
    assert (cell.outputs[1].data["text/plain"], cell.outputs[1].execution_count) == ("7", 3)
    assert (cell.outputs[2].evalue, cell.outputs[2].traceback) == ("bad", ["E: bad"])


def test_the_metadata_names_no_machine():
    found = {"language_info": {"name": "python", "version": "3.99.1"}, "orig_nbformat": 4}
    metadata = store.clean(v4.new_notebook(metadata=found)).metadata
    assert metadata == {"language_info": store.LANGUAGE}


@pytest.mark.parametrize(
    "output",
    [
        v4.new_output("execute_result", {"text/plain": "<f at 0x7f5e12>"}, execution_count=1),
        stream("<f at 0x7f5e12>\n"),
    ],
)
def test_an_address_is_refused_since_no_two_runs_print_the_same(output, tmp_path):
    nb = v4.new_notebook(cells=[code("a = 1\nprint(f)", [output])])
    with pytest.raises(AuthoringError, match=r"nb\.ipynb.*`print\(f\)`.*0x7f5e12"):
        store.write(nb, tmp_path / "nb.ipynb")
    assert list(tmp_path.iterdir()) == []


def test_a_file_is_valid_ends_in_a_newline_and_is_read_back(tmp_path):
    path = store.write(v4.new_notebook(cells=[code("print('é')", [stream("é\n")])]), tmp_path / "n")
    assert path.read_bytes().endswith(b"}\n")
    assert nbformat.read(path, as_version=4).cells[0].outputs[0].text == "é\n"
    assert [file.name for file in tmp_path.iterdir()] == ["n"]


def test_a_failed_write_leaves_the_old_file_and_no_draft(tmp_path, monkeypatch):
    path = store.write(v4.new_notebook(), tmp_path / "n")
    before = path.read_bytes()

    def full(*_):
        raise OSError("no space left on device")

    monkeypatch.setattr(store.os, "replace", full)
    with pytest.raises(OSError, match="no space"):
        store.write(v4.new_notebook(cells=[code("1")]), path)
    assert path.read_bytes() == before
    assert [file.name for file in tmp_path.iterdir()] == ["n"]
