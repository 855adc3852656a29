"""Reads files for another process: `python -m seqlab.data.reader.serve`.

Requests come in on standard input and answers go out on standard output, both pickled by seqlab
itself: (bytes, name, options) -> ("stage", what) for each stage of the way, and at the end
("table", Table) or ("refused", sentence). It ends with its input.
"""

from __future__ import annotations

import os
import pickle
import sys
import threading
from typing import Any


def answer(data: bytes, name: str, reading: Any) -> tuple[str, Any]:  # noqa: ANN401
    """What is said of one file.

    Args:
        data: the file.
        name: of the file.
        reading: how it is to be read, `ParseOptions`.
    """
    from seqlab.data.upload import UploadError, read_table

    try:
        return "table", read_table(data, name, reading)
    except UploadError as error:
        return "refused", str(error)


def _decoders() -> None:
    """Imports what the first sound needs, while nobody waits for it: that takes a second."""
    import numpy as np
    import soundfile  # noqa: F401

    from seqlab.data.log_mel import resampled

    resampled(np.zeros(441), 44_100, 16_000)  # scipy loads parts of itself where they are used


def main() -> None:
    """Answers until the input ends."""
    # What a library prints must not get between the answers.
    out = os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    from seqlab.data.reader import stages

    def tell(what: tuple[str, Any]) -> None:
        pickle.dump(what, out, protocol=pickle.HIGHEST_PROTOCOL)
        out.flush()

    import seqlab.data.upload  # noqa: F401 - so that the first file need not wait for it

    threading.Thread(target=_decoders, daemon=True).start()

    while True:
        try:
            data, name, reading = pickle.load(sys.stdin.buffer)
        except EOFError:
            return
        with stages.listening(lambda stage: tell(("stage", stage))):
            last = answer(data, name, reading)
        tell(last)


if __name__ == "__main__":
    main()
