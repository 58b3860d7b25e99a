"""The sentences of a source in a copy of its text, which itself is no part of the data, and the claims beside them."""

from kg.source.beside import Beside, beside
from kg.source.compare import Finding, held, read, unread
from kg.source.finding import Fingerprint, Sentence, fingerprint, sentences
from kg.source.numbers import dated, stands
from kg.source.report import Report, report

__all__ = [
    "Beside", "Finding", "Fingerprint", "Report", "Sentence", "beside",
    "dated", "fingerprint", "held", "read", "report", "sentences", "stands", "unread",
]
