"""`kg serve` as a command: its options, what it prints, and what it says of itself."""

from __future__ import annotations

import json
import subprocess
import time
from pathlib import Path

import pytest

import served
import small


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    """A server that is not to start."""
    return subprocess.run(served.command(*arguments), capture_output=True, text=True, env=served.environment(), check=False, timeout=served.WAIT)


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (["--writable"], 2, "--store"),
        (["--store", "http://x.org/sparql"], 2, "is served already"),
        (["--store", "none-there"], 4, "no such store"),
        (["--store", "."], 5, "is no store of Oxigraph"),
        (["--base", "nonsense"], 2, "no address of a site"),
        (["--base", "http://x.org/?q"], 2, "no address of a site"),
        (["--base", "http://x.org:99999/"], 2, "no address of a site"),
        (["--base", "http://x.org:http/"], 2, "no address of a site"),
        (["--base", "http://me@x.org/"], 2, "no address of a site"),
        (["--host-name", "bad host/"], 2, "no name of a host"),
        (["--host-name", "x.org:80"], 2, "no name of a host"),
        (["--port", "99999"], 2, "is no port"),
        (["--host", "192.0.2.1"], 5, "nothing can listen there"),
        (["--limit", "nonsense=1"], 2, "is no limit"),
        (["--limit", "rows=many"], 2, "is no number"),
        (["--limit", "rows=0"], 2, "more than 0"),
        (["--limit", "deadline=nan"], 2, "more than 0"),
        (["--limit", "memory=1000"], 5, "memory"),
        (["--token-file", "none"], 2, "--writable"),
        (["--store", "x", "--writable", "--token-file", "none"], 4, "cannot be read"),
        (["--log", "none-there/log"], 2, "cannot be written"),
        (["--folder", "none-there"], 4, "not the folder of a data set"),
    ],
)
def test_what_is_wrong_is_one_line(arguments: list[str], code: int, said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = small.make(tmp_path / "set")
    monkeypatch.chdir(tmp_path)
    done = run(*([] if "--folder" in arguments else ["--folder", str(folder.root)]), *arguments)
    assert done.returncode == code, done
    assert done.stdout == "" and len(done.stderr.splitlines()) == 1 and done.stderr.startswith("kg: ") and said in done.stderr


def test_a_port_in_use_is_one_line(tmp_path: Path) -> None:
    folder = small.make(tmp_path)
    with served.serving("--folder", str(folder.root)) as server:
        done = run("--folder", str(folder.root), "--port", str(server.port))
    assert done.returncode == 5 and "nothing can listen there" in done.stderr and done.stdout == ""


def test_a_folder_is_served_with_its_prefixes_and_a_log(tmp_path: Path) -> None:
    folder = small.make(tmp_path / "set")
    log = tmp_path / "log"
    with served.serving("--folder", str(folder.root), "--log", str(log), "--limit", "rows=3", "--host-name", "data.example.org") as server:
        turtle = server.query("CONSTRUCT { ?s a ?c } WHERE { VALUES ?s { <http://example.org/id/long-war> } ?s a ?c }", "text/turtle").text
        assert "@prefix id: <http://example.org/id/> ." in turtle and "\nid:long-war a kg:War" in turtle
        assert server.query("SELECT * { ?s ?p ?o }").status == 422
        assert server.ask("GET", "/health", None, {"Host": "data.example.org:443"}).status == 200
        assert server.ask("GET", "/health", None, {"Host": "other.example.org"}).status == 421
        assert "rows=3" in server.ask("GET", "/health").headers["KG-Limits"]
        server.ask("GET", "/health?secret=1")
    records = [json.loads(line) for line in log.read_text().splitlines()]
    assert [(r["method"], r["path"], r["status"]) for r in records][:2] == [("GET", "/sparql", 200), ("GET", "/sparql", 422)]
    assert all(r["client"] == "127.0.0.1" and r["ms"] >= 0 and r["bytes"] > 0 and r["time"].endswith("Z") for r in records)
    assert "secret" not in log.read_text() and "SELECT" not in log.read_text()  # what people ask is theirs


def test_the_public_address_is_said_and_no_other(tmp_path: Path) -> None:
    folder = small.make(tmp_path)
    with served.serving("--folder", str(folder.root), "--base", "https://data.example.org/war/") as server:
        for path in ("/sparql", "/.well-known/void"):
            for media in ("text/turtle", "text/html"):
                reply = server.ask("GET", path, None, {"Accept": f"{media}, text/turtle;q=0.5", "Host": "data.example.org"})
                assert reply.status == 200 and "https://data.example.org/war/sparql" in reply.text
                assert "127.0.0.1" not in reply.text and "localhost" not in reply.text
        base = server.query("SELECT ?x { BIND(<x> AS ?x) }")
        assert json.loads(base.body)["results"]["bindings"][0]["x"]["value"] == "https://data.example.org/war/x"


def test_a_token_is_made_and_shown_once(tmp_path: Path) -> None:
    store = served.store(tmp_path / "store")
    process = subprocess.Popen(
        served.command("--store", str(store), "--writable"), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=served.environment())
    assert process.stdout is not None and process.stderr is not None
    token = process.stderr.readline().rpartition(" ")[2].strip()
    server = served.Served(process, process.stdout.readline().strip())
    assert len(token) > 30 and server.update("INSERT DATA { <http://x.org/a> <http://x.org/b> 1 }", token).status == 204
    assert not {name.name for name in store.iterdir()} & {"token"}
    assert token not in Path(f"/proc/{process.pid}/cmdline").read_text()
    process.terminate()
    rest, errors = process.communicate(timeout=served.WAIT)
    assert process.returncode == 0 and (rest, errors) == ("", "")
    assert "readers" not in {name.name for name in store.iterdir()}


def test_states_that_nobody_reads_are_removed(tmp_path: Path) -> None:
    store = served.store(tmp_path / "store")
    token = served.token_file(tmp_path / "token")
    with served.serving("--store", str(store), "--writable", "--token-file", str(token), "--limit", "workers=1") as server:
        for number in range(5):
            assert server.update(f"INSERT DATA {{ <http://x.org/a> <http://x.org/b> {number} }}").status == 204
            assert server.query("SELECT * { ?s ?p ?o }").status == 200
        end = time.monotonic() + served.WAIT
        while len(list((store / "readers").iterdir())) > 1 and time.monotonic() < end:
            time.sleep(0.01)
        assert len(list((store / "readers").iterdir())) == 1


def test_what_may_be_none_is_set_to_0(tmp_path: Path) -> None:
    with served.serving("--store", str(served.store(tmp_path / "store")), "--limit", "kept=0", "--limit", "resident=0") as server:
        for _ in range(2):
            assert server.query("ASK {}").status == 200
        said = server.ask("GET", "/metrics").text
        assert "\nkg_answers_kept_total 0.0\n" in said and "\nkg_store_in_memory 0.0\n" in said
