"""Papers made by themselves and kept in the archive: the day's log, the downtime pack, the month's summary.

A paper of a period is made once: whoever comes second, as after a crash between keeping it and noting that the job ran,
finds it kept and leaves it as it is.
"""

from datetime import date

from flask import Flask
from flask_babel import force_locale, gettext

from dispensary.clock import clinic_day
from dispensary.queries import archive as records
from dispensary.queries import sites
from dispensary.rules.archive import month_that_ends
from dispensary.rules.job_times import A_DAY, Due
from dispensary.services import archive, jobs
from dispensary.web.database import db, unit_of_work
from dispensary.wording import Speaker
from models.enums import ArchivedKind
from reports import kept_papers
from reports.kept_papers import Draw


def keep_log(app: Flask, due: Due) -> None:
    """Keep the dispensing log of a clinic day that is over."""
    draw_and_keep(app, due, ArchivedKind.DAY_LOG, due.clinic_day, due.clinic_day, kept_papers.day_log)


def keep_pack(app: Flask, due: Due) -> None:
    """Keep the downtime pack of the day that has begun since; nothing of a day that is over, whose pack helps nobody."""
    session, now = db.session(), app.extensions["clock"]()
    have = sites.settings_at(session, due.site_id, now)
    session.rollback()
    day = due.clinic_day + A_DAY
    if day == clinic_day(now, have.zone, have.day_starts):
        draw_and_keep(app, due, ArchivedKind.DOWNTIME_PACK, day, day, kept_papers.day_pack)


def keep_month(app: Flask, due: Due) -> None:
    """Keep the summary of the month that ended with this clinic day, so that it is there on the first morning."""
    month = month_that_ends(due.clinic_day)
    if month is not None:
        draw_and_keep(app, due, ArchivedKind.MONTH_SUMMARY, *month, kept_papers.month_summary)


def draw_and_keep(app: Flask, due: Due, kind: ArchivedKind, first: date, last: date, draw: Draw) -> None:
    """Draw the paper of a period as things stand now, in the site's language, and keep it; nothing where it is kept.

    Drawing only reads, and takes its time; keeping is one short unit of work.
    """
    session, now = db.session(), app.extensions["clock"]()
    if records.made_by_itself(session, due.site_id, kind, first, last) is not None:
        session.rollback()
        return
    have, site = sites.settings_at(session, due.site_id, now), sites.site(session, due.site_id)
    with force_locale(site.language):
        drawn = draw(session, due.site_id, first, last, now, Speaker(gettext, have.zone))
    session.rollback()
    if drawn is None:
        return
    with unit_of_work() as work:
        archive.keep(
            work,
            kind=kind,
            first=first,
            last=last,
            content=drawn.content,
            figures=drawn.figures,
            language=drawn.language,
            paper=drawn.paper,
            act=jobs.act_of_job(work, due.site_id, now),
        )
