"""What may be done, and which role may do it. A role is a set of permissions; a person may hold several roles."""

from enum import StrEnum

from models.enums import Role


class Permission(StrEnum):
    """One thing that may be done, as noun and verb."""

    STATION_USE = "station.use"
    DOSE_RECORD = "dose.record"
    DOSE_REVERSE = "dose.reverse"
    INCIDENT_RECORD = "incident.record"
    ELSEWHERE_RECORD = "elsewhere.record"
    PAPER_ENTER = "paper.enter"
    CLOCK_CONFIRM = "clock.confirm"
    SHIFT_NOTE = "shift_note.write"
    WITNESS = "witness.sign"
    PERSON_VIEW = "person.view"
    PERSON_REGISTER = "person.register"
    EPISODE_CHANGE = "episode.change"
    CARD_ISSUE = "card.issue"
    RECORD_LINK = "record.link"
    HEALTH_ENTER = "health.enter"
    ATTENDANCE_VIEW = "attendance.view"
    ABSENCE_RECORD = "absence.record"
    FOLLOW_UP_DECIDE = "follow_up.decide"
    CALENDAR_SET = "calendar.set"
    TAKE_HOME_VIEW = "take_home.view"
    TAKE_HOME_DECIDE = "take_home.decide"
    TAKE_HOME_PREPARE = "take_home.prepare"
    BOTTLE_ISSUE = "bottle.issue"
    CALL_BACK = "call_back.make"
    POLICY_VIEW = "policy.view"
    STOP_SET = "stop.set"
    STOP_RELEASE = "stop.release"
    NOTICE_SET = "notice.set"
    ORDER_VIEW = "order.view"
    ORDER_SIGN = "order.sign"
    TELEPHONE_ORDER = "telephone_order.take"
    ROTA_SET = "rota.set"
    POLICY_APPROVE = "policy.approve"
    STOCK_VIEW = "stock.view"
    STOCK_RECEIVE = "stock.receive"
    STOCK_MOVE = "stock.move"
    STOCK_WASTE = "stock.waste"
    STOCK_COUNT = "stock.count"
    STOCK_ADJUST = "stock.adjust"
    STOCK_SET_UP = "stock.set_up"
    PUMP_RECORD = "pump.record"
    PUMP_RULE_SET = "pump_rule.set"
    LOSS_PATTERN_VIEW = "loss_pattern.view"
    LOSS_VIEW = "loss.view"
    LOSS_REPORT = "loss.report"
    LOSS_WORK = "loss.work"
    DAY_CLOSE = "day.close"
    REPORT_PRINT = "report.print"
    HISTORY_VIEW = "history.view"
    REGISTER_VIEW = "register.view"
    REGISTER_FOOTNOTE = "register.footnote"
    AUDIT_VIEW = "audit.view"
    INSPECTION_VIEW = "inspection.view"
    ARCHIVE_VIEW = "archive.view"
    ARCHIVE_SIGN = "archive.sign"
    STAFF_MANAGE = "staff.manage"
    SITE_MANAGE = "site.manage"
    JOB_VIEW = "job.view"
    CASEWORK_VIEW = "casework.view"
    CASEWORK_RECORD = "casework.record"
    TASK_WORK = "task.work"
    CASELOAD_SET = "caseload.set"
    CASE_NOTE_VIEW = "case_note.view"
    RISK_VIEW = "risk.view"
    RISK_EVALUATE = "risk.evaluate"
    CASE_NOTE_WRITE = "case_note.write"
    OUTREACH_RECORD = "outreach.record"
    OUTREACH_VIEW = "outreach.view"
    URINE_RECORD = "urine.record"
    URINE_DRAW = "urine.draw"
    HEALTH_TEST_VIEW = "health_test.view"
    HEALTH_TEST_RECORD = "health_test.record"
    MARKER_VIEW = "marker.view"
    MARKER_SET = "marker.set"
    OVERDOSE_RECORD = "overdose.record"
    SUPPLIES_GIVE = "supplies.give"
    AGENCY_LIST = "agency.list"
    DISCLOSE = "disclosure.make"
    ENDING_PROPOSE = "ending.propose"
    CONTEST_ANSWER = "contest.answer"
    PRIVACY_APPROVE = "privacy_statement.approve"
    RATING_ENTER = "rating.enter"
    GLASS_BREAK = "glass.break"
    GLASS_REVIEW = "glass.review"
    READERS_VIEW = "readers.view"
    RETENTION_VIEW = "retention.view"
    INDICATOR_VIEW = "indicator.view"
    DATA_QUALITY_VIEW = "data_quality.view"


