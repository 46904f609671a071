"""People in treatment: identity, photo, card, and what must be said or stopped at the window."""

from datetime import date, datetime
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import CheckConstraint, ColumnElement, ForeignKey, Index, LargeBinary, UniqueConstraint, func, text
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Card, Fact
from models.enums import CardEnd, Desk, HealthFactKind, NoticeKind, Sex, StopKind, TaskOutcome, TaskReasonKind


class Person(Card):
    """Someone in treatment. Belongs to no site: episodes do."""

    __tablename__ = "person"

    uid: Mapped[UUID] = mapped_column(unique=True, default=uuid4)
    number: Mapped[str] = mapped_column(unique=True)
    """The clinic's own number for this person, printed where the name is not."""
    family_name: Mapped[str]
    given_name: Mapped[str]
    search_key: Mapped[str] = mapped_column(index=True)
    """The name folded for searching and ordering (dispensary/rules/names.py)."""
    birth_date: Mapped[date | None]
    sex: Mapped[Sex] = mapped_column(default=Sex.UNKNOWN)
    identity_number: Mapped[str | None] = mapped_column(index=True)
    """National or clinic identity paper, if the person has one."""
    phone: Mapped[str] = mapped_column(default="")
    address: Mapped[str] = mapped_column(default="")
    created_at: Mapped[datetime]
    root_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"), index=True)
    """The surviving record, once two records of one person are linked."""


class NameKey(Card):
    """One way of writing a person's name with a letter left out: two people who share a key have like names."""

    __tablename__ = "name_key"
    __table_args__ = (UniqueConstraint("person_id", "key"),)

    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    key: Mapped[str] = mapped_column(index=True)


class PersonLink(Fact):
    """Two records were found to be of one person; from then on they share slots, stops, runs and history."""

    __tablename__ = "person_link"
    __table_args__ = (
        CheckConstraint("person_id <> root_id", name="two_records"),
        CheckConstraint("witnessed_by_id <> recorded_by_id", name="witness_is_another"),
    )

    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    """The record that ends."""
    root_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    """The record that survives."""
    reason: Mapped[str]
    linked_at: Mapped[datetime]
    witnessed_by_id: Mapped[int] = mapped_column(ForeignKey("staff.id"))


class PersonUnlink(Fact):
    """The link was a mistake: from here on the two records are of two people again."""

    __tablename__ = "person_unlink"
    __table_args__ = (CheckConstraint("witnessed_by_id <> recorded_by_id", name="witness_is_another"),)

    link_id: Mapped[int] = mapped_column(ForeignKey("person_link.id"), unique=True)
    reason: Mapped[str]
    unlinked_at: Mapped[datetime]
    witnessed_by_id: Mapped[int] = mapped_column(ForeignKey("staff.id"))


class IdentityVersion(Fact):
    """Name, birth date and identity number as they were before a change; the one fact table with a redaction job."""

    __tablename__ = "identity_version"

    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    family_name: Mapped[str]
    given_name: Mapped[str]
    birth_date: Mapped[date | None]
    identity_number: Mapped[str | None]
    reason: Mapped[str]


class PersonPhoto(Card):
    """The photo shown at the window, re-encoded without its metadata; one a person, replaced when retaken."""

    __tablename__ = "person_photo"

    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), unique=True)
    jpeg: Mapped[bytes] = mapped_column(LargeBinary)
    digest: Mapped[str]
    taken_at: Mapped[datetime]
    taken_by_id: Mapped[int] = mapped_column(ForeignKey("staff.id"))


class PersonCard(Card):
    """A card with a random code; it names neither clinic nor medicine, and can be revoked."""

    __tablename__ = "person_card"
    __table_args__ = (
        Index(
            "uq_person_card_current",
            "person_id",
            unique=True,
            sqlite_where=text("revoked_at IS NULL"),
            postgresql_where=text("revoked_at IS NULL"),
        ),
    )

    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    code: Mapped[str] = mapped_column(unique=True)
    issued_at: Mapped[datetime]
    issued_by_id: Mapped[int] = mapped_column(ForeignKey("staff.id"))
    revoked_at: Mapped[datetime | None]
    revoked_by_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    revoked_because: Mapped[CardEnd | None]


