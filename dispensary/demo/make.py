"""Making the demonstration: the clinic, its people, and its days up to this moment."""

from collections.abc import Callable
from datetime import UTC, datetime, time, timedelta
from random import Random
from zoneinfo import ZoneInfo

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy.orm import Session

from dispensary.clock import clinic_day
from dispensary.demo import cast, depot, furnishing, names, setting, story
from dispensary.demo.counsellors import Casework
from dispensary.demo.doses import DoseWriter, NextUid, uuids
from dispensary.demo.scene import Scene
from dispensary.demo.setting import Clinic
from dispensary.exchange.bulk import take_stock
from dispensary.policy.house import house_rules
from dispensary.policy.stack import depot_windows
from dispensary.queries import policy, sites
from dispensary.services import audit
from models import AuditEvent, Claim, Dose, DoseLine, Movement, RegisterEntry, Site
from models.enums import AuditKind, SettingKey

FOUNDED_BEFORE_OPENING = timedelta(hours=1)
ENOUGH_FOR_INJECTIONS = 10
"""In a clinic of more people than these some have injections."""
Progress = Callable[[int], None]


def make_clinic(
    session: Session,
    *,
    patients: int,
    days: int,
    seed: int,
    time_zone: str,
    password_hash: str,
    key: Ed25519PrivateKey,
    now: datetime,
    progress: Progress,
    writer: Callable[[Session, NextUid], DoseWriter] = DoseWriter,
) -> Clinic:
    """Make a clinic with a history of so many days before today; today is half done.

    Args:
        patients: how many people ever came.
        days: how many whole days lie before today.
        seed: the same seed at the same moment makes the same people, orders, doses and stock.
        password_hash: of the one password that all its staff have.
        progress: told of each day.
        writer: what writes the usual dose.
    """
    rng, zone = Random(seed), ZoneInfo(time_zone)  # noqa: S311 - no secret hangs on it
    starts = time.fromisoformat(house_rules().site_defaults[SettingKey.DAY_STARTS])
    today = clinic_day(now, zone, starts)
    first_day = today - timedelta(days=days)
    founded_at = datetime.combine(first_day, story.OPENS, zone).astimezone(UTC) - FOUNDED_BEFORE_OPENING
    clinic = setting.found(
        session, at=founded_at, last_day=today, time_zone=time_zone, password_hash=password_hash, key=key
    )
    who = names.people(rng, patients, today)
    injected = len(depot.RHYTHMS) if patients > ENOUGH_FOR_INJECTIONS else 0
    characters = cast.characters(rng, who[injected:], first_day, today)
    settings = sites.settings(session, clinic.site_id, today)
    uids = uuids(Random(f"uids {seed}"))  # noqa: S311 - no secret hangs on it
    windows = depot_windows(clinic.profiles, policy.approvals(session, clinic.site_id, today), today)
    depots = depot.Depots(who[:injected], windows)
    casework = Casework(Random(f"casework {seed}"))  # noqa: S311 - no secret hangs on it
    scene = Scene(session, clinic, writer(session, uids), settings, rng, now, casework)
    for number in range(days + 1):
        day = first_day + timedelta(days=number)
        story.live(scene, day, characters, depots, days_left=days - number)
        progress(1)
    furnishing.furnish_today(session, clinic, sorted(scene.patients), now, today)
    take_stock(session, Claim, Dose, DoseLine, Movement, AuditEvent, RegisterEntry)
    site = session.get_one(Site, clinic.site_id)
    audit.record(session, AuditKind.DEMO_MADE, site, clinic.act("admin", now, today), seed=seed, days=days)
    return clinic
