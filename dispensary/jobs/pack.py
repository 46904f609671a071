"""Every few minutes while the clinic is open: the encrypted pack that says who was dosed until now."""

from pathlib import Path

from flask import Flask
from flask_babel import force_locale, gettext

from dispensary.home import Home
from dispensary.queries import downtime, sites
from dispensary.rules.job_times import Due
from dispensary.safekeeping import packs
from dispensary.web.database import db
from dispensary.wording import Speaker
from reports import page, rolling_pack
from reports.kept_papers import BY


def write_pack(app: Flask, due: Due) -> None:
    """Write the pack of a site as things stand now into the folder that the site names."""
    session, now = db.session(), app.extensions["clock"]()
    home: Home = app.extensions["home"]
    have, site = sites.settings_at(session, due.site_id, now), sites.site(session, due.site_id)
    with force_locale(site.language):
        figures = rolling_pack.figures(
            session,
            due.site_id,
            clinic_day=due.clinic_day,
            window_id=downtime.first_window(session, due.site_id),
            site=have.rules,
            about=page.heading(
                session, due.site_id, due.clinic_day, due.clinic_day, printed_by=gettext(BY), printed_at=now
            ),
        )
        content = rolling_pack.render(figures, speak=Speaker(gettext, have.zone))
    session.rollback()
    packs.write(Path(have.pack_folder), site.code, now, packs.encrypted(content, packs.read_password(home)))
