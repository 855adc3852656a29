"""What the server is told by its environment: read once, checked before anything starts."""

from __future__ import annotations

import os
import re
from functools import lru_cache
from pathlib import Path
from typing import Annotated, Any

import platformdirs
from pydantic import BeforeValidator, Field, SecretStr, ValidationError, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from seqlab.field_words import did_you_mean

PREFIX = "SEQLAB_"
NEVER = "never"
_ADDRESS = re.compile(r"(tcp|tls)://[^\s/:]++:\d{1,5}")


class EnvironmentProblem(ValueError):  # noqa: N818 - it is shown as one sentence
    """A variable that cannot be used, in one sentence that names it."""


def _or_never(value: Any) -> Any:  # noqa: ANN401
    """`None` for the word "never"."""
    return None if isinstance(value, str) and value.strip().casefold() == NEVER else value


OrNever = BeforeValidator(_or_never)
Positive = Annotated[float, Field(gt=0, allow_inf_nan=False)]


class Environment(BaseSettings):
    """The variables SEQLAB_HOME, SEQLAB_WORKERS, ... as fields; an empty one takes its default.

    The text below a field is what the README's table says of the variable.
    """

    model_config = SettingsConfigDict(
        env_prefix=PREFIX,
        env_ignore_empty=True,
        frozen=True,
        extra="ignore",
        use_attribute_docstrings=True,
    )

    home: Path = Field(default_factory=lambda: Path(platformdirs.user_data_path("seqlab")))
    """folder of runs and uploads (default: your user data folder)"""
    workers: Annotated[int, Field(ge=1, le=256)] = 2
    """how many runs train at once (default 2); others wait in a queue"""
    worker_memory: Positive | None = None
    """GB that one run may use (default: its share of the machine, at most 4)"""
    unwatched: Positive = 15.0
    """minutes after which a run that no page looks at, or that stays paused, is stopped (default
    15); runs of comparisons need nobody who looks"""
    turn: Annotated[Positive | None, OrNever] = 10.0
    """minutes after which a run is stopped while another visitor waits; it can go on later (default
    10; "never" lets it train)"""
    study_runs: Annotated[int, Field(ge=10, le=100_000)] = 200  # 10: the honest check of a search
    """how many runs of comparisons and searches one visitor may have waiting or training, at least
    10 (default 200)"""
    nice: Annotated[int, Field(ge=0, le=19)] = 10
    """how far training stands back behind other processes (default 10)"""
    read_seconds: Positive = 30.0
    """seconds that reading one file may take (default 30)"""
    read_gb: Positive = 1.0
    """GB of memory that reading one file may take (default 1)"""
    keep_days: Annotated[Positive | None, OrNever] = 30.0
    """days after its end at which a run that is not pinned is removed, with its data (default 30;
    "never" keeps all)"""
    visitor_gb: Positive = 2.0
    """GB that runs and files of one visitor may take (default 2); beyond that, their oldest go that
    are not pinned"""
    total_gb: Positive = 20.0
    """GB that all runs and files may take (default 20); beyond that, the oldest go that are not
    pinned"""
    lessons: Path | None = None
    """folder with lessons of your own (docs/lessons.md)"""
    scheduler: str | None = None
    """address of a Dask scheduler to train on, tcp://HOST:PORT or tls://HOST:PORT, instead of
    workers on this machine"""
    tls_ca: Path | None = None
    """certificate of the authority, for a tls:// scheduler"""
    tls_cert: Path | None = None
    """certificate of this machine, for a tls:// scheduler"""
    tls_key: Path | None = None
    """its private key, for a tls:// scheduler"""
    password: Annotated[SecretStr | None, Field(min_length=8)] = None
    """a pass phrase that every visitor is asked for (default: none)"""

    @field_validator("scheduler")
    @classmethod
    def _is_address(cls, value: str | None) -> str | None:
        if value is not None and not _ADDRESS.fullmatch(value):
            raise ValueError("an address such as tcp://HOST:8786")
        return value

    @property
    def tls_files(self) -> tuple[Path, Path, Path] | None:
        """Authority, certificate and key, if a scheduler is spoken to by TLS."""
        if self.tls_ca and self.tls_cert and self.tls_key:
            return self.tls_ca, self.tls_cert, self.tls_key
        return None


def read() -> Environment:
    """The environment of this process.

    Raises:
        EnvironmentProblem: for the first variable that cannot be used.
    """
    try:
        environment = Environment()  # what is missing has a default
    except ValidationError as error:
        raise EnvironmentProblem(_sentence(error)) from None
    if environment.lessons is not None and not environment.lessons.is_dir():
        raise EnvironmentProblem(
            f"{PREFIX}LESSONS must be the path of a folder, got {environment.lessons}."
        )
    if environment.scheduler and environment.scheduler.startswith("tls://"):
        for name in ("tls_ca", "tls_cert", "tls_key"):
            path = getattr(environment, name)
            if path is None or not path.is_file():
                raise EnvironmentProblem(
                    f"{PREFIX}SCHEDULER is {environment.scheduler}, so {PREFIX}{name.upper()} must "
                    f"be the path of a file, got {path or 'nothing'}."
                )
    return environment


@lru_cache(maxsize=1)
def current() -> Environment:
    """The environment as it was when it was first asked for."""
    return read()


def unknown() -> list[str]:
    """A sentence for each variable that begins with SEQLAB_ and means nothing."""
    known = variables()
    sentences = []
    for name in sorted(name for name in os.environ if name.startswith(PREFIX)):
        if name in known:
            continue
        hint = did_you_mean(name, known)
        sentences.append(f"{name} is no setting of seqlab and is not used.{hint}")
    return sentences


def variables() -> dict[str, str]:
    """Every variable and what it sets, in the order of the README's table."""
    fields = Environment.model_fields
    about = {name: " ".join((each.description or "").split()) for name, each in fields.items()}
    return {f"{PREFIX}{name.upper()}": text for name, text in about.items()}


def _sentence(error: ValidationError) -> str:
    """The first problem in Keras' way: what was expected, and what came."""
    problem = error.errors()[0]
    field = str(problem["loc"][0])
    name = f"{PREFIX}{field.removeprefix(PREFIX.lower()).upper()}"
    given = problem["input"]
    limits = problem.get("ctx", {})
    kinds = {
        "greater_than": "a number above {gt:g}",
        "greater_than_equal": "a whole number of at least {ge:g}",
        "less_than_equal": "a whole number of at most {le:g}",
        "int_parsing": "a whole number",
        "int_from_float": "a whole number",
        "float_parsing": "a number",
        "finite_number": "a finite number",
        "too_short": "at least {min_length} characters",
        "string_too_short": "at least {min_length} characters",
    }
    expected = kinds.get(problem["type"], "").format(**limits)
    if not expected:
        expected = str(limits["error"]) if "error" in limits else str(problem["msg"])
    got = "what was given" if field == "password" else repr(given)
    return f"Received an invalid value for {name}, expected {expected}, got {got}."
