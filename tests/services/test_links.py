"""Linking two records of one person: one test for each way out, on both backends."""

from datetime import timedelta

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import func, select

from dispensary.errors import Conflict, NotFound, Refused
from dispensary.queries import dispensing, orders, prescriber_desk
from dispensary.queries import links as plans
from dispensary.queries import worklist as desk_work
from dispensary.queries.events import open_events
from dispensary.queries.people import card_holder, find_people, person_page
from dispensary.queries.queue import queue
from dispensary.queries.verification import verify
from dispensary.services import episodes, events, links, people, stops, tasks, worklist
from models import Claim, ClaimRelease, DosingIncident, Person, PersonLink, Stop, Task
from models.enums import (
    Admission,
    AttemptOutcome,
    AuditKind,
    CardEnd,
    Channel,
    ClaimKind,
    Desk,
    EpisodeEndReason,
    EpisodeKind,
    IncidentKind,
    OrderEndReason,
    Role,
    StopKind,
    TaskReasonKind,
)
from models.units import mg
from tests.durability.recount import recount_within
from tests.factories import dose, patient, person, trust_clock
from tests.rows import audited_kinds
from tests.station import codes, give, look, reverse

DAY = timedelta(days=1)


def link(session, world, survivor, other, **changes):
    plan = plans.plan(session, root_id=survivor.id, person_id=other.id, clinic_day=world.day)
    values = {"shown": plan.digest, "reason": "same papers, same face", "witnessed_by_id": world.witness.id} | changes
    return links.link_records(session, root_id=survivor.id, person_id=other.id, act=world.act(), **values)


def unlink(session, world, made, at=None, **changes):
    values = {"reason": "two brothers", "witnessed_by_id": world.witness.id} | changes
    return links.unlink_records(session, link_id=made.id, act=world.act(at=at or world.at), **values)


def order_of(session, who):
    return orders.versions_of(session, who.id)[0]


def standing_slots(session, who):
    return sorted((slot.clinic_day, slot.part) for slot in plans.slots_since(session, who.id, who.created_at.date()))


def test_a_dose_of_the_other_record_takes_the_slot_of_the_one_that_survives(session, world):
    one, other = patient(session, world, number="P00011"), patient(session, world, number="P00022")
    give(session, world, other)

    link(session, world, one, other)

    claim = session.scalars(select(Claim).where(Claim.person_id == one.id)).one()
    assert (claim.kind, claim.clinic_day, claim.part) == (ClaimKind.LINK, world.day, 1)
    found = look(session, world, one)
    assert (found.slot.taken_by, found.slot.taken_at) == ("Rosa Ames", world.at)
    assert "slot_taken" in codes(session, world, one)
    assert codes(session, world, other)[0] == "record_linked_away"
    with pytest.raises(Conflict) as refusal:
        give(session, world, one)
    assert refusal.value.code == "slot_taken"


def test_the_other_record_ends_with_its_episode_orders_and_card(session, world):
    one, other = patient(session, world), patient(session, world)
    card = people.issue_card(session, person_id=other.id, act=world.act())

    link(session, world, one, other)

    assert session.get_one(Person, other.id, populate_existing=True).root_id == one.id
    end = episodes.ends_of(session, other.id, EpisodeEndReason.LINKED)
    assert len(end) == 1
    version = next(v for v in orders.versions_of(session, one.id) if v.person_id == other.id)
    assert (version.ended, version.facts.ends_on) == (OrderEndReason.LINKED, world.day - DAY)
    assert (card.revoked_at, card.revoked_because) == (world.at, CardEnd.REPLACED)
    kinds = audited_kinds(session)
    for kind in (AuditKind.RECORDS_LINKED, AuditKind.EPISODE_ENDED, AuditKind.ORDER_ENDED, AuditKind.CARD_REVOKED):
        assert kinds.count(kind) == 1
    assert codes(session, world, one) == []


def test_searching_the_old_record_finds_the_one_that_survives(session, world):
    one = patient(session, world, family_name="Holt", given_name="Joan", number="P00011")
    other = patient(session, world, family_name="Hold", given_name="Jo", number="P00022")
    card = people.issue_card(session, person_id=other.id, act=world.act())

    link(session, world, one, other)

    for text in ("P00022", "hold jo", "hol", card.code):
        assert [found.id for found in find_people(session, text).people] == [one.id], text
    assert card_holder(session, card.code).person_id == one.id


