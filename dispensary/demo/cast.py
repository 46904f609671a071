"""Who comes to the made-up clinic, on which drug, how regularly, and for how long: drawn once, from the seed."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from random import Random

from dispensary.demo.dice import chance
from dispensary.demo.names import MadeUp
from dispensary.demo.setting import BUP_NX
from models.enums import EpisodeEndReason, Form, Medication
from models.units import Mg

TREATMENTS = (
    (Medication.METHADONE, Form.LIQUID, (60, 70, 80, 80, 90, 100, 110, 120, 45, 135), 66),
    (BUP_NX, Form.TABLET, (8, 12, 16, 16, 24), 24),
    (BUP_NX, Form.FILM, (8, 12, 16, 16, 24), 10),
)
LEAVING = (
    (EpisodeEndReason.DROPPED_OUT, 50),
    (EpisodeEndReason.TRANSFERRED_OUT, 18),
    (EpisodeEndReason.LEFT_BY_OWN_WISH, 12),
    (EpisodeEndReason.COMPLETED, 10),
    (EpisodeEndReason.CUSTODY, 8),
    (EpisodeEndReason.DIED, 2),
)


@dataclass(frozen=True)
class Stay:
    """One stretch of treatment as it will go."""

    begins: date
    ends: date | None
    """None: still here today."""
    reason: EpisodeEndReason | None
    from_clinic: bool
    """Transferred in from another clinic, on a dose already."""


@dataclass(frozen=True)
class Character:
    """One person of the story."""

    who: MadeUp
    medication: Medication
    form: Form
    target_mg: Mg
    parts: int
    every_n_days: int
    weekdays: tuple[int, ...]
    """Comes on these days of the week only; empty for most."""
    reliability: float
    """How likely the person is to come on a day."""
    hour: float
    """When in the clinic's hours the person usually comes, from 0 to 1."""
    window: int
    stays: tuple[Stay, ...]


def characters(rng: Random, who: Sequence[MadeUp], first_day: date, today: date) -> list[Character]:
    """Return the people of the story in the order in which they first come."""
    made = [_character(rng, person, first_day, today) for person in who]
    return sorted(made, key=lambda c: c.stays[0].begins)


def _character(rng: Random, who: MadeUp, first_day: date, today: date) -> Character:
    medication, form, amounts, _ = rng.choices(TREATMENTS, [t[3] for t in TREATMENTS])[0]
    methadone = medication is Medication.METHADONE
    split = methadone and chance(rng, 0.04)
    return Character(
        who=who,
        medication=medication,
        form=form,
        target_mg=Mg(Decimal(rng.choice(amounts))),
        parts=2 if split else 1,
        every_n_days=2 if not methadone and chance(rng, 0.05) else 1,
        weekdays=(1, 3, 5) if not methadone and chance(rng, 0.06) else (),
        reliability=min(0.995, 0.88 + rng.random() * 0.12),
        hour=0.0 if split else rng.betavariate(1.6, 2.2),
        window=rng.randrange(2),
        stays=_stays(rng, first_day, today),
    )


def _stays(rng: Random, first_day: date, today: date) -> tuple[Stay, ...]:
    days = (today - first_day).days
    begins = first_day + timedelta(days=rng.randrange(0, 10) if chance(rng, 0.5) else rng.randrange(max(1, days)))
    stays: list[Stay] = []
    while begins < today:
        from_clinic = not stays and chance(rng, 0.45 if begins < first_day + timedelta(days=10) else 0.12)
        ends, reason = _end(rng, begins, today)
        stays.append(Stay(begins, ends, reason, from_clinic))
        comes_back = reason not in (None, EpisodeEndReason.DIED, EpisodeEndReason.COMPLETED) and chance(rng, 0.45)
        if ends is None or not comes_back:
            break
        begins = ends + timedelta(days=rng.randint(20, 90))
    return tuple(stays) or (Stay(today - timedelta(days=1), None, None, False),)


def _end(rng: Random, begins: date, today: date) -> tuple[date | None, EpisodeEndReason | None]:
    """Return when and how a stay ends: most of those who leave do so early."""
    if chance(rng, 0.62):
        return None, None
    ends = begins + timedelta(days=min(400, 21 + int(rng.expovariate(1 / 110))))
    if ends >= today - timedelta(days=15):
        return None, None
    return ends, rng.choices([reason for reason, _ in LEAVING], [weight for _, weight in LEAVING])[0]
