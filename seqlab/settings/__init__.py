"""The parts of an experiment, and all that is known of a setting, in the place where it stands.

A setting is a field with a type, a default, a `Setting` (limits, step, what it and its values are
called) and a text, the help of its widget. Pages, doctor and sentences look them up by name here.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pydantic.fields import FieldInfo

from seqlab.limits import Setting
from seqlab.settings.data import Data
from seqlab.settings.layers import Network, Recurrent
from seqlab.settings.parse_options import ParseOptions
from seqlab.settings.training import Training

FIELDS: Mapping[str, FieldInfo] = {
    name: info
    for model in (Recurrent, Training, Network, Data)
    for name, info in model.model_fields.items()
}
SETTINGS: Mapping[str, Setting] = {
    name: next((each for each in info.metadata if isinstance(each, Setting)), Setting())
    for name, info in {**ParseOptions.model_fields, **FIELDS}.items()
}
# The smallest and the largest value of every number.
LIMITS = {
    name: (setting.low, setting.high)
    for name, setting in SETTINGS.items()
    if setting.low is not None and setting.high is not None
}


def help_of(name: str) -> str | None:
    """The text below a field, as one line; `None` for a field without one."""
    text = FIELDS[name].description
    return text and " ".join(text.split())


def clamp(key: str, value: Any) -> Any:  # noqa: ANN401
    """The nearest value that is allowed for a widget key; text and switches stay as they are."""
    name = key.rstrip("0123456789").rstrip("_") if key not in LIMITS else key
    if name not in LIMITS or isinstance(value, str | bool) or value is None:
        return value
    low, high = LIMITS[name]
    return min(max(value, low), high)