def test_stops_and_history_and_episodes_are_shared(session, world):
    one, other = patient(session, world), patient(session, world)
    given = give(session, world, other)
    stop = stops.set_stop(session, person_id=other.id, kind=StopKind.MEDICINE_ABSENT, act=world.act())

    link(session, world, one, other)

    assert "stop_standing" in codes(session, world, one)
    page = person_page(session, one.id, world.at)
    assert [s.id for s in page.stops] == [stop.id]
    assert len(page.episodes) == 2
    assert [d.id for d in dispensing.doses_of_person(session, one.id)] == [given.id]
    row = next(r for r in queue(session, site_id=world.site.id, clinic_day=world.day))
    assert (row.person_id, row.parts_taken) == (one.id, 1)
    assert len(queue(session, site_id=world.site.id, clinic_day=world.day)) == 1


def test_what_the_desk_owes_the_other_record_is_owed_to_the_one_that_survives(session, world):
    one, other = patient(session, world), patient(session, world)
    stop = stops.set_stop(session, person_id=other.id, kind=StopKind.SEDATION, act=world.act())

    link(session, world, one, other)

    task = session.scalars(select(Task).where(Task.resolved_at.is_(None))).one()
    assert task.person_id == one.id
    (row,) = prescriber_desk.desk_rows(session, world.site.id, world.at)
    assert (row.person_id, [shown.id for shown in row.stops]) == (one.id, [stop.id])
    stops.release_stop(session, stop_id=stop.id, reason="awake", act=world.act(world.prescriber))
    assert task.resolved_at is not None
    assert codes(session, world, one) == []


def test_task_of_the_other_record_goes_on_with_its_owner_its_reasons_and_what_was_tried(session, world):
    one, other = patient(session, world), patient(session, world)
    early, me = world.act(at=world.at - DAY), world.staff[Role.COUNSELLOR]
    owed = {"desk": Desk.COUNSELLING, "kind": TaskReasonKind.MISSED_DOSES, "act": early}
    task = tasks.note(session, person_id=other.id, **owed)
    worklist.take(session, task_id=task.id, act=world.act(me, at=early.at))
    rung = {"channel": Channel.TELEPHONE, "outcome": AttemptOutcome.NO_ANSWER, "note": "rings, nobody there"}
    worklist.attempt(session, task_id=task.id, act=world.act(me, at=early.at), **rung)

    made = link(session, world, one, other)

    (row,) = desk_work.open_work(session, world.site.id, Desk.COUNSELLING, world.day)
    assert (row.person_id, row.owner_id, [why.kind for why in row.why]) == (one.id, me.id, [owed["kind"]])
    assert [(tried.note, tried.by) for tried in row.tried] == [("rings, nobody there", me.name)]
    unlink(session, world, made, at=world.at + timedelta(hours=1))
    after = desk_work.open_work(session, world.site.id, Desk.COUNSELLING, world.day)
    assert {row.person_id: bool(row.tried) for row in after}[one.id] is False, "it was tried for another person"


def test_whoever_has_the_task_of_the_record_that_survives_keeps_it(session, world):
    one, other = patient(session, world), patient(session, world)
    early, me, head = world.at - DAY, world.staff[Role.COUNSELLOR], world.prescriber
    for who, owner in ((one, head), (other, me)):
        owed = {"desk": Desk.COUNSELLING, "kind": TaskReasonKind.MISSED_DOSES, "act": world.act(at=early)}
        task = tasks.note(session, person_id=who.id, **owed)
        worklist.take(session, task_id=task.id, act=world.act(owner, at=early))
        rung = {"channel": Channel.TELEPHONE, "outcome": AttemptOutcome.NO_ANSWER, "note": owner.name}
        worklist.attempt(session, task_id=task.id, act=world.act(owner, at=early), **rung)

    link(session, world, one, other)

    (row,) = desk_work.open_work(session, world.site.id, Desk.COUNSELLING, world.day)
    assert (row.person_id, row.owner_id) == (one.id, head.id)
    assert {tried.note for tried in row.tried} == {me.name, head.name}


