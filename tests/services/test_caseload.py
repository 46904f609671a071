"""People are put on a counsellor's caseload, one or many at once; nobody's work is lost when a counsellor leaves."""

from datetime import timedelta

import pytest

from dispensary.errors import NotFound, Refused
from dispensary.queries import caseload as records
from dispensary.services import caseload
from models import Caseload
from models.enums import AuditKind, Role
from tests import factories, rows

DAY = timedelta(days=1)


@pytest.fixture
def people(session, world):
    made = [factories.patient(session, world, family_name=name) for name in ("Ames", "Brandt", "Costa")]
    session.commit()
    return made


@pytest.fixture
def act(world):
    return world.act(world.staff[Role.COUNSELLOR])


@pytest.fixture
def other(session, world):
    who = factories.staff(session, "Olga Wirth")
    factories.role(session, who, world.site, Role.COUNSELLOR)
    session.commit()
    return who


def hand_over(session, people, counsellor_id, act, **changes):
    wanted = {"from_on": act.clinic_day, "reason": "new here", "act": act} | changes
    return caseload.hand_over(session, person_ids=[one.id for one in people], counsellor_id=counsellor_id, **wanted)


def test_people_are_on_the_caseload_from_the_day_on(session, world, people, act):
    hand_over(session, people[:2], act.by_id, act, from_on=world.day + 2 * DAY)

    before, after = (records.in_care(session, world.site.id, world.day + n * DAY) for n in (1, 2))
    assert [one.counsellor_id for one in before] == [None, None, None]
    assert [one.counsellor_id for one in after] == [act.by_id, act.by_id, None]
    assert rows.audited_kinds(session)[-2:] == [AuditKind.CASELOAD_CHANGED] * 2


def test_whole_caseload_goes_to_a_colleague_at_once(session, world, people, act, other):
    hand_over(session, people, act.by_id, act)

    hand_over(session, people, other.id, act, reason="leave from Monday")

    keepers = records.keepers(session, world.site.id, world.day)
    assert {keeper.counsellor for keeper in keepers.values()} == {"Olga Wirth"}
    assert {keeper.reason for keeper in keepers.values()} == {"leave from Monday"}


def test_whoever_is_there_already_is_left_as_they_are(session, people, act):
    hand_over(session, people[:1], act.by_id, act)

    written = hand_over(session, people, act.by_id, act)

    assert [one.person_id for one in written] == [people[1].id, people[2].id]
    with pytest.raises(Refused) as refusal:
        hand_over(session, people, act.by_id, act)
    assert refusal.value.code == "nothing_changed"


def test_people_may_be_nobodys_for_a_time(session, world, people, act):
    hand_over(session, people[:1], act.by_id, act)

    hand_over(session, people[:1], None, act, reason="counsellor left")

    keeper = records.counsellor_of(session, people[0].id, world.day)
    assert (keeper.counsellor_id, keeper.counsellor) == (None, "")
    assert records.counsellor_of(session, people[1].id, world.day) is None


@pytest.mark.parametrize(
    ("changes", "field"),
    [({"reason": " "}, "reason"), ({"from_on": -DAY}, "from_on"), ({"from_on": 93 * DAY}, "from_on")],
)
def test_hand_over_that_cannot_be_right_is_refused_at_its_field(session, world, people, act, changes, field):
    if "from_on" in changes:
        changes = {"from_on": world.day + changes["from_on"]}

    with pytest.raises(Refused) as refusal:
        hand_over(session, people, act.by_id, act, **changes)

    assert refusal.value.field == field
    assert rows.count(session, Caseload) == 0


def test_nobody_chosen_or_no_counsellor_of_this_site_is_refused(session, world, people, act):
    with pytest.raises(Refused) as nobody:
        hand_over(session, [], act.by_id, act)
    with pytest.raises(Refused) as nurse:
        hand_over(session, people, world.nurse.id, act)

    assert (nobody.value.field, nurse.value.field) == ("people", "counsellor_id")


def test_person_who_is_not_on_record_is_not_found(session, act):
    with pytest.raises(NotFound):
        caseload.hand_over(
            session, person_ids=[999], counsellor_id=act.by_id, from_on=act.clinic_day, reason="x", act=act
        )
