"""What several trials say together: effects as published, pooled or joined to a network, with what they leave open."""

from backloop.synthesis.asymmetry import (
    Funnel,
    FunnelPoint,
    RankCheck,
    SmallStudyCheck,
    lay_funnel,
    rank_check,
    small_study_check,
)
from backloop.synthesis.comparing import ComparedNetwork, NetworkEffect, compare_network
from backloop.synthesis.consistency import ChiSquare, Consistency, Split, check_consistency
from backloop.synthesis.gathering import (
    BookedEffect,
    EvidenceGroup,
    GatheredEvidence,
    PooledTrials,
    UndrawnRow,
    gather_evidence,
)
from backloop.synthesis.networks import Network, read_network
from backloop.synthesis.pooling import ManyPooled, Pooled, pool, pool_many
from backloop.synthesis.ranking import Rank, rank_treatments
from backloop.synthesis.sensitivity import FilledStudy, TrimmedAndFilled, leave_one_out, trim_and_fill
from backloop.synthesis.studies import Studies, compare_arms, read_studies

__all__ = [
    "BookedEffect",
    "ChiSquare",
    "ComparedNetwork",
    "Consistency",
    "EvidenceGroup",
    "FilledStudy",
    "Funnel",
    "FunnelPoint",
    "GatheredEvidence",
    "ManyPooled",
    "Network",
    "NetworkEffect",
    "Pooled",
    "PooledTrials",
    "Rank",
    "RankCheck",
    "SmallStudyCheck",
    "Split",
    "Studies",
    "TrimmedAndFilled",
    "UndrawnRow",
    "check_consistency",
    "compare_arms",
    "compare_network",
    "gather_evidence",
    "lay_funnel",
    "leave_one_out",
    "pool",
    "pool_many",
    "rank_check",
    "rank_treatments",
    "read_network",
    "read_studies",
    "small_study_check",
    "trim_and_fill",
]
