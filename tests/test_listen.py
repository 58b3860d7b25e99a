"""Where the server listens, and whom it sends to."""

from __future__ import annotations

import socket
from contextlib import suppress
from pathlib import Path
from urllib.parse import quote

import served
from kg.web.server import listen


def test_answers_are_sent_at_once() -> None:
    """A connection waits for no more bytes before it sends (TCP_NODELAY), or every answer would take 40 ms."""
    with listen("127.0.0.1", 0) as listening, socket.create_connection(listening.getsockname()[:2]) as client:
        taken, _ = listening.accept()
        with taken:
            assert taken.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)
            assert taken.getpeername() == client.getsockname()


def test_a_client_of_http_2_that_does_not_read_on_is_ended_and_holds_nothing(tmp_path: Path) -> None:
    """Its window stays shut, so that no end of the connection wakes what waits for it."""
    import h2.config
    import h2.connection

    text = "SELECT * { ?s ?p ?o }"
    turtle = "".join(f'<http://x.org/{n}> <http://x.org/p> "{n:0>100}" .\n' for n in range(2000))
    limits = [part for limit in ("patience=1", "held=1000000", "kept=1") for part in ("--limit", limit)]
    with served.serving("--store", str(served.store(tmp_path / "store", turtle)), *limits) as server:
        size = len(server.query(text).body)
        assert 400_000 < size < 1_000_000
        for _ in range(3):
            with socket.create_connection((server.host, server.port)) as sock:
                connection = h2.connection.H2Connection(h2.config.H2Configuration(client_side=True))
                connection.initiate_connection()
                headers = [(":method", "GET"), (":path", "/sparql?query=" + quote(text)), (":authority", "localhost"), (":scheme", "http")]
                connection.send_headers(1, [*headers, ("accept", "application/sparql-results+json")], end_stream=True)
                sock.sendall(connection.data_to_send())
                sock.settimeout(served.WAIT)
                with suppress(ConnectionError):
                    while sock.recv(1 << 20):  # until the server ends it
                        pass
        reply = server.query(text)
        assert (reply.status, len(reply.body)) == (200, size)
