"""`python -m kg.worker`, as `kg.worker.pool` starts it."""

import sys

from kg.worker.process import main

main(sys.argv[1])
