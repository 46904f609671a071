"""What stands against a bottle, or against all of them, and what to do next, as product.md §7 has it."""

from collections.abc import Sequence
from datetime import date, datetime

from dispensary.permissions import Permission
from dispensary.reasons import Reason
from dispensary.rules.bottles import BottleDose
from dispensary.rules.dosing import Slot
from dispensary.rules.take_home_review import OpenReview
from dispensary.wording import N_, Moment, say
from models.units import Mg


def slot_taken(dose: BottleDose, slot: Slot) -> Reason:
    """Return that the slot of a bottle's day is taken, by whom and since when. Source: product.md §3 rule 2."""
    return Reason(
        "slot_taken",
        say(
            N_("%(day)s: its dose is on record already, since %(at)s by %(by)s."),
            day=dose.day,
            at=Moment(slot.taken_at) if slot.taken_at else None,
            by=slot.taken_by,
        ),
        say(N_("No second bottle for that day; one that was lost is replaced only on a prescriber's one-off.")),
    )


def other_medicine(dose: BottleDose) -> Reason:
    """Return that another drug or form is ordered for a day than for today; its first dose is taken here."""
    return Reason(
        "other_medicine",
        say(N_("%(day)s: another medicine is ordered from then on."), day=dose.day),
        say(N_("The person comes on that day, and takes the first dose of it here.")),
    )


def cannot_be_filled(dose: BottleDose) -> Reason:
    """Return that the containers of this window cannot make up a bottle."""
    return Reason(
        "cannot_be_poured",
        say(
            N_("%(day)s: the opened containers here cannot make up %(mg)s mg exactly."), day=dose.day, mg=dose.amount_mg
        ),
        say(N_("Open a container that fits and holds until then, or bring one from the safe. Then look again.")),
    )


def check_due(last_check: date | None, every_days: int, today: date) -> Reason | None:
    """Refuse bottles until storage, teaching, closures and naloxone were gone through, once and then yearly."""
    if last_check is not None and (today - last_check).days < every_days:
        return None
    words = N_("Storage, teaching, child-resistant closures and naloxone were never gone through with this person.")
    if last_check is not None:
        words = N_("Take-home safety was last gone through on %(day)s, which is too long ago.")
    return Reason(
        "safety_check_due",
        say(words, day=last_check),
        say(N_("Go through it now with the person, on the take-home page; then hand the bottles over.")),
        citation="42 CFR 8.12(i)(4), clinical-rules §2.1",
    )


def dose_first(at: datetime | None) -> Reason:
    """Return that today's dose comes before the bottles: not fit for a dose is not fit for bottles."""
    if at is not None:
        return Reason(
            "turned_away_today",
            say(N_("No dose was given today at %(at)s, so none goes home."), at=at),
            say(N_("The prescriber decides what happens next.")),
        )
    return Reason(
        "dose_first",
        say(N_("Today's dose has not been taken here yet.")),
        say(N_("Give today's dose first; the bottles follow it.")),
    )


def review_open(review: OpenReview, days: Sequence[date]) -> Reason:
    """Return that doses of open days wait for a prescriber's review; those that nobody can take here go home all the same.

    What is at home stays the person's, and each dose that waits is given here on its day, so that none is lost by the
    review. Source: product.md §7.
    """
    one, more = (
        N_("Take-home doses are reviewed since %(since)s: %(first)s waits. The prescriber decides by %(due)s."),
        N_(
            "Take-home doses are reviewed since %(since)s: %(n)s doses from %(first)s to %(last)s wait."
            " The prescriber decides by %(due)s."
        ),
    )
    return Reason(
        "review_open",
        say(
            one if len(days) == 1 else more,
            since=Moment(review.since),
            due=Moment(review.due_at),
            n=len(days),
            first=min(days),
            last=max(days),
        ),
        say(
            N_(
                "Call the prescriber, who can let it go on as decided. Until then each of these doses is given here on"
                " its day; bottles at home, and doses of days on which it is closed here, stay the person's."
            )
        ),
        override=Permission.TAKE_HOME_DECIDE,
    )


def called_back(due_by: datetime, bottles: int) -> Reason:
    """Return that every bottle was called back, and none is handed over before somebody said what came of it."""
    return Reason(
        "called_back",
        say(
            N_("Called back with %(n)s bottles by %(due)s; what came of it is not entered."),
            n=bottles,
            due=Moment(due_by),
        ),
        say(N_("Take back what was brought, then enter what came of the call-back on the page of bottles.")),
        override=Permission.CALL_BACK,
    )


def todays_dose_stays(amount_mg: Mg) -> Reason:
    """Return that a collector takes no dose of today along: nobody decided that it is taken at home."""
    return Reason(
        "todays_dose_stays",
        say(N_("Today's dose of %(mg)s mg does not go home with a collector."), mg=amount_mg),
        say(N_("The person comes for it today, or a prescriber allows today as a single day.")),
        override=Permission.TAKE_HOME_DECIDE,
    )


def on_record_as_away() -> Reason:
    """Return that no bottle goes home of somebody who is on record as in hospital or custody, whoever comes for it."""
    return Reason(
        "away",
        say(N_("On record as in hospital or custody: nobody is at home who could take the doses.")),
        say(
            N_(
                "Ask there, or the person. If the stay is over, enter its last day; if not, nothing goes home until it is."
            )
        ),
        citation="clinical-rules §10.3 case 5",
    )
