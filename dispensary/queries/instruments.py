"""Questionnaires on record: the values of each, what they come to, and whether an answer still asks for a safety step."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, exists, or_, select
from sqlalchemy.orm import Session, aliased

from dispensary.errors import NotFound
from dispensary.policy.instruments import Item, definition, definitions
from dispensary.queries.signs import same_person
from dispensary.rules.instruments import Score, asks_for_safety, score_of
from dispensary.wording import N_, say
from models import InstrumentCorrection, InstrumentItem, InstrumentScore, OutreachContact, SafetyStep, Staff
from models.enums import Instrument, SafetyAction


@dataclass(frozen=True)
class SafetyDone:
    """What was done at once."""

    action: SafetyAction
    note: str
    done_at: datetime
    by: str


@dataclass(frozen=True)
class Mistake:
    """Why a questionnaire was entered by mistake, as somebody said who took it back."""

    reason: str
    by: str
    at: datetime


@dataclass(frozen=True)
class Taken:
    """One questionnaire on one day; one that was entered by mistake stays to be read."""

    id: int
    person_id: int | None
    outreach_contact_id: int | None
    instrument: Instrument
    edition: str
    taken_on: date
    total: int | None
    by: str
    values: Mapping[str, int]
    safety: SafetyDone | None = None
    mistake: Mistake | None = None
    """Set where it was taken back: it counts nowhere, and only what it said of self-harm still asks for its step."""

    @property
    def counts(self) -> bool:
        """Whether it says anything about the person."""
        return self.mistake is None

    @property
    def compared(self) -> bool:
        """Whether it stands beside others over time: one that counts, of the edition in use."""
        return self.counts and self.same_edition

    @property
    def same_edition(self) -> bool:
        """Whether it is of the edition in use; an older one stays legible, and its values are not compared."""
        return self.edition == definition(self.instrument).edition

    @property
    def score(self) -> Score:
        """What the values come to, by the edition in use; of an older one the total that was kept."""
        return score_of(definition(self.instrument), self.values) if self.same_edition else Score(self.total, "")

    @property
    def followed(self) -> list[tuple[Item, int]]:
        """The ratings that are followed over time where there is no total, such as the quality of life."""
        items = definition(self.instrument).items if self.same_edition else ()
        return [(item, self.values[item.key]) for item in items if item.trend and item.key in self.values]

    @property
    def asks_for_safety(self) -> bool:
        """Whether an answer speaks of self-harm."""
        return asks_for_safety(definition(self.instrument), self.values)

    @property
    def safety_open(self) -> bool:
        """Whether nothing is on record of what was done about it; taking it back is no answer, only a person is."""
        return self.asks_for_safety and self.safety is None


def scores_of(session: Session, person_id: int, instrument: Instrument | None = None) -> list[Taken]:
    """Return a person's questionnaires, the newest first; those from before their enrolment and those taken back too."""
    met = select(OutreachContact.id).where(same_person(OutreachContact.__table__.c.person_id, person_id))
    mine = or_(
        same_person(InstrumentScore.__table__.c.person_id, person_id), InstrumentScore.outreach_contact_id.in_(met)
    )
    return _taken(session, mine if instrument is None else and_(mine, InstrumentScore.instrument == instrument))


def scores_of_contact(session: Session, outreach_contact_id: int) -> list[Taken]:
    """Return the questionnaires of somebody met in outreach, the newest first."""
    return _taken(session, InstrumentScore.outreach_contact_id == outreach_contact_id)


def score(session: Session, score_id: int) -> Taken:
    """Return one questionnaire.

    Raises:
        NotFound: there is no such score.
    """
    found = _taken(session, InstrumentScore.id == score_id)
    if not found:
        raise NotFound(say(N_("There is no such score on record.")), code="no_such_score")
    return found[0]


def safety_open(session: Session, site_id: int) -> list[Taken]:
    """Return the questionnaires of a site with an answer that speaks of self-harm and no step on record, oldest first.

    Those taken back are among them: whoever looks says what came of it.
    """
    asked = [
        and_(InstrumentScore.instrument == one.instrument, InstrumentItem.item.in_(one.safety))
        for one in definitions().values()
        if one.safety
    ]
    speaks = exists().where(InstrumentItem.score_id == InstrumentScore.id, InstrumentItem.value > 0, or_(*asked))
    step = exists().where(SafetyStep.score_id == InstrumentScore.id)
    return _taken(session, InstrumentScore.site_id == site_id, InstrumentScore.person_id.is_not(None), speaks, ~step)[
        ::-1
    ]


def _taken(session: Session, *wanted: ColumnElement[bool]) -> list[Taken]:
    heads = session.execute(_heads().where(*wanted)).all()
    ids = [row.id for row in heads]
    if not ids:
        return []
    values: defaultdict[int, dict[str, int]] = defaultdict(dict)
    items = select(InstrumentItem.score_id, InstrumentItem.item, InstrumentItem.value)
    for score_id, item, value in session.execute(items.where(InstrumentItem.score_id.in_(ids))):
        values[score_id][item] = value
    steps = _steps(session, ids)
    return [_line(row, values[row.id], steps.get(row.id)) for row in heads]


def _line(row: Any, values: Mapping[str, int], safety: SafetyDone | None) -> Taken:
    mistake = Mistake(row.mistake, row.mistake_by, row.mistake_at) if row.mistake is not None else None
    return Taken(
        id=row.id,
        person_id=row.person_id,
        outreach_contact_id=row.outreach_contact_id,
        instrument=row.instrument,
        edition=row.edition,
        taken_on=row.taken_on,
        total=row.total,
        by=row.by,
        values=values,
        safety=safety,
        mistake=mistake,
    )


def _heads() -> Select[*tuple[Any, ...]]:
    corrector = aliased(Staff)
    return (
        select(
            InstrumentScore.id,
            InstrumentScore.person_id,
            InstrumentScore.outreach_contact_id,
            InstrumentScore.instrument,
            InstrumentScore.edition,
            InstrumentScore.taken_on,
            InstrumentScore.total,
            Staff.name.label("by"),
            InstrumentCorrection.reason.label("mistake"),
            InstrumentCorrection.recorded_at.label("mistake_at"),
            corrector.name.label("mistake_by"),
        )
        .join(Staff, Staff.id == InstrumentScore.recorded_by_id)
        .outerjoin(InstrumentCorrection, InstrumentCorrection.score_id == InstrumentScore.id)
        .outerjoin(corrector, corrector.id == InstrumentCorrection.recorded_by_id)
        .order_by(InstrumentScore.taken_on.desc(), InstrumentScore.id.desc())
    )


def _steps(session: Session, ids: list[int]) -> dict[int, SafetyDone]:
    query = (
        select(SafetyStep.score_id, SafetyStep.action, SafetyStep.note, SafetyStep.recorded_at, Staff.name)
        .join(Staff, Staff.id == SafetyStep.recorded_by_id)
        .where(SafetyStep.score_id.in_(ids))
    )
    return {row[0]: SafetyDone(*row[1:]) for row in session.execute(query)}
