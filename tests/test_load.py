"""A store on disk made of files: every format, as a whole or not at all."""

from __future__ import annotations

import gzip
import io
import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pyoxigraph as ox
import pytest

import served
from kg.cli import main
from kg.errors import BadData, CannotWrite, NotFound, UsageError
from kg.load import FORMATS, load
from kg.store import open_store
from test_full_disk import disk, fill  # noqa: F401  (a fixture)

TURTLE = '<http://x.org/s> <http://x.org/p> "é", 2 .\n'


def count(store: Path) -> int:
    return int(str(open_store(store).ask("SELECT (COUNT(*) AS ?n) { { ?s ?p ?o } UNION { GRAPH ?g { ?s ?p ?o } } }").rows[0]["n"]).split('"')[1])


@pytest.mark.parametrize("suffix", FORMATS)
@pytest.mark.parametrize("packed", [False, True])
def test_every_format_plain_and_packed(suffix: str, packed: bool, tmp_path: Path) -> None:
    triples = [quad.triple for quad in ox.parse(TURTLE, ox.RdfFormat.TURTLE)]
    content = ox.serialize(triples, format=FORMATS[suffix])
    assert content is not None
    file = tmp_path / f"data{suffix.upper()}{'.gz' if packed else ''}"
    file.write_bytes(gzip.compress(content) if packed else content)
    assert load([file], tmp_path / "store") == 2 == count(tmp_path / "store")


def test_several_files_and_a_byte_order_mark(tmp_path: Path) -> None:
    (tmp_path / "a.ttl").write_bytes(b"\xef\xbb\xbf" + TURTLE.encode())
    (tmp_path / "b.nq").write_text("<http://x.org/s> <http://x.org/p> <http://x.org/o> <http://x.org/g> .\r\n")
    (tmp_path / "c.ttl").write_bytes(b"\xef\xbb\xbf")
    assert load([tmp_path / "a.ttl", tmp_path / "b.nq", tmp_path / "c.ttl"], tmp_path / "store") == 3


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("bad.ttl", TURTLE.encode() + b"<http://x.org/s> <http://x.org/p> .\n", "bad.ttl:2:"),
        ("bad.nt", TURTLE.replace(", 2", "").encode() + b"nonsense\n", "bad.nt:2:"),
        ("bad.ttl", "<http://x.org/s> <http://x.org/p> \"é\" .\n".encode("utf-16"), "bad.ttl"),
        ("bad.ttl", "<http://x.org/s> <http://x.org/p> \"é\" .\n".encode("latin-1"), "bad.ttl:1:"),
        ("bad.rdf", b"<a><b></a>", "bad.rdf"),
        ("bad.jsonld", b'{"@id": 1', "bad.jsonld"),
        ("bad.ttl.gz", TURTLE.encode(), "bad.ttl.gz: cannot be unpacked"),
        ("bad.ttl.gz", gzip.compress(TURTLE.encode() * 9999)[:-20], "bad.ttl.gz: cannot be unpacked"),
        ("bad.nt", b'<http://x.org/s> <http://x.org/p> "' + b"x" * (20 << 20) + b'" .', "bad.nt"),
    ],
)
def test_what_is_wrong_is_said_and_leaves_nothing(name: str, content: bytes, said: str, tmp_path: Path) -> None:
    (tmp_path / "good.ttl").write_text(TURTLE)
    (tmp_path / name).write_bytes(content)
    with pytest.raises(BadData) as raised:
        load([tmp_path / "good.ttl", tmp_path / name], tmp_path / "store")
    assert said in str(raised.value) and "\n" not in str(raised.value)
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted([name, "good.ttl"])


