"""Text for the page."""

from seqlab.experiment import Experiment


def plain(text: str) -> str:
    """Text that may hold a stranger's words (a header, a file name), as it stands: no Markdown."""
    return "".join(f"\\{c}" if c in r"\`*_{}[]()<>#+-.!|~$:" else c for c in text)


def counted(number: int, what: str) -> str:
    """A number of things: "1 run", "2,000 runs"."""
    return f"{number:,} {what}{'' if number == 1 else 's'}"


def duration(seconds: float) -> str:
    """A time as one would say it: "0.4 s", "12 s", "3 min", "2 h"."""
    if seconds < 1:
        return f"{max(seconds, 0.1):.1f} s"
    if seconds < 100:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 6000 else f"{seconds / 3600:.0f} h"


def network(experiment: Experiment) -> str:
    """The recurrent layers from input to output: "Bidirectional(LSTM(16)) → GRU(8)"."""
    return " → ".join(layer.title for layer in experiment.layers)
