"""What several trials say together: effects as published, pooled with what they leave open."""

from backloop.synthesis.pooling import ManyPooled, Pooled, leave_one_out, pool, pool_many
from backloop.synthesis.studies import SmallStudyCheck, Studies, compare_arms, read_studies, small_study_check

__all__ = [
    "ManyPooled",
    "Pooled",
    "SmallStudyCheck",
    "Studies",
    "compare_arms",
    "leave_one_out",
    "pool",
    "pool_many",
    "read_studies",
    "small_study_check",
]
