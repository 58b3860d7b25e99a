"""The least that answers a question with pyoxigraph: load a file of Turtle, run a query's text, write CSV."""

import sys

import pyoxigraph

store = pyoxigraph.Store()
store.bulk_load(path=sys.argv[1], format=pyoxigraph.RdfFormat.TURTLE)
with open(sys.argv[2], encoding="utf-8") as query:
    answer = store.query(query.read())
answer.serialize(sys.stdout.buffer, format=pyoxigraph.QueryResultsFormat.CSV)