def test_the_same_stop_is_not_set_twice_on_one_person(session, world):
    one, other = patient(session, world), patient(session, world)
    stops.set_stop(session, person_id=other.id, kind=StopKind.SEDATION, act=world.act())
    link(session, world, one, other)

    with pytest.raises(Conflict) as refusal:
        stops.set_stop(session, person_id=one.id, kind=StopKind.SEDATION, act=world.act())

    assert refusal.value.code == "stop_stands"


def test_days_with_a_dose_under_the_other_record_are_days_with_medicine(session, world):
    one = patient(session, world, starts_on=world.day - 5 * DAY)
    other = patient(session, world, starts_on=world.day - 5 * DAY)
    for days in range(5, 0, -1):
        dose(session, world, other, of=_order(session, other), at=world.at - days * DAY)
    trust_clock(session, world)
    assert "days_without_medicine" in codes(session, world, one)

    link(session, world, one, other)

    assert codes(session, world, one) == []
    assert look(session, world, one).days_without_medicine == 0


def _order(session, who):
    from models import DoseOrder

    return session.scalars(select(DoseOrder).where(DoseOrder.person_id == who.id)).one()


def test_two_doses_of_today_are_a_dosing_incident_and_stop_further_ones(session, world):
    one, other = patient(session, world), patient(session, world)
    give(session, world, one)
    later = give(session, world, other, at=world.at + timedelta(hours=1))
    plan = plans.plan(session, root_id=one.id, person_id=other.id, clinic_day=world.day)
    assert plan.second_dose.id == later.id and plan.shared_slots == []

    link(session, world, one, other)

    incident = session.scalars(select(DosingIncident)).one()
    assert (incident.dose_id, incident.kind) == (later.id, IncidentKind.TWICE)
    assert "stop_standing" in codes(session, world, one)
    assert session.scalars(select(Task).where(Task.resolved_at.is_(None))).one().person_id == one.id
    tomorrow = world.at + DAY
    assert codes(session, world, one, at=tomorrow) == ["stop_standing"]


def test_a_first_dose_that_did_not_happen_leaves_the_slot_to_the_other_records_dose(session, world):
    one, other = patient(session, world), patient(session, world)
    mistaken = give(session, world, one)
    give(session, world, other)
    link(session, world, one, other)

    reverse(session, world, mistaken)

    claims = session.scalars(select(Claim).where(Claim.person_id == one.id).order_by(Claim.turn)).all()
    assert [(c.kind, c.turn) for c in claims] == [(ClaimKind.OBSERVED, 1), (ClaimKind.LINK, 2)]
    assert "slot_taken" in codes(session, world, one)


def test_days_before_on_which_both_took_a_dose_stop_dosing(session, world):
    one = patient(session, world, starts_on=world.day - DAY)
    other = patient(session, world, starts_on=world.day - DAY)
    for who in (one, other):
        dose(session, world, who, of=_order(session, who), at=world.at - DAY)

    link(session, world, one, other)

    assert session.scalars(select(Stop)).one().kind is StopKind.ORDER_PROBLEM
    assert session.scalar(select(func.count()).select_from(DosingIncident)) == 0


def test_two_orders_that_differ_stop_dosing_until_a_prescriber_has_decided(session, world):
    one, other = patient(session, world, "60"), patient(session, world, "80")

    link(session, world, one, other)

    assert session.scalars(select(Stop)).one().kind is StopKind.ORDER_PROBLEM
    assert look(session, world, one).due_mg == mg("60")


def test_reversing_the_other_records_dose_frees_the_slot_of_the_one_that_survives(session, world):
    one, other = patient(session, world), patient(session, world)
    mistaken = give(session, world, other)
    link(session, world, one, other)

    reverse(session, world, mistaken)

    released = session.scalars(select(ClaimRelease.person_id)).all()
    assert sorted(released) == sorted([one.id, other.id])
    assert give(session, world, one).person_id == one.id


def test_a_slot_that_two_linked_records_hold_is_freed_with_the_last(session, world):
    one, second, third = (patient(session, world) for _ in range(3))
    first, last = give(session, world, second), give(session, world, third)
    link(session, world, one, second)
    link(session, world, one, third)

    reverse(session, world, first)

    assert "slot_taken" in codes(session, world, one)
    reverse(session, world, last)
    assert "slot_taken" not in codes(session, world, one)


