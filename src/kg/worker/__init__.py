"""Queries in processes that can be ended: whatever a query does, the server and the next query live on."""

from __future__ import annotations

from kg.worker.pool import Pool, Result
from kg.worker.store import WorkerStore, client

__all__ = ["Pool", "Result", "WorkerStore", "client"]
