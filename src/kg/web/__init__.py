"""The server: a SPARQL endpoint, a graph store and pages on one port."""
