"""Urine tests as they stand on record: one person's, those that wait for something, and who is due by policy."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, Select, exists, or_, select
from sqlalchemy.orm import Session, aliased

from dispensary.errors import NotFound
from dispensary.policy.urine import UrinePolicy, urine_policy
from dispensary.queries.people import full_name
from dispensary.queries.signs import same_person
from dispensary.rules.urine import ABSENCES, SAMPLE, Finding, as_imported, findings
from dispensary.wording import N_, say
from models import (
    Person,
    Staff,
    UrineCollection,
    UrineCorrection,
    UrineResult,
    UrineReview,
    UrineTest,
)
from models.enums import (
    UrineFound,
    UrineMethod,
    UrineOccasion,
    UrineOutcome,
)
from models.person import root_of

A_DAY = timedelta(days=1)
_TEST, _HOW, _RESULT = UrineTest.__table__.c, UrineCollection.__table__.c, UrineResult.__table__.c
_PERSON = Person.__table__.c
_ROOT = root_of(_PERSON)
_REVIEWER, _CORRECTOR = aliased(Staff), aliased(Staff)
_MISTAKE = UrineCorrection.__table__.c


@dataclass(frozen=True)
class Mistake:
    """Why a urine was entered by mistake, as somebody said who took it back."""

    reason: str
    by: str
    at: datetime


@dataclass(frozen=True)
class UrineLine:
    """One urine as its page shows it; of one from another program only the day and the results are known."""

    id: int
    person_id: int
    """The surviving record."""
    number: str
    name: str
    """Family name first."""
    site_id: int
    collected_on: date
    recorded_by: str
    occasion: UrineOccasion | None
    outcome: UrineOutcome
    """As the reading left it: a sample that turned out to be diluted was not taken."""
    observed: bool
    method: UrineMethod | None
    panel: str
    confirms_id: int | None
    results: tuple[tuple[str, UrineFound], ...]
    imported: bool
    read: bool
    """Whether it is known what it showed."""
    findings: tuple[Finding, ...]
    decision: str | None
    """What a prescriber made of it."""
    decided_on: date | None
    decided_by: str | None
    mistake: Mistake | None
    """Set where it was taken back: it stays to be read, asks for nothing and counts nowhere."""

    @property
    def waits(self) -> bool:
        """Whether it was taken, and nobody has entered yet what it showed."""
        return self.outcome is UrineOutcome.TAKEN and not self.read and self.mistake is None

    @property
    def counts(self) -> bool:
        """Whether it may stand in a share: taken and read. What was refused or never read is never counted as negative."""
        return self.outcome is UrineOutcome.TAKEN and self.read and self.mistake is None

    @property
    def positive(self) -> bool:
        """Whether something was found that is not prescribed."""
        return Finding.NOT_PRESCRIBED in self.findings

    @property
    def absent(self) -> bool:
        """Whether the expected medicine was not found, or was put in."""
        return bool(ABSENCES.intersection(self.findings))

    @property
    def unconfirmed(self) -> bool:
        """Whether it rests on a strip, which a second test confirms."""
        return self.method is UrineMethod.STRIP


def of_person(session: Session, person_id: int) -> list[UrineLine]:
    """Return every urine of a person, under whichever of their records, the newest first; those taken back too."""
    return _lines(session, same_person(_TEST.person_id, person_id))


def between(session: Session, person_id: int, first: date, last: date) -> list[UrineLine]:
    """Return the urines of a person on the days from first to last, the newest first; none that was taken back."""
    wanted = same_person(_TEST.person_id, person_id) & _MISTAKE.id.is_(None)
    return _lines(session, wanted & (_TEST.collected_on >= first) & (_TEST.collected_on <= last))


def of_site(session: Session, site_id: int, first: date, last: date) -> list[UrineLine]:
    """Return the urines that a site asked for on the days from first to last, the newest first; none that was taken back."""
    here = (_TEST.site_id == site_id) & _TEST.collected_on.between(first, last)
    return _lines(session, here & _MISTAKE.id.is_(None))


def urine(session: Session, test_id: int) -> UrineLine:
    """Return one urine.

    Raises:
        NotFound: there is none with this id.
    """
    found = _lines(session, _TEST.id == test_id)
    if not found:
        raise NotFound(say(N_("There is no such urine on record.")), code="no_such_urine")
    return found[0]


def waiting_to_be_read(session: Session, site_id: int, since: date) -> list[UrineLine]:
    """Return the urines of a site that were taken and not read, the oldest first."""
    unread = (_HOW.outcome == UrineOutcome.TAKEN) & ~exists().where(_RESULT.urine_test_id == _TEST.id)
    unread &= _MISTAKE.id.is_(None)
    return _lines(session, (_TEST.site_id == site_id) & (_TEST.collected_on >= since) & unread)[::-1]


def asking_for_a_look(session: Session, site_id: int, since: date) -> list[UrineLine]:
    """Return the urines of a site since a day that ask for a look and were not looked at, the newest first."""
    asks = or_(
        _HOW.outcome.in_((UrineOutcome.REFUSED, UrineOutcome.DILUTED, UrineOutcome.TAMPERED)),
        exists().where(
            _RESULT.urine_test_id == _TEST.id,
            or_(_RESULT.result.in_((UrineFound.POSITIVE, UrineFound.ABSENT)), _RESULT.substance == SAMPLE),
        ),
    )
    here = (_TEST.site_id == site_id) & (_TEST.collected_on >= since) & _HOW.id.is_not(None)
    return [line for line in _lines(session, here & asks & UrineReview.__table__.c.id.is_(None)) if line.findings]


def second_test_of(session: Session, test_id: int) -> UrineLine | None:
    """Return the newest urine that was to confirm one, or None."""
    found = _lines(session, (_HOW.confirms_id == test_id) & _MISTAKE.id.is_(None))
    return found[0] if found else None


def _lines(session: Session, wanted: ColumnElement[bool]) -> list[UrineLine]:
    rows = session.execute(_rows().where(wanted)).all()
    results: dict[int, dict[str, str]] = defaultdict(dict)
    ids = [row.id for row in rows]
    for start in range(0, len(ids), 500):
        found = select(_RESULT.urine_test_id, _RESULT.substance, _RESULT.result)
        for test_id, substance, result in session.execute(
            found.where(_RESULT.urine_test_id.in_(ids[start : start + 500])).order_by(_RESULT.id)
        ):
            results[test_id][substance] = result
    return [_line(row, results[row.id], urine_policy()) for row in rows]


@cache
def _rows() -> Select[Any]:
    return (
        select(
            _TEST.id,
            _ROOT.label("person_id"),
            _PERSON.number,
            _PERSON.family_name,
            _PERSON.given_name,
            _TEST.site_id,
            _TEST.collected_on,
            Staff.name.label("recorded_by"),
            _HOW.occasion,
            _HOW.outcome,
            _HOW.observed,
            _HOW.method,
            _HOW.panel,
            _HOW.confirms_id,
            UrineReview.decision,
            UrineReview.decided_on,
            _REVIEWER.name.label("decided_by"),
            _MISTAKE.reason.label("mistake"),
            _MISTAKE.recorded_at.label("mistake_at"),
            _CORRECTOR.name.label("mistake_by"),
        )
        .select_from(UrineTest)
        .join(Person, _PERSON.id == _TEST.person_id)
        .join(Staff, Staff.id == _TEST.recorded_by_id)
        .outerjoin(UrineCollection, _HOW.urine_test_id == _TEST.id)
        .outerjoin(UrineReview, UrineReview.urine_test_id == _TEST.id)
        .outerjoin(_REVIEWER, _REVIEWER.id == UrineReview.recorded_by_id)
        .outerjoin(UrineCorrection, _MISTAKE.urine_test_id == _TEST.id)
        .outerjoin(_CORRECTOR, _CORRECTOR.id == _MISTAKE.recorded_by_id)
        .order_by(_TEST.collected_on.desc(), _TEST.id.desc())
    )


def _line(row: Any, found: dict[str, str], policy: UrinePolicy) -> UrineLine:
    imported = row.outcome is None
    read_at_all = imported or bool(found)
    mistake = Mistake(row.mistake, row.mistake_by, row.mistake_at) if row.mistake is not None else None
    outcome = UrineOutcome.TAKEN if imported else UrineOutcome(found.pop(SAMPLE, row.outcome))
    results = (
        tuple((key, as_imported(key, result, policy)) for key, result in sorted(found.items()))
        if imported
        else tuple((key, UrineFound(result)) for key, result in found.items())
    )
    return UrineLine(
        id=row.id,
        person_id=row.person_id,
        number=row.number,
        name=full_name(row.family_name, row.given_name),
        site_id=row.site_id,
        collected_on=row.collected_on,
        recorded_by=row.recorded_by,
        occasion=row.occasion,
        outcome=outcome,
        observed=bool(row.observed),
        method=row.method,
        panel=row.panel or "",
        confirms_id=row.confirms_id,
        results=results,
        imported=imported,
        read=read_at_all,
        findings=() if mistake else findings(outcome, results, policy),
        decision=row.decision,
        decided_on=row.decided_on,
        decided_by=row.decided_by,
        mistake=mistake,
    )
