"""What can go wrong, each with the exit code and the HTTP status that it means.

    KgError               1 / 500
    ├── CheckFailed       1 / 500   the checks found errors
    ├── UsageError        2 / 400   the command or its options are wrong
    ├── BadData           3 / 422   a file of the data cannot be used
    ├── BadQuery          3 / 400   a query cannot be used
    │   └── OverLimit     3 / 422   a query, or its answer, is over a limit
    ├── NotFound          4 / 404   no such thing, question or file
    └── StoreError        5 / 503   a store cannot be reached or used
        ├── Busy          5 / 503   too many wait already
        ├── TimedOut      5 / 504   it took longer than allowed
        ├── NetworkError  5 / 502
        └── CannotWrite   5 / 500
"""

from __future__ import annotations


class KgError(Exception):
    """One clear line: where it is, what is wrong, and what to do."""

    exit_code = 1
    http_status = 500

    def __init__(self, what: str, where: str | None = None, todo: str | None = None) -> None:
        self.what = what
        self.where = where
        self.todo = todo
        super().__init__((f"{where}: " if where else "") + what + (f"; {todo}" if todo else ""))


class CheckFailed(KgError):
    """The checks found errors; nothing was written."""


class UsageError(KgError):
    """The command, its options or its parameters are wrong."""

    exit_code = 2
    http_status = 400


class BadData(KgError):
    """A file of the data cannot be read or does not hold together."""

    exit_code = 3
    http_status = 422


class BadQuery(KgError):
    """A query cannot be read or must not be run."""

    exit_code = 3
    http_status = 400


class OverLimit(BadQuery):
    """A query, or its answer, is over a limit, which `limit` names."""

    http_status = 422

    def __init__(self, what: str, where: str | None = None, todo: str | None = None, limit: str = "") -> None:
        super().__init__(what, where, todo)
        self.limit = limit


class NotFound(KgError):
    """No such thing, question, file or folder."""

    exit_code = 4
    http_status = 404


class StoreError(KgError):
    """A store cannot be opened or used."""

    exit_code = 5
    http_status = 503


class Busy(StoreError):
    """Too many wait for an answer already."""


class TimedOut(StoreError):
    """It took longer than allowed, and was ended."""

    http_status = 504


class NetworkError(StoreError):
    """A server could not be reached or answered with nonsense."""

    http_status = 502


class CannotWrite(StoreError):
    """A file cannot be written; what stood there before still stands."""

    http_status = 500
