"""The page of the jobs: what runs by itself, how it went last, and every attempt."""

from flask import Blueprint, render_template

from dispensary.jobs.table import JOBS
from dispensary.permissions import Permission
from dispensary.queries import jobs as records
from dispensary.web import edge, gate
from dispensary.web.database import db
from dispensary.web.jobs.failures import title, why

bp = Blueprint("jobs", __name__, url_prefix="/jobs")


@bp.get("")
@gate.requires(Permission.JOB_VIEW)
def runs() -> str:
    """Show each job with its last attempt, and the attempts before."""
    site_id = edge.sitting().site_id
    return render_template(
        "jobs/runs.html",
        jobs=JOBS,
        last=records.last_runs(db.session(), site_id),
        lines=records.run_lines(db.session(), site_id),
        title_of=title,
        why=why,
        pack_folder=edge.settings().pack_folder,
        no_folder=records.NO_FOLDER,
    )
