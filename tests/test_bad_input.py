"""What goes wrong around the program: signals, closed and full outputs, odd files. One line each, and nothing half-written."""

from __future__ import annotations

import codecs
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

import tiny
from kg.assemble import assemble
from kg.build import build
from kg.check import check
from kg.errors import BadData, CannotWrite, NotFound
from kg.folder import write_atomically
from kg.store import open_store
from tiny import CLAIMS_FILE, LINKS_FILE, THINGS_FILE

KG = [sys.executable, "-m", "kg"]


def run(*arguments: str, **options: object) -> subprocess.CompletedProcess[str]:
    """One run of the program in a process of its own."""
    environment = os.environ | {"PYTHONPATH": str(tiny.ROOT / "src")} | options.pop("env", {})  # type: ignore[operator]
    return subprocess.run([*KG, *arguments], capture_output=True, text=True, encoding="utf-8", env=environment, check=False, **options)  # type: ignore[call-overload,no-any-return]


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A data set, built."""
    folder = tiny.make(tmp_path / "set")
    build(folder, check=False)
    return Path(folder.root)


# Signals.


@pytest.mark.parametrize("name, code, says", [("SIGTERM", 143, "kg: ended from outside\n"), ("SIGINT", 130, "kg: interrupted\n")])
def test_a_signal_in_the_middle_of_writing_leaves_what_was_there(name: str, code: int, says: str, root: Path, tmp_path: Path) -> None:
    output = tmp_path / "out" / "graph.ttl"
    output.parent.mkdir()
    output.write_text("what was there", encoding="utf-8")
    program = (
        "import os, signal, sys\nfrom kg import cli, folder\n"
        f"folder.os.fsync = lambda descriptor: os.kill(os.getpid(), signal.{name})\n"
        f"sys.exit(cli.main(['build', '--folder', {str(root)!r}, '-o', {str(output)!r}]))\n"
    )
    environment = os.environ | {"PYTHONPATH": str(tiny.ROOT / "src")}
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, env=environment, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (code, "", says)
    assert [path.name for path in output.parent.iterdir()] == ["graph.ttl"]
    assert output.read_text(encoding="utf-8") == "what was there"


def test_an_interrupt_at_any_moment_is_one_line(root: Path) -> None:
    environment = os.environ | {"PYTHONPATH": str(tiny.ROOT / "src")}
    for n in range(12):
        process = subprocess.Popen([*KG, "check", "--folder", str(root)], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment)
        time.sleep(0.15 + n * 0.05)
        process.send_signal(signal.SIGINT)
        _, said = process.communicate()
        # -2 is Python itself: before the program, after it, or behind its back where the interrupt passed through code run from C
        # (Py_RunMain); a shell calls it 130 too.
        assert (process.returncode, said) in [(130, "kg: interrupted\n"), (-2, "kg: interrupted\n"), (0, ""), (-2, "")]


# Outputs.


@pytest.mark.parametrize("unbuffered", ["", "1"])
def test_a_full_output_is_an_error(unbuffered: str, root: Path) -> None:
    if not os.path.exists("/dev/full"):
        pytest.skip("this machine has no /dev/full")
    with open("/dev/full", "wb") as full:
        environment = os.environ | {"PYTHONPATH": str(tiny.ROOT / "src"), "PYTHONUNBUFFERED": unbuffered}
        done = subprocess.run([*KG, "export", "turtle", "--folder", str(root)], stdout=full, stderr=subprocess.PIPE, text=True, env=environment, check=False)
    assert done.returncode == 5 and done.stderr.startswith("kg: standard output: cannot be written")


def test_all_is_written_when_python_does_not_buffer(root: Path) -> None:
    plain, unbuffered = (run("export", "turtle", "--folder", str(root), env={"PYTHONUNBUFFERED": value}) for value in ("", "1"))
    assert plain.stdout == unbuffered.stdout and plain.returncode == unbuffered.returncode == 0


@pytest.mark.parametrize("redirect, says", [(">&-", "kg: standard output: is closed"), ("<&-", "kg: standard input: is closed")])
def test_what_is_closed_is_named(redirect: str, says: str, root: Path) -> None:
    command = f'"{sys.executable}" -m kg ask --file - --folder "{root}" {redirect}'
    if redirect.startswith(">"):
        command = f'"{sys.executable}" -m kg export turtle --folder "{root}" {redirect}'
    environment = os.environ | {"PYTHONPATH": str(tiny.ROOT / "src")}
    done = subprocess.run(command, shell=True, capture_output=True, text=True, env=environment, check=False)
    assert done.returncode in (4, 5) and done.stderr.startswith(says) and done.stderr.count("\n") == 1


def test_a_link_that_leads_to_itself(tmp_path: Path) -> None:
    loop = tmp_path / "loop"
    loop.symlink_to(loop)
    with pytest.raises(CannotWrite, match="cannot be written"):
        write_atomically(loop, b"x")
    assert list(tmp_path.iterdir()) == [loop]


def test_what_cannot_be_written_is_told_before_the_work(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("kg.build.assemble", lambda folder: pytest.fail("worked first"))
    for output in (root, root / "no" / "such" / "place.ttl"):
        with pytest.raises(CannotWrite):
            build(tiny.Folder(root), output)


# Files.


@pytest.mark.parametrize("text", [
    "[] a kg:Person .\n", "id:zed a kg:Person ; rdfs:label [] .\n", 'id:zed a kg:Person ; kg:note ("a" "b") .\n',
    "id:zed a kg:Person ; kg:about <<( id:ford a kg:Place )>> .\n",
])
def test_a_node_without_a_name_is_refused(text: str, tmp_path: Path) -> None:
    found = check(tiny.make(tmp_path, (THINGS_FILE, "", text)))
    assert any("holds a node without a name" in problem.what and problem.file == THINGS_FILE for problem in found)


@pytest.mark.parametrize("text, says", [
    ("passag:x a kg:Passage .\n", "The prefix passag: has not been declared; add its @prefix line"),
    ("id:ford rdfs:label \"x\"@en\nid:zed a kg:Person .\n", "mend the punctuation here or on the line before"),
])
def test_turtle_that_cannot_be_read(text: str, says: str, tmp_path: Path) -> None:
    with pytest.raises(BadData) as caught:
        assemble(tiny.make(tmp_path, (THINGS_FILE, "", text)))
    assert says in str(caught.value) and f"{THINGS_FILE}:" in str(caught.value) and "between" not in str(caught.value)


def test_text_that_is_not_utf8(tmp_path: Path) -> None:
    folder = tiny.make(tmp_path)
    (tmp_path / THINGS_FILE).write_bytes((tmp_path / THINGS_FILE).read_bytes() + b'id:zed a kg:Person ; rdfs:label "\xff"@en .\n')
    with pytest.raises(BadData, match="the text is not UTF-8; save the file as UTF-8"):
        assemble(folder)


@pytest.mark.parametrize("part", ["checks", "rules"])
def test_a_rule_that_is_not_utf8(part: str, tmp_path: Path) -> None:
    folder = tiny.make(tmp_path)
    (tmp_path / "ontology").unlink()
    for path in (tiny.ROOT / "ontology").rglob("*"):
        if path.is_file():
            copy = tmp_path / path.relative_to(tiny.ROOT)
            copy.parent.mkdir(parents=True, exist_ok=True)
            copy.write_bytes(path.read_bytes())
    (tmp_path / "ontology" / part / "99-odd.rq").write_bytes(b"# \xff\n")
    with pytest.raises(BadData, match=r"99-odd.rq: the text is not UTF-8"):
        check(folder)


def test_a_mark_at_the_beginning_of_a_file_is_passed_over(tmp_path: Path) -> None:
    folder = tiny.make(tmp_path)
    for name in (CLAIMS_FILE, LINKS_FILE):
        (tmp_path / name).write_bytes(codecs.BOM_UTF8 + (tmp_path / name).read_bytes())
    assert check(folder) == []


def test_an_editors_own_files_are_passed_over(tmp_path: Path) -> None:
    folder = tiny.make(tmp_path)
    (tmp_path / "data/curated/claims/.#one.ttl").symlink_to("nobody@nowhere.1")
    assert check(folder) == []


@pytest.mark.parametrize("name", ["ontology", "data/curated"])
def test_what_is_missing_is_told_once(name: str, tmp_path: Path) -> None:
    folder = tiny.make(tmp_path)
    (tmp_path / name).rename(tmp_path / "elsewhere")
    with pytest.raises((NotFound, BadData)) as caught:
        check(folder)
    assert name in str(caught.value) and "\n" not in str(caught.value)


def test_an_empty_graph_is_no_graph(root: Path) -> None:
    (root / "data" / "triples.ttl").write_text("", encoding="utf-8")
    with pytest.raises(NotFound, match="the graph is empty; run kg build"):
        open_store(tiny.Folder(root))


def test_one_mistake_is_told_in_one_line(tmp_path: Path) -> None:
    twice = (CLAIMS_FILE, "", tiny.CLAIMS.splitlines()[0].replace("1901", "1902") + "\n")
    found = check(tiny.make(tmp_path, twice))
    assert [(problem.iri, "a second block under this name" in problem.what) for problem in found] == [("claim:one-01-1", True)]


def test_texts_of_every_type_can_be_drawn(tmp_path: Path) -> None:
    more = "".join(f'id:zed-{n} a kg:Person ; rdfs:label "Zed {n}"@en ; rdfs:comment "x"@de, "{n}", {n}, {n}.5, true .\n' for n in range(40))
    folder = tiny.make(tmp_path, (THINGS_FILE, "", more))
    build(folder, check=False)
    for command in (["draw", "-o", str(tmp_path / "n.html")], ["export", "graphml", "-o", str(tmp_path / "n.graphml")], ["show", "Zed 3"]):
        done = run(*command, "--folder", str(tmp_path))
        assert (done.returncode, done.stderr) == (0, "")
