"""Pages for people: HTML made from what a store answers. Each is a plain function that gives the whole page.

A page links by relative paths (`id/NAME.html`, `claim/NAME.html`, `passage/NAME.html`, `kind/CLASS.html`, `ontology.html`,
`ask/QUESTION`, `static/FILE`), so that the same page serves on a server and in a folder.
"""

from kg.page.address import KINDS, ONTOLOGY, Addresses
from kg.page.document import document
from kg.page.frame import DOCUMENTS, POLICY, STATIC, static, title
from kg.page.passage import passage
from kg.page.questions import answered, ask, listed, question, values
from kg.page.search import among, search
from kg.page.start import problem, start
from kg.page.statement import statement
from kg.page.terms import kind, kinds, ontology
from kg.page.thing import thing

__all__ = [
    "DOCUMENTS", "KINDS", "ONTOLOGY", "POLICY", "STATIC", "Addresses", "among", "answered", "ask", "document", "kind", "kinds", "listed",
    "ontology", "passage", "problem", "question", "search", "start", "statement", "static", "thing", "title", "values",
]
