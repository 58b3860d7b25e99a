"""What the server counts, for Prometheus."""

from __future__ import annotations

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest

MEDIA = "text/plain; version=0.0.4; charset=utf-8"


class Metrics:
    """The counters of one server."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        labels = ["route", "method", "status"]
        self.requests = Counter("kg_requests", "Requests by route, method and status.", labels, registry=self.registry)
        self.seconds = Histogram("kg_request_seconds", "Seconds to answer a request.", ["route"], registry=self.registry)
        self.ended = Counter("kg_processes_ended", "Processes that ended before they answered.", ["reason"], registry=self.registry)
        self.kept = Counter("kg_answers_kept", "Queries that were answered from what was kept.", registry=self.registry)
        self.busy = Gauge("kg_processes_busy", "Processes at work.", registry=self.registry)
        self.waiting = Gauge("kg_queries_waiting", "Queries that wait for a process.", registry=self.registry)
        self.in_memory = Gauge("kg_store_in_memory", "Whether queries are answered from memory.", registry=self.registry)

        self._children: dict[tuple[str, str, int], tuple[Counter, Histogram]] = {}

    def answered(self, route: str, method: str, status: int, seconds: float) -> None:
        """Counts one request."""
        key = (route, method, status)
        if key not in self._children:  # looking them up by labels takes a lock and longer than counting
            self._children[key] = (self.requests.labels(route, method, str(status)), self.seconds.labels(route))
        requests, times = self._children[key]
        requests.inc()
        times.observe(seconds)

    def text(self) -> bytes:
        """All of it, in the format that Prometheus reads."""
        return generate_latest(self.registry)
