"""Reads files for another process: `python -m seqlab.data.reader.serve`.

Requests come in on standard input and answers go out on standard output, both pickled by seqlab
itself: (bytes, name, options) -> ("table", Table) or ("refused", sentence). It ends with its input.
"""

from __future__ import annotations

import os
import pickle
import sys
from typing import Any


def answer(data: bytes, name: str, reading: Any) -> tuple[str, Any]:  # noqa: ANN401
    """What is said of one file."""
    from seqlab.data.upload import UploadError, read_table

    try:
        return "table", read_table(data, name, reading)
    except UploadError as error:
        return "refused", str(error)


def main() -> None:
    """Answers until the input ends."""
    # What a library prints must not get between the answers.
    out = os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    import seqlab.data.upload  # noqa: F401 - so that the first file need not wait for it

    while True:
        try:
            data, name, reading = pickle.load(sys.stdin.buffer)
        except EOFError:
            return
        pickle.dump(answer(data, name, reading), out, protocol=pickle.HIGHEST_PROTOCOL)
        out.flush()


if __name__ == "__main__":
    main()
