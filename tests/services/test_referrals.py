"""Referrals: sent warmly, met, answered, closed, and overdue where nobody answers."""

from datetime import timedelta

import pytest

from dispensary.errors import Conflict, NotFound, Refused
from dispensary.queries import referrals as known
from dispensary.services import agencies, referrals
from dispensary.services.agencies import AgencyEntry
from dispensary.services.referrals import Sent
from models import Referral
from models.enums import AgencyKind, AuditKind, ReferralResult, ReplyKind
from tests import factories
from tests.agencies import DAY, listed
from tests.rows import audited_kinds, count


@pytest.fixture
def who(session, world):
    return factories.patient(session, world)


@pytest.fixture
def shelter(session, world):
    return listed(session, world)


def sent(session, world, who, agency, **values):
    wanted = Sent(
        **{"agency_id": agency.id, "reason": "has nowhere to stay", "answer_by": world.day + 14 * DAY} | values
    )
    return referrals.refer(session, person_id=who.id, sent=wanted, act=world.act())


def reply(session, world, referral, kind=ReplyKind.TAKEN_ON, **values):
    values = {"from_whom": "Ms Tran", "replied_on": world.day} | values
    return referrals.answer(session, referral_id=referral.id, reply=kind, act=world.act(), **values)


def close(session, world, referral, result=ReferralResult.HELPED, **values):
    values = {"closed_on": world.day} | values
    return referrals.close(session, referral_id=referral.id, result=result, act=world.act(), **values)


def test_referral_goes_from_the_joint_meeting_by_way_of_the_answer_to_its_close(session, world, who, shelter):
    made = sent(session, world, who, shelter, meets_at=world.at + 2 * DAY)
    arranged = known.referral(session, made.id).meeting
    referrals.meet(session, referral_id=made.id, met_at=world.at, met_with="Mr Le", we_were_there=True, act=world.act())
    reply(session, world, made)
    close(session, world, made, note="moved in")

    found = known.referral(session, made.id)

    assert not arranged.held and arranged.at == world.at + 2 * DAY
    assert found.meeting.held and (found.meeting.met_with, found.meeting.we_were_there) == ("Mr Le", True)
    assert (found.reply.reply, found.result, found.close_note) == (
        ReplyKind.TAKEN_ON,
        ReferralResult.HELPED,
        "moved in",
    )
    assert audited_kinds(session)[-5:] == [
        AuditKind.REFERRAL_MADE,
        AuditKind.REFERRAL_MEETING_RECORDED,
        AuditKind.REFERRAL_MEETING_RECORDED,
        AuditKind.REFERRAL_ANSWERED,
        AuditKind.REFERRAL_CLOSED,
    ]


def test_referral_without_an_answer_is_overdue_after_its_day(session, world, who, shelter):
    made = sent(session, world, who, shelter)
    on_the_day = known.overdue(session, world.site.id, made.answer_by)
    after = known.overdue(session, world.site.id, made.answer_by + DAY)
    reply(session, world, made, ReplyKind.WAITING_LIST)
    waiting = known.overdue(session, world.site.id, made.answer_by + DAY)
    reply(session, world, made)

    answered = known.overdue(session, world.site.id, made.answer_by + DAY)

    assert on_the_day == [] and [one.id for one in after] == [made.id]
    assert [one.id for one in waiting] == [made.id], "a waiting list is no answer for good"
    assert answered == []


@pytest.mark.parametrize("kind", [AgencyKind.RESIDENTIAL, AgencyKind.PRIMARY_CARE, AgencyKind.OTHER_CLINIC])
def test_where_treatment_goes_elsewhere_the_way_back_is_written(session, world, who, kind):
    agency = listed(session, world, "Hill House", kind)

    with pytest.raises(Refused) as refused:
        sent(session, world, who, agency)
    made = sent(session, world, who, agency, way_back="Comes any morning, is dosed the same day.")

    assert (refused.value.code, refused.value.field) == ("no_way_back", "way_back")
    assert known.referral(session, made.id).way_back == "Comes any morning, is dosed the same day."


