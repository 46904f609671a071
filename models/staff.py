"""Who works here, what they may do where, and their sittings at a terminal."""

from datetime import date, datetime

from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Card
from models.enums import Role


class Staff(Card):
    """A person who signs what they do. The import and the nightly jobs have rows of their own, which cannot sign in."""

    __tablename__ = "staff"

    username: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    initials: Mapped[str]
    """Printed in the log beside each dose."""
    password_hash: Mapped[str | None]
    """Argon2id; none for a row that cannot sign in."""
    badge_code: Mapped[str | None] = mapped_column(unique=True)
    pin_hash: Mapped[str | None]
    created_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]


class StaffRole(Card):
    """A role held at a site over a span of days."""

    __tablename__ = "staff_role"
    __table_args__ = (UniqueConstraint("staff_id", "role", "site_id", "from_on"),)

    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id"), index=True)
    role: Mapped[Role]
    site_id: Mapped[int] = mapped_column(ForeignKey("site.id"))
    from_on: Mapped[date]
    until_on: Mapped[date | None]
    """Last day; an inspector's account always has one."""


class StaffSession(Card):
    """One sitting of one member of staff at one terminal; ending it signs out everywhere at once."""

    __tablename__ = "staff_session"

    code: Mapped[str] = mapped_column(unique=True)
    """Random; the cookie carries it."""
    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id"), index=True)
    site_id: Mapped[int] = mapped_column(ForeignKey("site.id"))
    terminal_id: Mapped[int | None] = mapped_column(ForeignKey("terminal.id"))
    started_at: Mapped[datetime]
    locked_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]


class SignInAttempt(Card):
    """One try to sign in or to witness, kept to slow down guessing and pruned when old; the audit keeps the lasting record."""

    __tablename__ = "sign_in_attempt"
    __table_args__ = (Index("ix_sign_in_attempt_account_at", "account", "terminal", "at"),)

    account: Mapped[str]
    terminal: Mapped[str]
    """The terminal's code, or the network address of a computer that is not one of ours."""
    at: Mapped[datetime]
    succeeded: Mapped[bool]


class Submission(Card):
    """One form sent once: its token, who sent it, and where its result is to be seen."""

    __tablename__ = "submission"

    token: Mapped[str] = mapped_column(unique=True)
    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id"))
    at: Mapped[datetime]
    result: Mapped[str | None]
    """The page that shows the first result; a second press leads there."""


class KeptForm(Card):
    """What was keyed into a page when its terminal locked, kept until the same person is back or the sitting ends."""

    __tablename__ = "kept_form"
    __table_args__ = (UniqueConstraint("sitting_id", "path"),)

    sitting_id: Mapped[int] = mapped_column(ForeignKey("staff_session.id"))
    path: Mapped[str]
    """The page, one of perhaps several that stood open."""
    fields: Mapped[str]
    """JSON of names and values; never a password."""
    kept_at: Mapped[datetime]
