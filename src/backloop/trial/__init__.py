"""How a trial is designed, allocated and blinded, before anybody looks at an outcome."""

from typing import TYPE_CHECKING

from backloop.faces import open_lazily
from backloop.trial.allocation import (
    AllocationRule,
    AllocationScheme,
    BigStick,
    Factor,
    Minimisation,
    PermutedBlocks,
    SimpleRandomisation,
)
from backloop.trial.blueprints import (
    Arm,
    EffectModifier,
    Trial,
    TrialOutcome,
    Visit,
)
from backloop.trial.datamaps import (
    ArmSource,
    DataMap,
    Exclusion,
    FactSource,
    MediatorSource,
    Screening,
    SpecialColumns,
    TableRules,
    VisitSource,
    read_data_map,
)
from backloop.trial.estimands import (
    Estimand,
    IntercurrentEvent,
    PlannedAnalysis,
    SensitivityPlan,
)
from backloop.trial.freezing import (
    Freeze,
    FreezeHistory,
    check_frozen,
    freeze,
    frozen_file,
    read_trial,
    trial_hash,
)
from backloop.trial.guesses import GuessSource

if TYPE_CHECKING:
    from backloop.trial.asking import count_rounds
    from backloop.trial.auditing import AuditEntry, AuditLog, allocate_next, check_log
    from backloop.trial.balance import AllocationDiagnostics, RandomisationTest, diagnose_allocation, randomisation_test
    from backloop.trial.blinding import BlindingIndex, BlindingReport, GuessTable, blinding_indices, count_guesses
    from backloop.trial.concealment import (
        AllocationEntry,
        AllocationList,
        SeedCommitment,
        check_list,
        commit_seed,
        draw_list,
        make_seed,
        read_list,
        write_list,
    )
    from backloop.trial.gaps import FilledCovariate, FilledFacts, fill_covariates
    from backloop.trial.redcap import RedcapTables, redcap_tables
    from backloop.trial.rounds import BlindingRound, judge_rounds, read_guess_counts
    from backloop.trial.sequencing import Assigned, allocate, assign
    from backloop.trial.tables import Grounds, TrialData, open_guesses, open_trial

__all__ = [
    "AllocationDiagnostics",
    "AllocationEntry",
    "AllocationList",
    "AllocationRule",
    "AllocationScheme",
    "Arm",
    "ArmSource",
    "Assigned",
    "AuditEntry",
    "AuditLog",
    "BigStick",
    "BlindingIndex",
    "BlindingReport",
    "BlindingRound",
    "DataMap",
    "EffectModifier",
    "Estimand",
    "Exclusion",
    "FactSource",
    "Factor",
    "FilledCovariate",
    "FilledFacts",
    "Freeze",
    "FreezeHistory",
    "Grounds",
    "GuessSource",
    "GuessTable",
    "IntercurrentEvent",
    "MediatorSource",
    "Minimisation",
    "PermutedBlocks",
    "PlannedAnalysis",
    "RandomisationTest",
    "RedcapTables",
    "Screening",
    "SeedCommitment",
    "SensitivityPlan",
    "SimpleRandomisation",
    "SpecialColumns",
    "TableRules",
    "Trial",
    "TrialData",
    "TrialOutcome",
    "Visit",
    "VisitSource",
    "allocate",
    "allocate_next",
    "assign",
    "blinding_indices",
    "check_frozen",
    "check_list",
    "check_log",
    "commit_seed",
    "count_guesses",
    "count_rounds",
    "diagnose_allocation",
    "draw_list",
    "fill_covariates",
    "freeze",
    "frozen_file",
    "judge_rounds",
    "make_seed",
    "open_guesses",
    "open_trial",
    "randomisation_test",
    "read_data_map",
    "read_guess_counts",
    "read_list",
    "read_trial",
    "redcap_tables",
    "trial_hash",
    "write_list",
]

# What brings numpy is loaded when one of its names is first asked for.
__getattr__, __dir__ = open_lazily(
    __name__,
    __all__,
    {
        "asking": ("count_rounds",),
        "auditing": ("AuditEntry", "AuditLog", "allocate_next", "check_log"),
        "balance": ("AllocationDiagnostics", "RandomisationTest", "diagnose_allocation", "randomisation_test"),
        "blinding": ("BlindingIndex", "BlindingReport", "GuessTable", "blinding_indices", "count_guesses"),
        "concealment": (
            "AllocationEntry",
            "AllocationList",
            "SeedCommitment",
            "check_list",
            "commit_seed",
            "draw_list",
            "make_seed",
            "read_list",
            "write_list",
        ),
        "gaps": ("FilledCovariate", "FilledFacts", "fill_covariates"),
        "redcap": ("RedcapTables", "redcap_tables"),
        "rounds": ("BlindingRound", "judge_rounds", "read_guess_counts"),
        "sequencing": ("Assigned", "allocate", "assign"),
        "tables": ("Grounds", "TrialData", "open_guesses", "open_trial"),
    },
)
