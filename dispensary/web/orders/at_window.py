"""What the prescriber's side shows at the window: who is on call, what was just decided, what waits for a signature.

Each is asked for by the template that shows it, so that an ordinary dose reads none of it.
"""

from dispensary.permissions import Permission
from dispensary.queries import decisions, on_call, queue
from dispensary.queries.decisions import Decided, Decision
from dispensary.queries.on_call import RotaDay
from dispensary.web import edge
from dispensary.web.database import db
from dispensary.web.orders.blueprint import bp
from dispensary.wording import N_, Words, say

DECIDED: dict[Decided, Words] = {
    Decided.STOP_RELEASED: say(N_("stop released")),
    Decided.DOSE_RELEASED: say(N_("held dose released for today")),
    Decided.ORDER_SIGNED: say(N_("order signed")),
    Decided.ORDER_CHANGED: say(N_("order changed")),
    Decided.ORDER_STOPPED: say(N_("order stopped")),
    Decided.SUPPLEMENT: say(N_("further part ordered for today")),
    Decided.REPLACEMENT: say(N_("replacement ordered")),
    Decided.COUNTERSIGNED: say(N_("telephone order countersigned")),
    Decided.DISOWNED: say(N_("telephone order disowned: do not give under it")),
}


@bp.app_template_global()
def on_call_today() -> RotaDay:
    """Return who is on call today at this site."""
    act = edge.act()
    return on_call.on_call(db.session(), act.site_id, act.clinic_day)


@bp.app_template_global()
def clinic_heads() -> str:
    """Return the names of those who lead the clinic, for when nobody is on the rota."""
    act = edge.act()
    return ", ".join(who.name for who in on_call.clinic_heads(db.session(), act.site_id, act.clinic_day))


@bp.app_template_global()
def takes_telephone_orders() -> bool:
    """Return whether whoever is signed in may take down an order by telephone here."""
    return edge.settings().telephone_orders and Permission.TELEPHONE_ORDER in edge.sitting().permissions


@bp.app_template_global()
def just_decided() -> list[tuple[Decision, Words]]:
    """Return what was decided here within the last hour, with its words, the newest first."""
    act = edge.act()
    found = decisions.decisions(db.session(), site_id=act.site_id, clinic_day=act.clinic_day, at=act.at)
    return [(one, DECIDED[one.what]) for one in found]


@bp.app_template_global()
def late_countersignatures() -> int:
    """Return how many telephone orders here were not countersigned in time."""
    act = edge.act()
    return queue.late_countersignatures(db.session(), act.site_id, act.at)
