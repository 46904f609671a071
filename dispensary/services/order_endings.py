"""An order that ends soon, with nothing signed to follow it, goes to the prescriber: nobody goes without for want of paper."""

from datetime import date

from sqlalchemy.orm import Session

from dispensary.clock import moment_on
from dispensary.queries import order_endings as records
from dispensary.queries import orders, sites
from dispensary.queries import people as known
from dispensary.queries.deaths import all_told_dead
from dispensary.queries.orders import EndingOrder
from dispensary.services import people, prescriber_desk, tasks
from dispensary.services.act import Act
from models.enums import Desk, TaskReasonKind

KIND = TaskReasonKind.ORDER_ENDING
OVER = "no order is needed: the treatment here is over"
"""What is noted on a task that answered itself; a fixed phrase."""


def to_tell(session: Session, site_id: int, today: date) -> list[EndingOrder]:
    """Return the orders that end soon, or ended lately, of which the prescriber was not told yet; this only reads."""
    told, dead = records.told_at(session, site_id), all_told_dead(session)
    return [
        one
        for one in orders.ending_soon(session, site_id, today)
        if one.root_id not in dead and (one.root_id not in told or told[one.root_id] < one.signed_at)
    ]


def tell(session: Session, one: EndingOrder, act: Act) -> None:
    """Put a person on the prescriber's desk, due when the order's last day begins, unless somebody signed since."""
    person_id = known.surviving(session, one.person_id)
    people.lock(session, person_id)
    if one.order_id not in {still.order_id for still in to_tell(session, act.site_id, act.clinic_day)}:
        return
    have = sites.settings_at(session, act.site_id, act.at)
    last = moment_on(one.last_day, have.day_starts, have.zone, have.day_starts)
    tasks.note(session, person_id=person_id, desk=Desk.PRESCRIBER, kind=KIND, due_at=max(last, act.at), act=act)


def withdraw(session: Session, person_id: int, act: Act) -> None:
    """Take somebody off the desk who stood there for an ending order alone, and is not in treatment here any more."""
    people.lock(session, person_id)
    if known.episode_on(session, person_id, act.site_id) is None:
        prescriber_desk.answer(session, person_id=person_id, kinds={KIND}, resolution=OVER, act=act)
