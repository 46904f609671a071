"""Approving policy for a site: dated, named, for the text that was read."""

from datetime import timedelta

import pytest
from sqlalchemy import select

import models
from dispensary.errors import Conflict, Refused
from dispensary.policy.profiles import SHIPPED, load
from dispensary.policy.stack import stack
from dispensary.queries import policy
from dispensary.services.policy import approve_profile
from models import enums

PROFILES = {profile.id: profile for profile in load([SHIPPED])}
ASAM = PROFILES["asam-2020"]
DAY = timedelta(days=1)


@pytest.fixture
def decide(session, world):
    def decide(**changes):
        values = {"profile": ASAM, "digest": ASAM.digest, "in_force": True, "effective_on": world.day}
        return approve_profile(session, **(values | changes), act=world.act(world.prescriber))

    return decide


def test_approved_profile_counts_from_its_day_with_who_and_when(session, world, decide):
    decide(effective_on=world.day + DAY)

    today, tomorrow = (policy.approvals(session, world.site.id, world.day + n * DAY) for n in (0, 1))
    assert today == []
    assert [(a.profile, a.approved_by, a.approved_at) for a in tomorrow] == [
        ("asam-2020", world.prescriber.name, world.at)
    ]
    assert stack([ASAM], tomorrow, world.day + DAY).in_force
    event = session.scalars(select(models.AuditEvent)).one()
    assert event.kind is enums.AuditKind.POLICY_APPROVED


def test_withdrawn_profile_counts_no_more(session, world, decide):
    decide()

    decide(in_force=False, effective_on=world.day + DAY)

    approvals = policy.approvals(session, world.site.id, world.day + DAY)
    assert [a.in_force for a in approvals] == [False]
    assert policy.approvals(session, world.site.id, world.day)[0].in_force


def test_approval_is_for_one_site(session, world, decide):
    decide()

    assert policy.approvals(session, world.site.id + 1, world.day) == []
    assert len(policy.approvals_everywhere(session)) == 1


def test_other_text_than_was_read_is_not_approved(decide):
    with pytest.raises(Conflict):
        decide(digest="of another text")


def test_decision_in_the_past_or_for_nothing_is_refused(world, decide):
    with pytest.raises(Refused):
        decide(effective_on=world.day - DAY)
    with pytest.raises(Refused):
        decide(in_force=False)
    decide()
    with pytest.raises(Refused):
        decide()


def test_superseded_profile_is_never_approved(session, decide):
    australia = PROFILES["au-methadone-2003"]

    with pytest.raises(Refused) as refusal:
        decide(profile=australia, digest=australia.digest)

    assert refusal.value.code == "superseded"
    assert session.scalars(select(models.PolicyApproval)).all() == []


def test_start_refuses_when_an_approved_file_changed(session, world, decide, tmp_path):
    mine = tmp_path / "mine.toml"
    mine.write_text((SHIPPED / "asam-2020.toml").read_text().replace("asam-2020", "mine"))
    [profile] = load([tmp_path])
    decide(profile=profile, digest=profile.digest)

    assert policy.loaded(session, [tmp_path]) == (profile,)
    mine.write_text(mine.read_text().replace('"30"', '"90"'))
    with pytest.raises(Refused) as refusal:
        policy.loaded(session, [tmp_path])

    assert refusal.value.code == "profile_changed"


@pytest.mark.parametrize("shipped", ["ca-on-metaphi-2021", "us-42cfr8-2024-take-homes", "sublocade-label-2025"])
def test_start_refuses_a_file_with_anything_doubtful_in_it(session, world, tmp_path, shipped):
    text = (SHIPPED / f"{shipped}.toml").read_text().replace(shipped, "mine")
    mark = next(line for line in reversed(text.splitlines()) if line.startswith("mark = "))
    before, _, after = text.rpartition(mark)
    (tmp_path / "mine.toml").write_text(f'{before}mark = "doubtful"{after}')

    with pytest.raises(Refused) as refusal:
        policy.loaded(session, [tmp_path])

    assert "doubtful" in str(refusal.value.words.values["problem"])
