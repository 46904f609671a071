"""The lines of each report of theft or loss against what the audit wrote down when it was made."""

from collections import defaultdict

from sqlalchemy import select
from sqlalchemy.orm import Session

from dispensary.queries.verification.chains import AT_ONCE
from dispensary.queries.verification.results import Fault, Progress
from dispensary.rules import chain
from dispensary.rules.losses import differing_lines
from dispensary.wording import N_, say
from models import AuditEvent, LossReportLine
from models.enums import AuditKind


def wrong_loss_line(session: Session, site_id: int, progress: Progress) -> Fault | None:
    """Return the first line of a report that is not what was told: changed, gone or added since."""
    lines = _lines(session)
    audit = AuditEvent.__table__.c
    query = (
        select(audit.subject_id, audit.body)
        .where(audit.site_id == site_id, audit.kind == AuditKind.LOSS_REPORTED)
        .order_by(audit.number)
    )
    with session.execute(query.execution_options(yield_per=AT_ONCE)) as rows:
        for report_id, body in rows:
            progress(1)
            differing = differing_lines(chain.fields(body).get("contents"), lines[report_id])
            if differing:
                where = say(N_("line %(number)s of loss report no. %(id)s"), number=differing[0], id=report_id)
                return Fault(where, say(N_("it is not what was reported: changed, gone or added")))
    return None


def _lines(session: Session) -> dict[int, list[dict[str, object]]]:
    said = [column for column in LossReportLine.__table__.columns if column.key not in ("id", "request_id")]
    found: dict[int, list[dict[str, object]]] = defaultdict(list)
    for row in session.execute(select(*said).order_by(LossReportLine.report_id, LossReportLine.number)).mappings():
        found[row["report_id"]].append({column.key: row[column.key] for column in said})
    return found
