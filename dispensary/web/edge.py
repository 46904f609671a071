"""What every view may ask of this request: the moment, who is signed in, the site's settings, and how to speak."""

from datetime import datetime
from typing import cast

from flask import current_app, g
from flask_babel import gettext
from flask_login import current_user

from dispensary.clock import clinic_day
from dispensary.queries import sites
from dispensary.queries.sites import SiteSettings
from dispensary.queries.sittings import Sitting
from dispensary.services.act import Act
from dispensary.web.database import db
from dispensary.wording import Speaker
from models.enums import Origin


def now() -> datetime:
    """Return the moment of this request, the same however often it is asked for."""
    if "moment" not in g:
        g.moment = current_app.extensions["clock"]()
    return cast(datetime, g.moment)


def sitting() -> Sitting:
    """Return who is signed in; only behind the gate."""
    return cast(Sitting, current_user.sitting)


def settings() -> SiteSettings:
    """Return the settings of the site of this sitting; of the first site before anyone has signed in."""
    if "settings" not in g:
        site_id = sitting().site_id if current_user.is_authenticated else sites.first_site_id(db.session())
        g.settings = sites.settings_at(db.session(), site_id, now())
    return cast(SiteSettings, g.settings)


def act(origin: Origin = Origin.DESK) -> Act:
    """Return the act that this request is: who, where, when."""
    who, have = sitting(), settings()
    return Act(
        by_id=who.staff_id,
        site_id=who.site_id,
        at=now(),
        clinic_day=clinic_day(now(), have.zone, have.day_starts),
        origin=origin,
        terminal_id=who.terminal_id,
        window_id=who.window_id,
        request_id=g.get("request_id"),
    )


def speaker() -> Speaker:
    """Return what turns words into the language of this request and the time of this clinic."""
    return Speaker(gettext, settings().zone)
