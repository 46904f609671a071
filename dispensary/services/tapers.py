"""A wish for a smaller dose, for a rest, or for the way back up: taken down in the person's words, answered by a prescriber.

Nothing here changes a dose: the pace is agreed, and the order that holds it is signed by the prescriber.
"""

from datetime import date
from itertools import pairwise

from sqlalchemy.orm import Session

from dispensary.errors import Conflict, Refused
from dispensary.policy.house import house_rules
from dispensary.policy.turns import turn_rules
from dispensary.queries import here, orders
from dispensary.queries import tapers as records
from dispensary.queries.people import episode_on, surviving
from dispensary.rules.orders import OrderFacts
from dispensary.rules.tapers import answered_within, is_followed
from dispensary.services import audit, people, prescriber_desk, tasks
from dispensary.services.act import Act
from dispensary.services.facts import write
from dispensary.services.past_days import refuse_unless_past
from dispensary.wording import N_, say
from models import TaperAnswer, TaperRequest
from models.enums import AskedBy, AuditKind, Desk, TaperWish, TaskReasonKind

KIND = TaskReasonKind.TAPER
LONGEST = 500


def ask(
    session: Session, *, person_id: int, wish: TaperWish, asked_by: AskedBy, words: str, said_on: date, act: Act
) -> TaperRequest:
    """Take down a wish about a taper and put it on the prescriber's desk; sooner where a taper is to halt.

    Args:
        words: in the person's words: how much, how fast, why.

    Raises:
        Refused: nothing was written down, the day cannot be, or the person is not in treatment here.
        Conflict: the same wish waits for its answer.
    """
    words = people.line(words, "words", needed=True, longest=LONGEST)
    refuse_unless_past(said_on, "said_on", act)
    people.lock(session, person_id)
    people.refuse_linked_away(session, person_id)
    if episode_on(session, person_id, act.site_id) is None:
        raise Refused(say(N_("Not in treatment here. Admit the person first.")), code="no_open_episode")
    waits = next((one for one in records.open_of(session, person_id) if one.wish is wish), None)
    if waits is not None:
        known = N_("The same wish was taken down on %(day)s and waits for the prescriber's answer.")
        raise Conflict(say(known, day=waits.said_on), code="asked_before", field="wish")
    made = write(
        session,
        TaperRequest(person_id=person_id, wish=wish, asked_by=asked_by, said_on=said_on, words=words, **act.stamp),
    )
    within = answered_within(wish, usual=house_rules().answer_within[KIND], halted=turn_rules().taper_halted_within)
    tasks.note(
        session,
        person_id=person_id,
        desk=Desk.PRESCRIBER,
        kind=KIND,
        due_at=act.at + within,
        again_since=act.at,
        act=act,
    )
    audit.record(session, AuditKind.TAPER_ASKED, made, act, person=person_id, wish=wish)
    return made


def answer(session: Session, *, taper_request_id: int, followed: bool, words: str, act: Act) -> TaperAnswer:
    """Answer a wish about a taper as a prescriber, in words that the person is told.

    Args:
        followed: whether it is done as wished. That a taper rests or stops at the person's own word is never declined.

    Raises:
        NotFound: there is no such wish.
        Conflict: it was answered before.
        Refused: nothing is said, or what is ordered still goes down although the person wants it to rest.
    """
    here.refuse_elsewhere(session, TaperRequest, taper_request_id, act.site_id)
    words = people.line(words, "words", needed=True, longest=LONGEST)
    person_id = surviving(session, records.wish(session, taper_request_id).person_id)
    people.lock(session, person_id)
    wish = records.wish(session, taper_request_id)
    if not wish.open:
        said = N_("This wish was answered by %(by)s.")
        raise Conflict(say(said, by=wish.answered_by), code="answered_before")
    if is_followed(wish.wish, wish.asked_by):
        _refuse_going_on(session, person_id, followed, act)
    made = write(session, TaperAnswer(taper_request_id=taper_request_id, followed=followed, words=words, **act.stamp))
    prescriber_desk.answer(session, person_id=person_id, kinds=set(), resolution=words, act=act)
    audit.record(
        session,
        AuditKind.TAPER_ANSWERED,
        made,
        act,
        person=person_id,
        taper_request=taper_request_id,
        followed=followed,
    )
    return made


def _refuse_going_on(session: Session, person_id: int, followed: bool, act: Act) -> None:
    if not followed:
        words = N_("The person wants the taper to rest. That is always done: sign an order that holds the amount.")
        raise Refused(say(words), code="at_the_persons_word", field="followed")
    order = orders.active_order(session, person_id, act.clinic_day)
    if order is not None and goes_down(order, act.clinic_day):
        words = N_(
            "What is ordered still goes down in the days to come. Sign an order that holds the amount, then answer."
        )
        raise Refused(say(words), code="still_going_down", field="followed")


def goes_down(order: OrderFacts, today: date) -> bool:
    """Return whether an order lowers the dose on a day that lies ahead."""
    totals = [(step.from_on, step.total_mg) for step in order.steps]
    return any(from_on > today and total < before for (_, before), (from_on, total) in pairwise(totals))
