"""What about a person's health every page shows alike: at the window, on the person's page, beside an order being written."""

from dataclasses import dataclass

from dispensary.policy.alerts import AlertList
from dispensary.queries import doses_taken, health, orders
from dispensary.queries.safety_picture import SafetyPicture
from dispensary.rules.alerts import Alert, alerts_for
from dispensary.rules.orders import due_amount
from dispensary.web import edge, policies
from dispensary.web.database import db
from models.enums import Medication
from models.units import Mg


@dataclass(frozen=True)
class HealthShown:
    """What to see before a dose, and whether a prescriber has approved the list that speaks of it."""

    alerts: tuple[Alert, ...]
    listed: AlertList

    @property
    def at_the_window(self) -> tuple[Alert, ...]:
        """What of it concerns the dose about to be given."""
        return tuple(alert for alert in self.alerts if alert.at_the_window)


def health_at_window(picture: SafetyPicture) -> HealthShown | None:
    """Return what to see before this dose; None, and nothing read, where nothing is on record."""
    if not picture.signs.health:
        return None
    order = picture.facts.order
    return _shown(picture.identity.person_id, order.medication if order else None, picture.facts.day_total_mg)


def health_of(person_id: int) -> HealthShown:
    """Return what to see before a dose of what is ordered now; with no order, whatever the list says."""
    today, session = edge.act().clinic_day, db.session()
    order = orders.active_order(session, person_id, today)
    if order is None:
        return _shown(person_id, None, None)
    taken = doses_taken.taken_days(session, person_id, order.starts_on)
    parts_mg = due_amount(order, taken, today).amounts_mg
    return _shown(person_id, order.medication, Mg(sum(parts_mg[1:], parts_mg[0])))


def health_beside_order(person_id: int) -> HealthShown:
    """Return what to see before an order is signed: whatever the list says, since the drug is only being chosen."""
    return _shown(person_id, None, None)


def _shown(person_id: int, medication: Medication | None, total_mg: Mg | None) -> HealthShown:
    listed = policies.alerts()
    facts = health.standing(db.session(), person_id)
    return HealthShown(alerts_for(facts, listed, medication, total_mg, edge.act().clinic_day), listed)