class Stop(Fact):
    """Dosing stands still until a prescriber releases it."""

    __tablename__ = "stop"

    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    kind: Mapped[StopKind]
    note: Mapped[str] = mapped_column(default="")
    decide_by: Mapped[datetime]
    """When the prescriber's answer is due."""
    set_at: Mapped[datetime]


class StopRelease(Fact):
    """A prescriber's decision that a stop no longer stands; one a stop."""

    __tablename__ = "stop_release"

    stop_id: Mapped[int] = mapped_column(ForeignKey("stop.id"), unique=True)
    reason: Mapped[str]
    released_at: Mapped[datetime]


class Notice(Fact):
    """Something the person should hear at the window. It never stops or delays a dose."""

    __tablename__ = "notice"

    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    kind: Mapped[NoticeKind]
    note: Mapped[str] = mapped_column(default="")
    set_at: Mapped[datetime]


class NoticeTick(Fact):
    """The notice was passed on; it shows no more."""

    __tablename__ = "notice_tick"

    notice_id: Mapped[int] = mapped_column(ForeignKey("notice.id"), unique=True)
    ticked_at: Mapped[datetime]


class Task(Card):
    """What a desk owes a person: one open task a person and desk, further reasons join it."""

    __tablename__ = "task"
    __table_args__ = (
        Index(
            "uq_task_open",
            "person_id",
            "desk",
            unique=True,
            sqlite_where=text("resolved_at IS NULL"),
            postgresql_where=text("resolved_at IS NULL"),
        ),
    )

    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    site_id: Mapped[int] = mapped_column(ForeignKey("site.id"))
    desk: Mapped[Desk]
    opened_at: Mapped[datetime]
    due_at: Mapped[datetime]
    resolved_at: Mapped[datetime | None]
    resolved_by_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    resolution: Mapped[str | None]
    outcome: Mapped[TaskOutcome | None]
    """None for the tasks that end with what they ask for, such as a decision about a stop."""


class TaskReason(Fact):
    """Why a task was opened, or what joined it."""

    __tablename__ = "task_reason"

    task_id: Mapped[int] = mapped_column(ForeignKey("task.id"), index=True)
    kind: Mapped[TaskReasonKind]
    stop_id: Mapped[int | None] = mapped_column(ForeignKey("stop.id"))
    noted_at: Mapped[datetime]


class HealthFact(Fact):
    """Something about a person's health that whoever gives a dose should see first. It never stops a dose by itself."""

    __tablename__ = "health_fact"
    __table_args__ = (
        CheckConstraint("(kind = 'qtc') = (qtc_ms IS NOT NULL)", name="qtc_has_its_figure"),
        CheckConstraint("qtc_ms BETWEEN 200 AND 900", name="qtc_possible"),
    )

    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    kind: Mapped[HealthFactKind]
    item: Mapped[str] = mapped_column(default="")
    """Key of the medicine in the site's list; empty for what the list does not know."""
    text: Mapped[str] = mapped_column(default="")
    qtc_ms: Mapped[int | None]
    noted_on: Mapped[date]
    """When it was found, measured or begun."""
    until_on: Mapped[date | None]
    """Expected date of birth, or the last day of a course; none where it is open."""


class HealthFactEnd(Fact):
    """It holds no more, or was entered by mistake."""

    __tablename__ = "health_fact_end"

    health_fact_id: Mapped[int] = mapped_column(ForeignKey("health_fact.id"), unique=True)
    ended_on: Mapped[date]
    reason: Mapped[str]


def root_of(person: Any) -> ColumnElement[int]:
    """Return the column that says under which record a person is kept: the one that survived a link, or its own.

    Args:
        person: the table of people, or an alias of it.
    """
    return func.coalesce(person.root_id, person.id)
