"""The least that answers a question with rdflib: load a file of Turtle, run a query's text, write CSV.

Without a query it says how many triples the file holds.
"""

import sys

import rdflib

graph = rdflib.Graph().parse(sys.argv[1], format="turtle")
if len(sys.argv) < 3:
    print(f"{len(graph)} triples")
else:
    with open(sys.argv[2], encoding="utf-8") as query:
        answer = graph.query(query.read())
    sys.stdout.buffer.write(answer.serialize(format="csv"))