P = Permission

ROLES: dict[Role, frozenset[Permission]] = {
    Role.NURSE: frozenset(
        {
            P.STATION_USE,
            P.DOSE_RECORD,
            P.DOSE_REVERSE,
            P.INCIDENT_RECORD,
            P.ELSEWHERE_RECORD,
            P.PAPER_ENTER,
            P.CLOCK_CONFIRM,
            P.SHIFT_NOTE,
            P.HEALTH_ENTER,
            P.ATTENDANCE_VIEW,
            P.ABSENCE_RECORD,
            P.CALENDAR_SET,
            P.TAKE_HOME_VIEW,
            P.TAKE_HOME_PREPARE,
            P.BOTTLE_ISSUE,
            P.CALL_BACK,
            P.POLICY_VIEW,
            P.RECORD_LINK,
            P.TELEPHONE_ORDER,
            P.WITNESS,
            P.PERSON_VIEW,
            P.PERSON_REGISTER,
            P.CARD_ISSUE,
            P.STOP_SET,
            P.NOTICE_SET,
            P.ORDER_VIEW,
            P.STOCK_VIEW,
            P.STOCK_RECEIVE,
            P.STOCK_MOVE,
            P.STOCK_WASTE,
            P.PUMP_RECORD,
            P.LOSS_VIEW,
            P.LOSS_REPORT,
            P.STOCK_COUNT,
            P.DAY_CLOSE,
            P.ARCHIVE_VIEW,
            P.REPORT_PRINT,
            P.HISTORY_VIEW,
            P.REGISTER_VIEW,
            P.REGISTER_FOOTNOTE,
            P.CASEWORK_VIEW,
            P.TASK_WORK,
            P.URINE_RECORD,
            P.HEALTH_TEST_RECORD,
            P.OVERDOSE_RECORD,
            P.SUPPLIES_GIVE,
            P.DISCLOSE,
            P.GLASS_BREAK,
            P.DATA_QUALITY_VIEW,
        }
    ),
    Role.COUNSELLOR: frozenset(
        {
            P.PERSON_VIEW,
            P.PERSON_REGISTER,
            P.NOTICE_SET,
            P.HEALTH_ENTER,
            P.HISTORY_VIEW,
            P.ATTENDANCE_VIEW,
            P.ABSENCE_RECORD,
            P.FOLLOW_UP_DECIDE,
            P.TAKE_HOME_VIEW,
            P.TAKE_HOME_PREPARE,
            P.POLICY_VIEW,
            P.REPORT_PRINT,
            P.CASEWORK_VIEW,
            P.CASEWORK_RECORD,
            P.TASK_WORK,
            P.CASELOAD_SET,
            P.CASE_NOTE_VIEW,
            P.RISK_VIEW,
            P.CASE_NOTE_WRITE,
            P.OUTREACH_RECORD,
            P.OUTREACH_VIEW,
            P.URINE_RECORD,
            P.HEALTH_TEST_VIEW,
            P.HEALTH_TEST_RECORD,
            P.MARKER_VIEW,
            P.MARKER_SET,
            P.OVERDOSE_RECORD,
            P.SUPPLIES_GIVE,
            P.AGENCY_LIST,
            P.DISCLOSE,
            P.GLASS_BREAK,
            P.READERS_VIEW,
        }
    ),
    Role.PRESCRIBER: frozenset(
        {
            P.WITNESS,
            P.PERSON_VIEW,
            P.PERSON_REGISTER,
            P.EPISODE_CHANGE,
            P.RECORD_LINK,
            P.HEALTH_ENTER,
            P.INCIDENT_RECORD,
            P.ELSEWHERE_RECORD,
            P.ATTENDANCE_VIEW,
            P.ABSENCE_RECORD,
            P.FOLLOW_UP_DECIDE,
            P.TAKE_HOME_VIEW,
            P.TAKE_HOME_DECIDE,
            P.TAKE_HOME_PREPARE,
            P.CALL_BACK,
            P.POLICY_VIEW,
            P.CLOCK_CONFIRM,
            P.ROTA_SET,
            P.STOP_SET,
            P.STOP_RELEASE,
            P.NOTICE_SET,
            P.ORDER_VIEW,
            P.ORDER_SIGN,
            P.POLICY_APPROVE,
            P.HISTORY_VIEW,
            P.REPORT_PRINT,
            P.CASEWORK_VIEW,
            P.CASEWORK_RECORD,
            P.TASK_WORK,
            P.CASE_NOTE_VIEW,
            P.RISK_VIEW,
            P.URINE_RECORD,
            P.HEALTH_TEST_VIEW,
            P.HEALTH_TEST_RECORD,
            P.MARKER_VIEW,
            P.OVERDOSE_RECORD,
            P.SUPPLIES_GIVE,
            P.DISCLOSE,
            P.ENDING_PROPOSE,
            P.CONTEST_ANSWER,
            P.GLASS_BREAK,
            P.INDICATOR_VIEW,
            P.DATA_QUALITY_VIEW,
        }
    ),
    Role.CLINIC_HEAD: frozenset(
        {
            P.WITNESS,
            P.PERSON_VIEW,
            P.EPISODE_CHANGE,
            P.RECORD_LINK,
            P.ATTENDANCE_VIEW,
            P.FOLLOW_UP_DECIDE,
            P.CALENDAR_SET,
            P.TAKE_HOME_VIEW,
            P.POLICY_VIEW,
            P.CLOCK_CONFIRM,
            P.ROTA_SET,
            P.NOTICE_SET,
            P.ORDER_VIEW,
            P.STOCK_VIEW,
            P.STOCK_RECEIVE,
            P.STOCK_COUNT,
            P.STOCK_ADJUST,
            P.STOCK_SET_UP,
            P.PUMP_RULE_SET,
            P.LOSS_PATTERN_VIEW,
            P.LOSS_VIEW,
            P.LOSS_REPORT,
            P.LOSS_WORK,
            P.DAY_CLOSE,
            P.REPORT_PRINT,
            P.HISTORY_VIEW,
            P.REGISTER_VIEW,
            P.REGISTER_FOOTNOTE,
            P.AUDIT_VIEW,
            P.ARCHIVE_VIEW,
            P.ARCHIVE_SIGN,
            P.INSPECTION_VIEW,
            P.JOB_VIEW,
            P.CASEWORK_VIEW,
            P.RISK_VIEW,
            P.RISK_EVALUATE,
            P.TASK_WORK,
            P.CASELOAD_SET,
            P.OUTREACH_VIEW,
            P.URINE_DRAW,
            P.AGENCY_LIST,
            P.DISCLOSE,
            P.ENDING_PROPOSE,
            P.CONTEST_ANSWER,
            P.PRIVACY_APPROVE,
            P.RATING_ENTER,
            P.GLASS_BREAK,
            P.GLASS_REVIEW,
            P.READERS_VIEW,
            P.RETENTION_VIEW,
            P.INDICATOR_VIEW,
            P.DATA_QUALITY_VIEW,
        }
    ),
    Role.ADMINISTRATOR: frozenset({P.STAFF_MANAGE, P.SITE_MANAGE, P.JOB_VIEW, P.STOCK_SET_UP, P.STOCK_VIEW}),
    Role.INSPECTOR: frozenset(
        {
            P.STOCK_VIEW,
            P.LOSS_VIEW,
            P.REGISTER_VIEW,
            P.REPORT_PRINT,
            P.AUDIT_VIEW,
            P.ARCHIVE_VIEW,
            P.INSPECTION_VIEW,
            P.INDICATOR_VIEW,
        }
    ),
    Role.PEER: frozenset({P.OUTREACH_RECORD}),
}
"""What each role may do. The administrator reads no clinical record; the inspector writes nothing."""

DESCRIPTIONS: dict[Role, str] = {
    Role.NURSE: "Gives doses at the window, keeps stock and register, sets stops and notices, takes urine tests.",
    Role.COUNSELLOR: "Works the counselling desk: sessions, groups, case notes, plans, calls, referrals, outreach.",
    Role.PRESCRIBER: "Signs orders, decides stops, held doses, doses to take home and wishes; answers contests, approves policy.",
    Role.CLINIC_HEAD: "Reads counts, register, audit; works losses, answers contests, draws urine tests, sees who opened what.",
    Role.ADMINISTRATOR: "Manages accounts, sites, windows and terminals; sees no clinical record.",
    Role.INSPECTOR: "Reads the register, logs and audit of any period until a set day; writes nothing.",
    Role.PEER: "Records and sees own outreach contacts only.",
}
"""Each role in a sentence that a manager can read."""


def permissions_of(roles: frozenset[Role]) -> frozenset[Permission]:
    """Return everything that someone holding these roles may do."""
    return frozenset().union(*(ROLES[role] for role in roles))


def roles_with(permission: Permission) -> frozenset[Role]:
    """Return which roles have a permission."""
    return frozenset(role for role, may in ROLES.items() if permission in may)