def test_a_record_linked_into_the_other_follows_it(session, world):
    one, second, third = (patient(session, world) for _ in range(3))
    mistaken = give(session, world, third)
    link(session, world, second, third)
    link(session, world, one, second)

    roots = dict(session.execute(select(Person.id, Person.root_id)).all())
    assert roots == {one.id: None, second.id: one.id, third.id: one.id}
    assert "slot_taken" in codes(session, world, one)
    reverse(session, world, mistaken)
    assert "slot_taken" not in codes(session, world, one)


def test_a_later_day_that_is_taken_already_stays_taken(session, world):
    one, other = patient(session, world), patient(session, world)
    session.add(
        Claim(
            person_id=other.id,
            clinic_day=world.day + DAY,
            part=1,
            turn=1,
            kind=ClaimKind.TAKE_HOME,
            **world.act().stamp,
        )
    )
    session.flush()

    link(session, world, one, other)

    assert standing_slots(session, one) == [(world.day + DAY, 1)]


def refused(session, world, survivor, other, kind=Refused, **changes):
    with pytest.raises(kind) as refusal:
        link(session, world, survivor, other, **changes)
    assert session.scalar(select(func.count()).select_from(PersonLink)) == changes.pop("links", 0)
    return refusal.value.code


def test_a_link_is_refused_with_what_to_do(session, world):
    one, other = patient(session, world), person(session)

    assert refused(session, world, one, one) == "same_record"
    assert refused(session, world, other, one) == "ends_the_treated"
    assert refused(session, world, one, other, reason=" ") == "blank"
    assert refused(session, world, one, other, witnessed_by_id=None) == "no_witness"
    assert refused(session, world, one, other, witnessed_by_id=world.nurse.id) == "witness_is_self"
    assert refused(session, world, one, other, kind=Conflict, shown="as it was") == "changed_since_shown"


def test_a_record_ends_once_and_survives_no_more(session, world):
    one, other, third = patient(session, world), person(session), person(session)
    link(session, world, one, other)

    for survivor, ends, kind, code in (
        (third, other, Conflict, "linked_before"),
        (other, third, Refused, "survivor_ended"),
    ):
        with pytest.raises(kind) as refusal:
            link(session, world, survivor, ends)
        assert refusal.value.code == code


def test_nobody_is_admitted_and_no_card_issued_on_a_record_that_ended(session, world):
    one, other = patient(session, world), person(session)
    link(session, world, one, other)

    with pytest.raises(Refused) as admission:
        episodes.admit_patient(
            session,
            person_id=other.id,
            kind=EpisodeKind.MAINTENANCE,
            admission=Admission.NEW,
            admitted_on=world.day,
            transfer=None,
            act=world.act(),
        )
    with pytest.raises(Refused) as card:
        people.issue_card(session, person_id=other.id, act=world.act())

    assert (admission.value.code, card.value.code) == ("record_linked_away", "record_linked_away")


def test_an_end_that_came_with_a_link_is_taken_back_with_it_alone(session, world):
    one, other = patient(session, world), patient(session, world)
    link(session, world, one, other)
    (end,) = episodes.ends_of(session, other.id, EpisodeEndReason.LINKED)

    with pytest.raises(Refused) as refusal:
        episodes.correct_episode_end(session, episode_end_id=end.id, reason="no", act=world.act())

    assert refusal.value.code == "record_linked_away"


def test_a_link_taken_back_parts_the_records_again(session, world):
    one, other = patient(session, world), patient(session, world)
    give(session, world, other)
    made = link(session, world, one, other)

    unlink(session, world, made)

    assert session.get_one(Person, other.id, populate_existing=True).root_id is None
    assert standing_slots(session, one) == []
    assert standing_slots(session, other) == [(world.day, 1)]
    assert person_page(session, other.id, world.at).open_episode is not None
    assert codes(session, world, other) == ["slot_taken"]
    assert "no_active_order" in codes(session, world, other, at=world.at + DAY)
    task = session.scalars(select(Task).where(Task.resolved_at.is_(None), Task.person_id == other.id)).one()
    assert task is not None
    audited = audited_kinds(session)
    assert AuditKind.RECORDS_UNLINKED in audited and AuditKind.EPISODE_END_CORRECTED in audited


