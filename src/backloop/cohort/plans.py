"""How a panel is made: what is taken out of a scan, whose definitions hold, what labels mean.

Decides the one set of choices of a run; each is carried out in the room of its modality.
"""

from typing import Self

from pydantic import Field, model_validator

from backloop.bold import ALFF_CONVENTIONS, CONFOUND_STRATEGIES, BoldPlan, StateBook
from backloop.eeg import EegPlan
from backloop.holdings import Naming, read_naming
from backloop.units import Frozen

__all__ = ["PanelPlan"]


class PanelPlan(Frozen):
    """The choices of a run, which are the same for everybody in it.

    Parameters
    ----------
    strategy : str
        One of ``CONFOUND_STRATEGIES``: what is taken out of preprocessed volumes.
    convention : str
        One of ``ALFF_CONVENTIONS``: whose definition of ALFF.
    states : StateBook, optional
        A cohort's states; without them the markers of dynamics are absent.
    has_homogeneity, has_maps : bool
        Whether ReHo is computed, and whether maps are written.
    eeg : EegPlan
        How a resting EEG is cleaned and cut.
    naming : Naming
        What the dataset's labels mean.

    Examples
    --------
    >>> PanelPlan(strategy="36P").bold.strategy
    '36P'
    """

    strategy: str = "scrubbing"
    convention: str = "plain"
    states: StateBook | None = None
    has_homogeneity: bool = True
    has_maps: bool = True
    eeg: EegPlan = EegPlan()
    naming: Naming = Field(default_factory=read_naming)

    @model_validator(mode="after")
    def _known(self) -> Self:
        for name, known in ((self.strategy, CONFOUND_STRATEGIES), (self.convention, ALFF_CONVENTIONS)):
            if name not in known:
                message = f"no '{name}'; there are {', '.join(known)}"
                raise ValueError(message)
        return self

    @property
    def bold(self) -> BoldPlan:
        """The choices that concern a scan."""
        return BoldPlan(
            strategy=self.strategy,
            convention=self.convention,
            states=self.states,
            has_homogeneity=self.has_homogeneity,
        )
