"""Two pairs in the community support programme: somebody drug-free stands by each, week by week."""

from datetime import datetime

from dispensary.demo.dice import chance
from dispensary.demo.scene import Scene
from dispensary.queries.programmes import PairSeen
from dispensary.services import groups, programmes, support
from dispensary.services.groups import Terms
from dispensary.services.programmes import Planned
from dispensary.services.support import Naming
from models.enums import ActivityKind, GroupKind, OfferAnswer, Relation

BEGINS = 47
"""At most so many days before the last one; the weeks are counted from there."""
A_WEEK = 7
PAIRS = (("Marta Lind", Relation.SIBLING, "555-0301"), ("Jo Park", Relation.FRIEND, "555-0302"))
PLANS = (
    Planned(ActivityKind.SPORT, "the swimming baths on Saturday", "the Saturday swimmers"),
    Planned(ActivityKind.MEAL, "cook at the mother's on Sunday", "the mother and the neighbours"),
)


def in_the_evening(scene: Scene, at: datetime) -> None:
    """Begin the programme on its day, and record each week when it is over."""
    work = scene.casework
    here = sorted(p for p in scene.patients if p in work.keeper and scene.patients[p].is_steady)
    if scene.days_left <= BEGINS and work.pairs_since is None and len(here) >= len(PAIRS):
        work.pairs_since = scene.day
        _begin(scene, work.rng.sample(here, len(PAIRS)), at)
    over = (scene.day - work.pairs_since).days // A_WEEK if work.pairs_since else 0
    for programme_id, person_id in work.programmes.items() if over > work.weeks_told else ():
        if person_id in scene.patients:
            _week(scene, programme_id, over, at)
    work.weeks_told = max(over, work.weeks_told)


def _begin(scene: Scene, people: list[int], at: datetime) -> None:
    act = scene.act("counsellor2", at)
    terms = Terms(
        name="Together",
        kind=GroupKind.COMMUNITY_SUPPORT,
        weekday=None,
        starts_at="11:30",
        minutes=60,
        led_by_id=act.by_id,
        open_to_relatives=True,
    )
    group = groups.make_group(scene.session, terms=terms, opened_on=scene.day, act=act)
    for person_id, (name, relation, phone) in zip(people, PAIRS, strict=True):
        support.offer_programme(
            scene.session,
            person_id=person_id,
            offered_on=scene.day,
            answer=OfferAnswer.ACCEPTED,
            why=None,
            act=act,
        )
        naming = Naming(
            name=name,
            relation=relation,
            phone=phone,
            contact_rules="in the evening",
            drug_free=True,
            person_agreed_on=scene.day,
            supporter_agreed_on=scene.day,
        )
        support.name_supporter(scene.session, person_id=person_id, naming=naming, act=act)
        begun = programmes.begin_programme(
            scene.session, person_id=person_id, group_id=group.id, starts_on=scene.day, act=act
        )
        scene.casework.programmes[begun.id] = person_id


def _week(scene: Scene, programme_id: int, week: int, at: datetime) -> None:
    rng, act = scene.casework.rng, scene.act("counsellor2", at)
    for planned in PLANS:
        activity = programmes.plan_activity(
            scene.session, programme_id=programme_id, week=week, planned=planned, act=act
        )
        programmes.tell_of_activity(scene.session, activity_id=activity.id, done=chance(rng, 0.75), act=act)
    seen = PairSeen(
        person_came=chance(rng, 0.85),
        supporter_came=chance(rng, 0.75),
        conflict=chance(rng, 0.1),
        self_help_contact=chance(rng, 0.3),
    )
    programmes.record_pair_week(scene.session, programme_id=programme_id, week=week, seen=seen, act=act)