@pytest.mark.parametrize(
    ("values", "field"),
    [({"reason": ""}, "reason"), ({"answer_by": -1}, "answer_by"), ({"answer_by": 400}, "answer_by")],
)
def test_referral_without_reason_or_with_an_impossible_day_is_refused(session, world, who, shelter, values, field):
    if "answer_by" in values:
        values = {"answer_by": world.day + values["answer_by"] * DAY}

    with pytest.raises(Refused) as refused:
        sent(session, world, who, shelter, **values)

    assert refused.value.field == field
    assert count(session, Referral) == 0


def test_one_referral_to_an_agency_is_open_at_a_time(session, world, who, shelter):
    made = sent(session, world, who, shelter)

    with pytest.raises(Conflict) as refused:
        sent(session, world, who, shelter)
    close(session, world, made)

    assert refused.value.code == "referral_open"
    assert sent(session, world, who, shelter).id != made.id


def test_nobody_is_sent_to_an_agency_that_was_retired(session, world, who, shelter):
    entry = AgencyEntry(shelter.name, shelter.kind, shelter.contact, shelter.phone)
    agencies.change_agency(session, agency_id=shelter.id, entry=entry, retired=True, act=world.act())

    with pytest.raises(Refused) as refused:
        sent(session, world, who, shelter)

    assert refused.value.code == "agency_retired"


def test_meeting_is_put_off_but_not_into_the_past(session, world, who, shelter):
    made = sent(session, world, who, shelter, meets_at=world.at + DAY)

    referrals.arrange_meeting(session, referral_id=made.id, meets_at=world.at + 3 * DAY, act=world.act())
    with pytest.raises(Refused):
        referrals.arrange_meeting(session, referral_id=made.id, meets_at=world.at - DAY, act=world.act())

    assert known.referral(session, made.id).meeting.at == world.at + 3 * DAY


def test_meeting_that_was_held_names_who_was_met_and_lies_not_ahead(session, world, who, shelter):
    made = sent(session, world, who, shelter)

    def meet(met_with, met_at):
        referrals.meet(
            session, referral_id=made.id, met_at=met_at, met_with=met_with, we_were_there=False, act=world.act()
        )

    with pytest.raises(Refused) as nameless:
        meet(" ", world.at)
    with pytest.raises(Refused) as ahead:
        meet("Mr Le", world.at + timedelta(hours=1))

    assert (nameless.value.field, ahead.value.field) == ("met_with", "meets_on")


def test_closed_referral_takes_nothing_more(session, world, who, shelter):
    made = sent(session, world, who, shelter)
    close(session, world, made)

    for later in (
        lambda: reply(session, world, made),
        lambda: close(session, world, made),
        lambda: referrals.arrange_meeting(session, referral_id=made.id, meets_at=world.at + DAY, act=world.act()),
    ):
        with pytest.raises(Conflict) as refused:
            later()
        assert refused.value.code == "referral_closed"


def test_answer_and_close_lie_between_the_referral_and_today_and_say_who(session, world, who, shelter):
    made = sent(session, world, who, shelter)

    with pytest.raises(Refused) as early:
        reply(session, world, made, replied_on=world.day - DAY)
    with pytest.raises(Refused) as ahead:
        close(session, world, made, closed_on=world.day + DAY)
    with pytest.raises(Refused) as nobody:
        reply(session, world, made, from_whom="")

    assert [one.value.field for one in (early, ahead, nobody)] == ["replied_on", "closed_on", "from_whom"]


def test_referral_that_is_not_here_is_not_found(session, world):
    with pytest.raises(NotFound):
        referrals.close(session, referral_id=99, result=ReferralResult.HELPED, closed_on=world.day, act=world.act())
    with pytest.raises(NotFound):
        known.referral(session, 99)
