"""What a brain recording yields: one number a marker, with its doubt and what it was computed from.

Decides the shape of a reading; it does not compute one.
"""

from hashlib import file_digest
from pathlib import Path
from typing import Literal, Self

from pydantic import Field, model_validator

from backloop.units import Absent, Frozen, Interval, Text

__all__ = ["Derivation", "FileUsed", "Reading"]

Counted = Literal["volumes", "epochs", "trials", "shots", "samples", "regions", "voxels", "vertices"]


class FileUsed(Frozen):
    """A file that a number was computed from: its name, never its folder, and the hash of its content.

    Examples
    --------
    >>> FileUsed(name="sub-01_desc-confounds_timeseries.tsv", sha256="0" * 64).name
    'sub-01_desc-confounds_timeseries.tsv'
    """

    name: str = Field(min_length=1, pattern=r"^[^/\\]+$")
    sha256: str = Field(pattern=r"^[0-9a-f]{64}$")

    @classmethod
    def at(cls, path: Path) -> Self:
        """Hash the file at a path."""
        with path.open("rb") as stream:
            return cls(name=path.name, sha256=file_digest(stream, "sha256").hexdigest())


class Derivation(Frozen):
    """What a number rests on: the files, the parameters of the computation, the versions of the software.

    Examples
    --------
    >>> Derivation(parameters={"band_hz": "0.01-0.08"}, software={"backloop": "0.1.0"}).parameters["band_hz"]
    '0.01-0.08'
    """

    files: tuple[FileUsed, ...] = ()
    parameters: dict[str, str | int | float | bool] = {}
    software: dict[str, str] = {}


class Reading(Frozen):
    """One number from one brain recording of one person, or the reason why it is not there.

    `marker` is the id of a book on the shelf `markers`, or that id, a dot and the part's name. `convention` says
    whose definition was followed, for numbers of different conventions are not comparable. `n` is how many of
    `counted` were averaged. `quality` holds what a reader must weigh (mean framewise displacement in mm, share of
    volumes kept). `interval` comes from the recording's own measurement error, never from a group.

    Examples
    --------
    >>> why = Text(en="the scan is too short", zh="扫描时间过短")
    >>> reading = Reading(marker="nac-slow5", participant_id="sub-01", session_id="ses-01", absent=Absent.ARTEFACT,
    ...                   reason=why, unit="fraction", convention="power, 0.01 Hz to Nyquist")
    >>> reading.value is None
    True
    >>> Reading.model_validate_json(reading.model_dump_json()) == reading
    True
    """

    marker: str = Field(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*(\.[a-z0-9]+(-[a-z0-9]+)*)*$")
    participant_id: str = Field(pattern=r"^sub-[A-Za-z0-9]+$")
    session_id: str = Field(pattern=r"^ses-[A-Za-z0-9]+$")
    value: float | None = None
    absent: Absent | None = None
    reason: Text | None = None
    unit: str
    convention: str = Field(min_length=1)
    n: int | None = Field(default=None, ge=0)
    counted: Counted | None = None
    quality: dict[str, float] = {}
    interval: Interval | None = None
    notes: tuple[Text, ...] = ()
    because: Derivation = Derivation()

    @property
    def name_among_controls(self) -> str:
        """What this number is called in a table of controls: a rest with open eyes never stands for a closed one.

        Examples
        --------
        >>> shut = Derivation(parameters={"eyes": "closed"})
        >>> Reading(marker="eeg-alpha-power", participant_id="sub-01", session_id="ses-01", value=0.4, unit="fraction",
        ...         convention="multitaper", because=shut).name_among_controls
        'eeg-alpha-power@closed'
        """
        eyes = self.because.parameters.get("eyes", "")
        return f"{self.marker}@{eyes}" if eyes else self.marker

    @model_validator(mode="after")
    def _there_or_absent(self) -> Self:
        if (self.value is None) == (self.absent is None):
            message = f"reading '{self.marker}': give either a value or why it is absent"
            raise ValueError(message)
        if self.absent is not None and self.reason is None:
            message = f"reading '{self.marker}': an absent value needs its reason in words"
            raise ValueError(message)
        if (self.n is None) != (self.counted is None):
            message = f"reading '{self.marker}': a count needs what was counted, and the other way round"
            raise ValueError(message)
        return self
