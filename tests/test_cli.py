"""The command line: what it prints, where, and with which exit code."""

from __future__ import annotations

import json
import os
import pty
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import kg
import small
from kg.cli import main
from kg.folder import Folder

SELECT = "SELECT ?war ?warLabel { ?war a kg:War ; rdfs:label ?warLabel } ORDER BY ?war"


class Run:
    """What a command gave: exit code, standard output and standard error."""

    def __init__(self, folder: Folder, capfd: pytest.CaptureFixture[str]) -> None:
        self.folder = folder
        self._capfd = capfd

    def __call__(self, *arguments: str) -> tuple[int, str, str]:
        code = main(["--folder", str(self.folder.root), *arguments])
        out, err = self._capfd.readouterr()
        return code, out.replace("\r\n", "\n"), err


@pytest.fixture
def run(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> Run:
    return Run(small.make(tmp_path / "small"), capfd)


def process(*arguments: str) -> list[str]:
    return [sys.executable, "-m", "kg", *arguments]


def test_without_a_name_the_questions_are_listed(run: Run) -> None:
    assert run("ask") == (0, "beginnings  The wars and their beginnings\nof-war      What is said of a war?\n"
                             "wars        Which wars are there?\n", "")


def test_a_question_is_answered_as_csv_in_a_pipe(run: Run) -> None:
    code, out, err = run("ask", "wars")
    assert (code, err) == (0, "")
    assert out.splitlines() == ["war,warLabel,dead", "http://example.org/id/long-war,Long War,1200",
                                "http://example.org/id/short-war,Short War,7"]


def test_a_graph_is_turtle_and_a_yes_is_json_in_a_pipe(run: Run) -> None:
    assert 'id:short-war kg:begins "1905-01-01"' in run("ask", "beginnings")[1]
    assert json.loads(run("ask", "--sparql", "ASK { id:ford a kg:War }")[1])["boolean"] is False


def test_on_a_terminal_it_is_a_table_as_wide_as_the_terminal(run: Run) -> None:
    leader, follower = pty.openpty()
    environment = {**os.environ, "COLUMNS": "30"}
    done = subprocess.run(process("--folder", str(run.folder.root), "ask", "of-war"), stdout=follower, env=environment, check=True)
    os.close(follower)
    lines = os.read(leader, 100_000).decode().splitlines()
    os.close(leader)
    assert done.returncode == 0
    assert lines[0].startswith("war") and lines[-1].endswith("rows)") and max(map(len, lines)) <= 30


def test_the_opening_question_comes_with_its_title(run: Run) -> None:
    code, out, _ = run("ask", "--opening")
    assert code == 0 and out.startswith("Which wars are there?\nEvery war with its dead.\n\nwar ") and out.endswith("(2 rows)\n")


def test_about_tells_the_parameters(run: Run) -> None:
    assert run("ask", "of-war", "--about")[1] == (
        'What is said of a war?\n  war = id:long-war  (a war)\n  since = "1900-01-01"^^xsd:date  (a date)\n'
    )


@pytest.mark.parametrize("value", ["short-war", "id:short-war", "http://example.org/id/short-war", "SHORT WAR", "Guerre breve"])
def test_a_parameter_takes_a_thing_by_any_name(value: str, run: Run) -> None:
    code, out, _ = run("ask", "of-war", f"war={value}")
    assert code == 0 and out.count("/short-war,") == 5 and "long-war" not in out


def test_a_parameter_takes_a_date(run: Run) -> None:
    assert run("ask", "of-war", "since=1901-02-04")[1] == "war,property,value\n"
    assert len(run("ask", "of-war", "since=1901-02-03")[1].splitlines()) > 2


def test_as_of_a_day_a_question_takes_part_by_its_parameter(run: Run) -> None:
    (run.folder.queries / "then.rq").write_text(small.OF_WAR.replace("?since", "?asOf"), encoding="utf-8")
    named = run("ask", "then", "asOf=1901-02-28")
    assert run("ask", "then", "--as-of", "1901-02") == named and named[1].splitlines() == ["war,property,value"]
    assert len(run("ask", "then", "--as-of", "1901-02-03")[1].splitlines()) > 2
    text = 'SELECT ?asOf {\n  VALUES ?asOf { "1900-01-01"^^xsd:date }   #+ a day\n}'
    assert run("ask", "--sparql", text, "--as-of", "1904")[1] == "asOf\n1904-12-31\n"
    code, out, err = run("ask", "wars", "--as-of", "1901")
    assert (code, out) == (2, "") and err.endswith("it has no parameter asOf; these have it: then\n")
    code, out, err = run("ask", "then", "asOf=1901-02-28", "--as-of", "1901-02")
    assert (code, out, err) == (2, "", "kg: the parameter 'asOf' is given twice; --as-of is the same\n")


def test_a_file_standard_input_and_text_can_be_asked(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "q.rq"
    file.write_text(small.OF_WAR, encoding="utf-8")
    named = run("ask", "of-war", "war=short-war")[1]
    assert run("ask", "--file", str(file), "war=short-war")[1] == named
    done = subprocess.run(process("--folder", str(run.folder.root), "ask", "--file", "-", "war=short-war"),
                          input=small.OF_WAR.encode(), capture_output=True, check=True)
    assert done.stdout.decode().replace("\r\n", "\n") == named and done.stderr == b""
    assert "Short War" in run("ask", "--sparql", SELECT)[1]


def test_an_answer_goes_to_a_file(run: Run, tmp_path: Path) -> None:
    output = tmp_path / "out.json"
    assert run("ask", "wars", "--format", "json", "-o", str(output)) == (0, "", "")
    assert len(json.loads(output.read_text(encoding="utf-8"))["results"]["bindings"]) == 2


def test_an_answer_may_go_to_a_device(run: Run) -> None:
    assert run("ask", "wars", "-o", os.devnull) == (0, "", "")
    assert Path(os.devnull).is_char_device()


ERRORS: list[tuple[list[str], int, str]] = [
    ([], 2, "the following arguments are required: COMMAND; see kg --help"),
    (["sing"], 2, "invalid choice: 'sing'"),
    (["ask", "--loud"], 2, "unrecognized arguments: --loud"),
    (["draw"], 2, "the following arguments are required: -o/--output; see kg draw --help"),
    (["draw", "--depth", "x", "-o", "f"], 2, "invalid int value: 'x'"),
    (["draw", "--depth", "-1", "-o", "f"], 2, "--depth must be 0 or more"),
    (["export", "pdf"], 2, "unknown format 'pdf'; choose one of turtle"),
    (["ask", "wars", "--format", "pdf"], 2, "unknown format 'pdf'; choose one of table, csv"),
    (["ask", "wars", "--format", "turtle"], 2, "a table cannot be written as 'turtle'"),
    (["ask", "beginnings", "--format", "csv"], 2, "a graph cannot be written as 'csv'"),
    (["ask", "wars", "--sparql", "ASK {}"], 2, "more than one question"),
    (["ask", "wars", "war=ford"], 2, "the question wars has no parameter 'war'; it has none"),
    (["ask", "of-war", "short-war"], 2, "'short-war' is no parameter; write it as name=value"),
    (["ask", "of-war", "war=short-war", "war=long-war"], 2, "the parameter 'war' is given twice"),
    (["ask", "of-war", "war=Ford"], 2, "'Ford' is the name of several things"),
    (["ask", "of-war", "since=never"], 2, "'never' is no date"),
    (["ask", "wars", "--as-of", "1939"], 2, "the question wars is not about a day: it has no parameter asOf; no question here has it"),
    (["ask", "--as-of", "1939"], 2, "--as-of needs a question; no question here has it"),
    (["ask", "wars", "--as-of", "never"], 2, "'never' is no date; write a day, a month or a year that exists"),
    (["show", "long-war", "--as-of", "1939-02-30"], 2, "'1939-02-30' is no date; write a day, a month or a year that exists"),
    (["draw", "--as-of", "1939/1940", "-o", "f"], 2, "'1939/1940' is no date; write a day, a month or a year that exists"),
    (["draw", "--as-of", "", "-o", "f"], 2, "argument --as-of: must not be empty"),
    (["ask", "--sparql", "SELECT * { ?s ?p . }"], 3, "--sparql:1:20: not valid SPARQL"),
    (["ask", "--sparql", "SELECT * { ?s kg:p . }"], 3, "--sparql:1:21: not valid SPARQL"),
    (["ask", "--sparql", "ASK { ?s no:p 1 }"], 3, "the prefix no: is not declared"),
    (["ask", "--sparql", ""], 2, "argument --sparql: must not be empty"),
    (["ask", "--sparql", "?x"], 3, "--sparql: is no query"),
    (["ask", "--sparql", "CLEAR ALL"], 3, "--sparql: an update is not a question"),
    (["ask", "--sparql", "ASK { SERVICE <http://a/> {} }"], 3, "--sparql: SERVICE would send the question"),
    (["ask", "warts"], 4, "no question 'warts'; did you mean wars"),
    (["ask", "of-war", "war=shrot war"], 4, 'no thing is called \'shrot war\'; did you mean "Short War"'),
    (["ask", "--file", "/no/file.rq"], 4, "/no/file.rq: cannot be read (No such file or directory)"),
    (["show", "nobody"], 4, "no thing is called 'nobody'"),
    (["ask", "wars", "--store", "/no/store"], 4, "/no/store: no such store"),
    (["--folder", "/no/folder", "ask"], 4, "/no/folder: is not the folder of a data set"),
    (["ask", "wars", "-o", "/no/folder/f"], 5, "/no/folder/f: cannot be written (No such file or directory)"),
    (["ask", "wars", "--store", "http://127.0.0.1:1/"], 5, "http://127.0.0.1:1/: no answer"),
]


@pytest.mark.parametrize(("arguments", "code", "says"), ERRORS, ids=[" ".join(a) or "nothing" for a, *_ in ERRORS])
def test_an_error_is_one_line_with_its_exit_code(arguments: list[str], code: int, says: str, run: Run) -> None:
    found, out, err = run(*arguments)
    assert (found, out) == (code, "")
    assert says in err and err.startswith("kg: ") and err.count("\n") == 1


def test_a_folder_not_built_and_a_broken_graph_are_told(run: Run) -> None:
    run.folder.triples.write_text(small.PREFIXES + "id:a id:b .\n")
    code, _, err = run("ask", "wars")
    assert code == 3 and "triples.ttl:8:" in err and err.count("\n") == 1
    run.folder.triples.unlink()
    code, _, err = run("ask", "wars")
    assert code == 4 and err.endswith("triples.ttl: the graph is not built yet; run kg build\n")


def test_what_stood_in_a_file_stays_when_the_question_fails(run: Run, tmp_path: Path) -> None:
    output = tmp_path / "out"
    output.write_text("old")
    assert run("ask", "--sparql", "SELECT * { ?s ?p . }", "-o", str(output))[0] == 3
    assert output.read_text() == "old"


def test_an_unexpected_error_is_one_line_too(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(_: object) -> None:
        raise RuntimeError("boom")

    monkeypatch.setattr("kg.store.open_store", fail)
    monkeypatch.delenv("KG_DEBUG", raising=False)
    code, out, err = run("ask", "wars")
    assert (code, out, err.count("\n")) == (70, "", 1) and err.startswith("kg: internal error (RuntimeError: boom)")
    monkeypatch.setenv("KG_DEBUG", "1")
    with pytest.raises(RuntimeError):
        run("ask", "wars")


def test_an_interrupt_ends_it_with_130(run: Run, tmp_path: Path) -> None:
    pipe = tmp_path / "pipe.rq"
    os.mkfifo(pipe)
    child = subprocess.Popen(process("--folder", str(run.folder.root), "ask", "--file", str(pipe)),
                             stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    with open(pipe, "w"):  # opens when the child has begun to read
        child.send_signal(signal.SIGINT)
        out, err = child.communicate(timeout=20)
    assert (child.returncode, out, err) == (130, "", "kg: interrupted\n")


def test_a_reader_that_goes_away_is_no_error(run: Run) -> None:
    reader, writer = os.pipe()
    os.close(reader)
    for arguments in (["ask", "wars"], ["ask"], ["--help"], ["--version"], ["show", "long-war"]):
        done = subprocess.run(process("--folder", str(run.folder.root), *arguments), stdout=writer, stderr=subprocess.PIPE, check=False)
        assert (done.returncode, done.stderr) == (0, b"")
    os.close(writer)


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="this system has no /dev/full")
def test_a_full_disk_is_told(run: Run) -> None:
    with open("/dev/full", "wb") as full:
        done = subprocess.run(process("--folder", str(run.folder.root), "ask", "wars"), stdout=full, stderr=subprocess.PIPE, check=False)
    assert done.returncode == 5 and done.stderr.startswith(b"kg: standard output: cannot be written")


def test_output_is_utf8_whatever_the_locale_says(run: Run) -> None:
    environment = {**os.environ, "PYTHONIOENCODING": "ascii", "LC_ALL": "C"}
    text = 'SELECT ?x { VALUES ?x { "戦争" } }'
    for format in ("csv", "table", "markdown"):
        done = subprocess.run(process("--folder", str(run.folder.root), "ask", "--sparql", text, "--format", format),
                              capture_output=True, env=environment, check=True)
        assert "戦争" in done.stdout.decode("utf-8")


@pytest.mark.parametrize("command", ["", "build", "check", "ask", "show", "draw", "export"])
def test_help_teaches(command: str, capfd: pytest.CaptureFixture[str]) -> None:
    assert main([*command.split(), "--help"]) == 0
    out = capfd.readouterr().out
    assert out.startswith(f"usage: kg {command}".rstrip()) and "examples:\n  kg " in out
    if not command:
        assert "exit codes: 0 done" in out and all(f"\n    {name} " in out for name in ("build", "ask", "export"))


def test_version(capfd: pytest.CaptureFixture[str]) -> None:
    assert main(["--version"]) == 0
    assert capfd.readouterr().out == f"kg {kg.__version__}\n"


@pytest.fixture
def real(folder: Folder, capfd: pytest.CaptureFixture[str]) -> Iterator[Run]:
    yield Run(folder, capfd)


def test_show_draw_and_export_on_the_real_data(real: Run, tmp_path: Path) -> None:
    thing = real("ask", "--sparql", "SELECT ?b { ?b a kg:Battle . ?c rdf:subject ?b } ORDER BY ?b LIMIT 1")[1].splitlines()[1]
    shown = real("show", thing, "--format", "json")
    assert shown[0] == 0 and json.loads(shown[1])["iri"] == thing and json.loads(shown[1])["lines"]
    page = tmp_path / "page.html"
    code, out, err = real("draw", "--around", thing, "-o", str(page))
    assert (code, err) == (0, "") and out.startswith(f"{page}: ") and page.read_text(encoding="utf-8").startswith("<!")
    shown = real("show", thing, "--as-of", "1930", "--format", "json")
    assert shown[0] == 0 and json.loads(shown[1])["as_of"] == "1930-12-31" and json.loads(shown[1])["standing"] == "not yet"
    code, out, err = real("draw", "--as-of", "1937-06", "-o", str(page))
    assert (code, err) == (0, "") and "<h1>The whole network, as of 1937-06-30</h1>" in re.sub("<h1>.*, as", "<h1>The whole network, as", page.read_text(encoding="utf-8"))
    code, out, _ = real("export", "ntriples")
    assert code == 0 and out.splitlines() == sorted(set(out.splitlines())) and len(out.splitlines()) > 1000
