"""Where the server listens."""

from __future__ import annotations

import socket

from kg.web.server import listen


def test_answers_are_sent_at_once() -> None:
    """A connection waits for no more bytes before it sends (TCP_NODELAY), or every answer would take 40 ms."""
    with listen("127.0.0.1", 0) as listening, socket.create_connection(listening.getsockname()[:2]) as client:
        taken, _ = listening.accept()
        with taken:
            assert taken.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)
            assert taken.getpeername() == client.getsockname()