def test_doses_between_link_and_its_undoing_stop_both(session, world):
    one, other = patient(session, world), patient(session, world)
    made = link(session, world, one, other)
    give(session, world, one, at=world.at + timedelta(minutes=5))

    unlink(session, world, made, at=world.at + timedelta(hours=1))

    stopped = session.scalars(select(Stop.person_id).where(Stop.kind == StopKind.ORDER_PROBLEM)).all()
    assert sorted(stopped) == sorted([one.id, other.id])


def test_an_event_is_seen_at_the_window_of_both_records_once_they_are_parted(session, world):
    one, other, later = patient(session, world), patient(session, world), timedelta(minutes=5)
    events.tell_window(session, person_id=one.id, kind=TaskReasonKind.HOSPITAL, act=world.act(at=world.at - later))
    events.tell_window(session, person_id=other.id, kind=TaskReasonKind.OVERDOSE, act=world.act(at=world.at - later))
    made = link(session, world, one, other)
    events.tell_window(session, person_id=one.id, kind=TaskReasonKind.PREGNANCY, act=world.act(at=world.at + later))
    shared = {event.kind for event in open_events(session, one.id)}

    unlink(session, world, made, at=world.at + 2 * later)

    assert shared == {TaskReasonKind.HOSPITAL, TaskReasonKind.OVERDOSE, TaskReasonKind.PREGNANCY}
    assert {event.kind for event in open_events(session, one.id)} == shared
    assert {event.kind for event in open_events(session, other.id)} == shared - {TaskReasonKind.HOSPITAL}


def test_a_stop_goes_back_to_the_desk_with_the_record_that_it_is_about(session, world):
    one, other = patient(session, world), patient(session, world)
    stop = stops.set_stop(session, person_id=other.id, kind=StopKind.SEDATION, note="sleepy", act=world.act())
    made = link(session, world, one, other)

    unlink(session, world, made, at=world.at + DAY)

    rows = prescriber_desk.desk_rows(session, world.site.id, world.at + DAY)
    assert [stop.id for row in rows if row.person_id == other.id for stop in row.stops] == [stop.id]


def test_taking_back_one_link_of_a_chain_leaves_the_other(session, world):
    one, second, third = (patient(session, world) for _ in range(3))
    give(session, world, third)
    link(session, world, second, third)
    made = link(session, world, one, second)

    unlink(session, world, made)

    roots = dict(session.execute(select(Person.id, Person.root_id)).all())
    assert roots == {one.id: None, second.id: None, third.id: second.id}
    assert (standing_slots(session, one), standing_slots(session, second)) == ([], [(world.day, 1)])


def test_a_link_is_taken_back_once_with_a_reason_and_a_witness(session, world):
    one, other = patient(session, world), person(session)
    made = link(session, world, one, other)

    for changes, code in (({"reason": ""}, "blank"), ({"witnessed_by_id": None}, "no_witness")):
        with pytest.raises(Refused) as refusal:
            unlink(session, world, made, **changes)
        assert refusal.value.code == code
    unlink(session, world, made)
    with pytest.raises(Conflict) as again:
        unlink(session, world, made)
    assert again.value.code == "unlinked_before"
    with pytest.raises(NotFound):
        links.unlink_records(session, link_id=99, reason="x", witnessed_by_id=world.witness.id, act=world.act())


def test_records_parted_can_be_linked_again(session, world):
    one, other = patient(session, world), patient(session, world)
    give(session, world, other)
    unlink(session, world, link(session, world, one, other))

    link(session, world, one, other)

    turns = session.scalars(select(Claim.turn).where(Claim.person_id == one.id).order_by(Claim.turn)).all()
    assert turns == [1, 2]
    assert "slot_taken" in codes(session, world, one)


def test_links_and_their_undoing_hold_under_verification_and_recount(session, world):
    one, second, third = (patient(session, world) for _ in range(3))
    give(session, world, second)
    mistaken = give(session, world, third)
    link(session, world, one, second)
    made = link(session, world, one, third)
    reverse(session, world, mistaken)
    unlink(session, world, made)

    session.expire_all()

    assert verify(session, world.site.id, Ed25519PrivateKey.generate().public_key()).faults == ()
    recount_within(session)
