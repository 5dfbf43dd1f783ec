"""A protocol held against every limit of the library, and the person against what speaks against stimulation.

Decides which limits are asked and how the answer is worded; a physician decides what follows.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from backloop.library import (
    Bounds,
    Cited,
    Contraindications,
    Library,
    Limit,
    Medicines,
    Quantity,
    ThresholdBias,
    TrainDurations,
    TrainIntervals,
)
from backloop.measure import Because, software_version
from backloop.record import Record
from backloop.stimulation.doses import DirectCurrentDose, MagneticDose, Quantities, derive_dose
from backloop.stimulation.judging import Judged, Judgement, judge_bound, judge_duration, judge_interval
from backloop.stimulation.labels import amount, name_quantity
from backloop.stimulation.protocols import DirectCurrentProtocol, MagneticProtocol
from backloop.stimulation.scopes import (
    explain_bias,
    find_bias,
    judged_intensity,
    place_gaps,
    threshold_gaps,
    withhold,
)
from backloop.stimulation.screening import PersonFlag, flag_contraindications, flag_medicines, medicines_of
from backloop.units import Frozen, Language, Text

__all__ = ["LimitCheck", "StimulationCheck", "check_stimulation"]

_INTENSITIES: tuple[Quantity, ...] = ("intensity_percent_rmt", "intensity_percent_amt")
_TRAIN: tuple[Quantity, ...] = ("frequency_hz", "intensity_percent_rmt", "train_duration_s")
_NO_PERSON = Text(
    en="No record was given: nothing about the person was checked.", zh="未提供个人记录：未对受试者本人作任何核查。"
)
_NO_CLEARANCE = Text(
    en="This check clears nobody and replaces no training; the responsible physician decides.",
    zh="本核查不构成放行，也不能代替专业培训；由负责医师决定。",
)
_NO_MEDICINE_LIST = Text(
    en="No list of medicines is stored for this kind of stimulation: the medicines named were not checked.",
    zh="知识库未收录针对此类刺激的药物清单：所列药物未作核查。",
)
_TO_CONFIRM = Text(en="; to be confirmed against its source", zh="；尚待与原始文献核对确认")


class LimitCheck(Frozen):
    """Where the protocol stands against one limit, in words and as a verdict.

    `value` and `limit_value` are in the unit of `quantity`; `signed_by` names who answers for the limit's copy.

    Examples
    --------
    >>> from backloop.stimulation import parse_protocol
    >>> strong = {"id": "a", "title": "a", "modality": "tDCS", "current_mA": 4, "duration_s": 2400}
    >>> check = check_stimulation(parse_protocol(strong)).checks[2]
    >>> check.judgement.value, check.value, check.limit_value
    ('beyond tested', 9.6, 7.2)
    """

    limit: str
    title: Text
    quantity: str
    value: float | None
    limit_value: float | None
    judgement: Judgement
    text: Text
    reference: str
    verified: bool
    signed_by: str = ""


class StimulationCheck(Frozen):
    """A protocol against the stored limits and, where a record is given, a person against what speaks against it.

    Examples
    --------
    >>> from backloop.stimulation import parse_protocol
    >>> usual = {"id": "a", "title": "a", "modality": "tDCS", "current_mA": 2, "duration_s": 1200}
    >>> check_stimulation(parse_protocol(usual)).has_findings
    True
    """

    protocol: str
    title: str
    dose: MagneticDose | DirectCurrentDose
    checks: tuple[LimitCheck, ...]
    flags: tuple[PersonFlag, ...] = ()
    notes: tuple[Text, ...] = ()
    because: Because

    @property
    def has_findings(self) -> bool:
        """Whether a limit is passed or does not cover the protocol, or something about the person must be weighed."""
        return bool(self.flags) or any(check.judgement is not Judgement.WITHIN for check in self.checks)


def check_stimulation(
    protocol: MagneticProtocol | DirectCurrentProtocol,
    *,
    record: Record | None = None,
    medicines: Iterable[str] = (),
    library: Library | None = None,
) -> StimulationCheck:
    """Hold a stimulation protocol, and a person if given, against the limits of the library.

    Parameters
    ----------
    protocol : MagneticProtocol or DirectCurrentProtocol
        What is planned.
    record : Record, optional
        The person; asked for contraindications and medicines.
    medicines : iterable of str
        Generic names in English or Chinese, besides those in the record.
    library : Library, optional
        The books; the packaged ones if not given. A site's signed copies change the wording.

    Returns
    -------
    StimulationCheck
        One verdict a limit: within, beyond, beyond tested, not covered.

    Notes
    -----
    The next more restrictive cell of a table is asked, and nothing is extrapolated. What the protocol leaves open, and
    whatever a limit was not made for, is *not covered*. Numbers whose copy nobody signed are to be confirmed. More
    intensity, more frequency or longer trains never turn *beyond* into *within*.

    References
    ----------
    rossi-2009, chen-1997, bikson-2016, westin-2014

    Examples
    --------
    >>> from backloop.stimulation import parse_protocol
    >>> usual = {"id": "a", "title": "a", "modality": "tDCS", "current_mA": 2, "duration_s": 1200}
    >>> [check.judgement.value for check in check_stimulation(parse_protocol(usual)).checks]
    ['within', 'within', 'within', 'not covered']
    """
    library = library or Library.packaged()
    shelf = library.shelf("limits")
    limits = tuple(book for name in sorted(shelf) if protocol.modality in (book := shelf[name]).scope.modalities)
    case = _Case(protocol, derive_dose(protocol), find_bias(limits))
    named = (*medicines, *(medicines_of(record) if record else ()))
    flags = tuple(flag for limit in limits for flag in _flags(limit, record, named))
    return StimulationCheck(
        protocol=protocol.id,
        title=protocol.title,
        dose=case.dose,
        checks=tuple(check for limit in limits for check in _checks(limit, case)),
        flags=flags,
        notes=(*_notes(case, has_record=record is not None), *_unchecked(limits, named)),
        because=Because(
            edition=library.edition,
            software=software_version(),
            books=tuple(f"limits/{limit.id}@{limit.version}" for limit in limits),
            observations=tuple(dict.fromkeys(name for flag in flags for name in flag.because)),
        ),
    )


@dataclass(frozen=True, slots=True)
class _Case:
    """What is judged: a protocol, what it amounts to, and how high its motor threshold may read."""

    protocol: MagneticProtocol | DirectCurrentProtocol
    dose: MagneticDose | DirectCurrentDose
    bias: ThresholdBias | None

    @property
    def asked(self) -> Quantities:
        """The quantities as limits are asked: intensities at the highest they may be."""
        return {name: self._highest(name, value) for name, value in self.dose.quantities.items()}

    def gaps(self, limit: Limit, quantity: Quantity) -> tuple[Text, ...]:
        """Say why the limit may not be made for this."""
        gaps = place_gaps(limit.scope, self.protocol)
        if quantity not in _INTENSITIES or not isinstance(self.protocol, MagneticProtocol):
            return gaps
        return (*gaps, *threshold_gaps(limit.scope, self.protocol, percent=self.dose.quantities.get(quantity)))

    def _highest(self, name: Quantity, value: float | None) -> float | None:
        if name not in _INTENSITIES or not isinstance(self.protocol, MagneticProtocol):
            return value
        return judged_intensity(value, self.protocol, self.bias)


def _checks(limit: Limit, case: _Case) -> Iterator[LimitCheck]:
    held, asked = limit.holds, case.asked
    if isinstance(held, Bounds):
        for bound in held.bounds:
            judged = judge_bound(bound, asked)
            if judged is not None:
                yield _said(limit, bound.quantity, judged, case=case, claim=bound)
    elif isinstance(held, TrainDurations):
        frequency, strength, seconds = (asked.get(name) for name in _TRAIN)
        judged = judge_duration(held, frequency_hz=frequency, intensity=strength, seconds=seconds)
        yield _said(limit, "train_duration_s", judged, case=case, claim=held)
    elif isinstance(held, TrainIntervals) and "train_gap_s" in asked:
        judged = judge_interval(held, intensity=asked.get("intensity_percent_rmt"), quantities=asked)
        yield _said(limit, "train_gap_s", judged, case=case, claim=held)


def _said(limit: Limit, quantity: Quantity, judged: Judged, *, case: _Case, claim: Cited) -> LimitCheck:
    asks_intensity = not isinstance(limit.holds, Bounds)
    gaps = case.gaps(limit, "intensity_percent_rmt" if asks_intensity else quantity)
    final, value = withhold(judged, gaps), case.dose.quantities.get(quantity)
    return LimitCheck(
        limit=limit.id,
        title=limit.title,
        quantity=quantity,
        value=value,
        limit_value=judged.limit,
        judgement=final.judgement,
        text=_words(limit, quantity, final, value=value, gaps=gaps),
        reference=claim.reference,
        verified=claim.verified,
        signed_by=limit.signed_by,
    )


def _words(limit: Limit, quantity: Quantity, judged: Judged, *, value: float | None, gaps: tuple[Text, ...]) -> Text:
    name, verdict, standing = name_quantity(quantity), judged.judgement.text, _standing(limit)
    here = amount(quantity, value)
    why = [*([judged.why] if judged.why else []), *gaps]
    bound = amount(quantity, judged.limit)
    english = "" if judged.limit is None else f" (stored: {bound.en})"
    chinese = "" if judged.limit is None else f"（所存：{bound.zh}）"
    return Text(
        en=f"{name.en} {here.en}: {verdict.en}{english}{_joined(why, 'en')}{standing.en}.",
        zh=f"{name.zh}{here.zh}：{verdict.zh}{chinese}{_joined(why, 'zh')}{standing.zh}。",
    )


def _joined(reasons: list[Text], lang: Language) -> str:
    mark = {"en": "; ", "zh": "；"}[lang]
    return "".join(mark + reason.say(lang) for reason in dict.fromkeys(reasons))


def _standing(limit: Limit) -> Text:
    if not limit.is_signed:
        return _TO_CONFIRM
    return Text(
        en=f"; checked against its source by {limit.signed_by} on {limit.signed_on}",
        zh=f"；已由{limit.signed_by}于{limit.signed_on}与原始文献核对",
    )


def _flags(limit: Limit, record: Record | None, medicines: tuple[str, ...]) -> tuple[PersonFlag, ...]:
    if isinstance(limit.holds, Medicines):
        return flag_medicines(medicines, limit, record)
    if isinstance(limit.holds, Contraindications) and record is not None:
        return flag_contraindications(limit.holds.rows, limit, record)
    return ()


def _unchecked(limits: tuple[Limit, ...], medicines: tuple[str, ...]) -> tuple[Text, ...]:
    has_list = any(isinstance(limit.holds, Medicines) for limit in limits)
    return (_NO_MEDICINE_LIST,) if medicines and not has_list else ()


def _notes(case: _Case, *, has_record: bool) -> tuple[Text, ...]:
    notes = [_NO_CLEARANCE] if has_record else [_NO_PERSON, _NO_CLEARANCE]
    if isinstance(case.protocol, MagneticProtocol):
        values = case.dose.quantities
        told = (explain_bias(values.get(name), case.protocol, case.bias) for name in _INTENSITIES)
        notes = [*(note for note in told if note), *notes]
    return tuple(notes)
