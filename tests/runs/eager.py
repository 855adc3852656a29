"""The local training cluster as the pool starts it, but not behind all other processes.

One that takes only what is left takes minutes on a busy machine for what is tested here.
"""

import sys
from pathlib import Path

from seqlab.runs import cluster

if __name__ == "__main__":
    cluster.NICE = 0
    cluster.main(int(sys.argv[1]), sys.argv[2], Path(sys.argv[3]))
