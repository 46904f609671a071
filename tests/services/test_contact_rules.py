"""How somebody may be reached is agreed with them, word for word; the newest word counts, and the earlier ones stay."""

from dataclasses import replace

import pytest

from dispensary.errors import NotFound, Refused
from dispensary.queries import contact_rules as records
from dispensary.services import contact_rules
from dispensary.services.contact_rules import Terms
from models import ContactRule
from models.enums import AuditKind, Channel
from tests import factories, rows

EVENINGS = Terms(by_telephone=True, by_text=True, hours="after 18:00", leave_message=True, message_from="Carl")


@pytest.fixture
def who(session):
    return factories.person(session)


def agree(session, world, who, terms=EVENINGS):
    return contact_rules.agree(session, person_id=who.id, terms=terms, act=world.act())


def test_what_was_agreed_is_on_record_with_who_asked(session, world, who):
    agree(session, world, who)

    rule = records.rule_of(session, who.id)
    assert rule.channels == (Channel.TELEPHONE, Channel.TEXT)
    assert (rule.hours, rule.message_from, rule.by) == ("after 18:00", "Carl", world.nurse.name)
    assert rows.audited_kinds(session)[-1] == AuditKind.CONTACT_RULE_AGREED


def test_newest_word_counts_and_the_earlier_stays(session, world, who):
    agree(session, world, who)

    agree(session, world, who, replace(EVENINGS, by_text=False))

    assert records.rule_of(session, who.id).channels == (Channel.TELEPHONE,)
    assert records.rules_of(session, [who.id])[who.id].channels == (Channel.TELEPHONE,)
    assert rows.count(session, ContactRule) == 2


def test_nobody_asked_yet_is_no_word_at_all(session, who):
    assert records.rule_of(session, who.id) is None
    assert records.rules_of(session, [who.id]) == {}


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"message_from": ""}, "message_from"),
        ({"leave_message": False}, "message_from"),
        ({"hours": "x" * 201}, "hours"),
    ],
)
def test_what_does_not_fit_together_is_refused_at_its_field(session, world, who, changes, field):
    with pytest.raises(Refused) as refusal:
        agree(session, world, who, replace(EVENINGS, **changes))

    assert refusal.value.field == field
    assert rows.count(session, ContactRule) == 0


def test_same_words_again_change_nothing(session, world, who):
    agree(session, world, who)

    with pytest.raises(Refused) as refusal:
        agree(session, world, who)

    assert refusal.value.code == "nothing_changed"


def test_person_who_is_not_on_record_is_not_found(session, world):
    with pytest.raises(NotFound):
        contact_rules.agree(session, person_id=999, terms=EVENINGS, act=world.act())