def test_wrong_places_and_names(tmp_path: Path) -> None:
    (tmp_path / "a.ttl").write_text(TURTLE)
    with pytest.raises(UsageError, match="suffix"):
        load([tmp_path / "a.doc"], tmp_path / "store")
    with pytest.raises(NotFound):
        load([tmp_path / "none.ttl"], tmp_path / "store")
    with pytest.raises(NotFound):
        (tmp_path / "folder.ttl").mkdir()
        load([tmp_path / "folder.ttl"], tmp_path / "store")
    with pytest.raises(CannotWrite):
        load([tmp_path / "a.ttl"], tmp_path / "none" / "store")
    with pytest.raises(UsageError, match="something else"):
        load([tmp_path / "a.ttl"], tmp_path, replace=True)
    with pytest.raises(CannotWrite):
        load([tmp_path / "a.ttl"], tmp_path / "a.ttl")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.ttl", "folder.ttl"]


@pytest.fixture(params=["at once", "in two steps"])
def exchange(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """How the names of the old store and the new one are exchanged."""
    if request.param == "in two steps":
        monkeypatch.setattr("kg.load._exchanged", lambda one, other: False)


@pytest.mark.skipif(sys.platform != "linux", reason="names are exchanged at once on Linux alone")
def test_a_store_has_its_name_all_the_time(tmp_path: Path) -> None:
    store = served.store(tmp_path / "store", TURTLE)
    ends, missing = threading.Event(), []

    def looks() -> None:
        while not ends.is_set():
            if not (store / "CURRENT").exists():
                missing.append(time.monotonic())

    looking = threading.Thread(target=looks)
    looking.start()
    for _ in range(5):
        load([tmp_path / "data.ttl"], store, replace=True)
    ends.set()
    looking.join()
    assert not missing and count(store) == 2


def test_what_a_killed_load_left_is_swept_away_and_nothing_else(tmp_path: Path) -> None:
    (tmp_path / "a.ttl").write_text(TURTLE)
    dead = subprocess.Popen([sys.executable, "-c", ""])
    dead.wait()
    left, living, others = (tmp_path / f".store.{name}-0a.part" for name in (dead.pid, os.getppid(), "x"))
    served.store(left, TURTLE, "left.ttl")
    for path in (living, others, tmp_path / f".store2.{dead.pid}-0a.part"):
        path.mkdir()
    assert load([tmp_path / "a.ttl"], tmp_path / "store") == 2
    assert not left.exists() and living.exists() and others.exists() and (tmp_path / f".store2.{dead.pid}-0a.part").exists()


@pytest.mark.usefixtures("exchange")
def test_a_store_is_replaced_only_when_asked_and_when_the_new_one_is_whole(tmp_path: Path) -> None:
    (tmp_path / "a.ttl").write_text(TURTLE)
    (tmp_path / "b.ttl").write_text(TURTLE + "<http://x.org/s> a <http://x.org/C> .")
    (tmp_path / "bad.ttl").write_text("nonsense")
    store = tmp_path / "store"
    store.mkdir()
    assert load([tmp_path / "a.ttl"], store) == 2  # an empty folder is as good as none
    with pytest.raises(UsageError, match="--replace"):
        load([tmp_path / "b.ttl"], store)
    with pytest.raises(BadData):
        load([tmp_path / "b.ttl", tmp_path / "bad.ttl"], store, replace=True)
    assert count(store) == 2
    assert load([tmp_path / "b.ttl"], store, replace=True) == 3 == count(store)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.ttl", "b.ttl", "bad.ttl", "store"]


def test_a_store_that_another_process_writes_is_not_replaced(tmp_path: Path) -> None:
    store = served.store(tmp_path / "store", TURTLE)
    token = served.token_file(tmp_path / "token")
    before = sorted(path.name for path in tmp_path.iterdir())
    with served.serving("--store", str(store), "--writable", "--token-file", str(token)) as server:
        with pytest.raises(UsageError, match="in use by another process"):
            load([tmp_path / "data.ttl"], store, replace=True)
        assert sorted(path.name for path in tmp_path.iterdir()) == before
        assert server.update("INSERT DATA { <http://x.org/new> <http://x.org/p> 1 }").status == 204
        assert server.query("SELECT * { ?s ?p ?o }").body.count(b'"s"') == 4  # three rows, and the head
    assert load([tmp_path / "data.ttl"], store, replace=True) == 2 == count(store)


def test_a_store_that_is_opened_to_write_during_the_loading_is_not_replaced(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store = served.store(tmp_path / "store", TURTLE)
    code = f"import pyoxigraph, sys; store = pyoxigraph.Store({str(store)!r}); print(flush=True); sys.stdin.read()"
    other = subprocess.Popen([sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    assert other.stdin is not None and other.stdout is not None
    monkeypatch.setattr("kg.load._refuse_place", lambda store, replace: other.stdout.readline())
    with pytest.raises(UsageError, match="in use by another process"):
        load([tmp_path / "data.ttl"], store, replace=True)
    other.communicate()
    assert count(store) == 2 and sorted(path.name for path in tmp_path.iterdir()) == ["data.ttl", "store"]


def test_a_store_behind_a_link_is_made_where_the_link_leads(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """So that it is never renamed from one disk to another, which no system can."""
    (tmp_path / "disk").mkdir()
    store = served.store(tmp_path / "disk" / "store", TURTLE)
    link = tmp_path / "link"
    link.symlink_to(store)
    renamed: list[tuple[Path, Path]] = []
    rename = os.rename
    monkeypatch.setattr(os, "rename", lambda old, new: renamed.append((Path(old), Path(new))) or rename(old, new))
    monkeypatch.setattr("kg.load._exchanged", lambda one, other: renamed.append((one, other)) is not None)
    (tmp_path / "a.ttl").write_text(TURTLE + "<http://x.org/s> a <http://x.org/C> .")
    assert load([tmp_path / "a.ttl"], link, replace=True) == 3 == count(link)
    assert link.is_symlink() and {old.parent for old, _ in renamed} == {new.parent for _, new in renamed} == {store.parent}
    assert sorted(path.name for path in (tmp_path / "disk").iterdir()) == ["data.ttl", "store"]


def test_the_command_and_its_bar(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "a.nt"
    file.write_text("".join(f"<http://x.org/{n}> <http://x.org/p> {{}} .\n".replace("{}", f'"{n}"') for n in range(50_000)))
    assert main(["load", str(file), "--store", str(tmp_path / "store")]) == 0
    assert capsys.readouterr().out == f"{tmp_path / 'store'}: 50000 triples\n"
    bar = io.StringIO()
    load([file], tmp_path / "other", progress=bar)
    assert "MB" in bar.getvalue() and "100%" not in bar.getvalue().splitlines()[-1] and bar.getvalue().endswith("\r\x1b[K")
    assert main(["load", str(file), "--store", str(tmp_path / "store")]) == 2
    assert "--replace" in capsys.readouterr().err


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_interruption_leaves_nothing(number: int, tmp_path: Path) -> None:
    file = tmp_path / "a.nt"
    with open(file, "w") as lines:
        lines.writelines(f'<http://x.org/{n}> <http://x.org/p> "{n}" .\n' for n in range(1_500_000))
    process = subprocess.Popen(
        [sys.executable, "-m", "kg", "load", str(file), "--store", str(tmp_path / "store")], env=served.environment(), stderr=subprocess.PIPE, text=True)
    while not list(tmp_path.glob(".*.part")) and process.poll() is None:
        time.sleep(0.01)
    process.send_signal(number)
    _, said = process.communicate(timeout=served.WAIT)
    assert process.returncode in (130, 143) and said.startswith("kg: ") and len(said.splitlines()) == 1
    assert [path.name for path in tmp_path.iterdir()] == ["a.nt"]


def test_a_full_disk_keeps_the_store_that_was_there(disk: Path, tmp_path: Path) -> None:  # noqa: F811
    (tmp_path / "a.ttl").write_text(TURTLE)
    load([tmp_path / "a.ttl"], disk / "store")
    fill(disk)
    with pytest.raises(CannotWrite):
        load([tmp_path / "a.ttl"], disk / "store", replace=True)
    assert count(disk / "store") == 2 and sorted(os.listdir(disk)) == ["filler", "store"]
