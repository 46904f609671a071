"""From a row of the audit to a sentence. People are named by their record's number only; staff by name, beside it."""

import re
from collections.abc import Callable
from decimal import Decimal
from enum import StrEnum
from typing import Any

from dispensary.queries.audit import AuditLine
from dispensary.web.register import casework_sentences as casework
from dispensary.wording import N_, Words
from models import enums
from models.enums import AuditKind
from models.units import plain

SENTENCES: dict[AuditKind, str] = {
    AuditKind.SITE_CREATED: N_("Made this site."),
    AuditKind.SITE_SETTING_CHANGED: N_("Set “%(key)s” to %(value)s from %(effective_on)s."),
    AuditKind.WINDOW_CREATED: N_("Added window no. %(subject_id)s."),
    AuditKind.TERMINAL_NAMED: N_("Made a computer terminal no. %(subject_id)s."),
    AuditKind.TERMINAL_RETIRED: N_("Took terminal no. %(subject_id)s out of use."),
    AuditKind.STAFF_CREATED: N_("Made account no. %(subject_id)s."),
    AuditKind.STAFF_ENDED: N_("Ended account no. %(subject_id)s."),
    AuditKind.ROLE_GRANTED: N_("Gave account no. %(staff)s the role %(role)s from %(from_on)s to %(until_on)s."),
    AuditKind.ROLE_WITHDRAWN: N_("Withdrew the role %(role)s from account no. %(staff)s."),
    AuditKind.PASSWORD_CHANGED: N_("Changed the password of account no. %(subject_id)s."),
    AuditKind.PIN_CHANGED: N_("Set the PIN of account no. %(subject_id)s."),
    AuditKind.BADGE_ISSUED: N_("Issued a badge to account no. %(subject_id)s."),
    AuditKind.SIGNED_IN: N_("Signed in."),
    AuditKind.SIGNED_OUT: N_("Signed out."),
    AuditKind.SIGN_IN_FAILED: N_("A sign-in as account no. %(subject_id)s failed."),
    AuditKind.PERMISSION_REFUSED: N_("Asked for a page that the role does not include: %(page)s."),
    AuditKind.PERSON_REGISTERED: N_("Registered person no. %(subject_id)s."),
    AuditKind.IDENTITY_CHANGED: N_("Changed name or identity of person no. %(subject_id)s."),
    AuditKind.CONTACT_CHANGED: N_("Changed address or phone of person no. %(subject_id)s."),
    AuditKind.PHOTO_TAKEN: N_("Took a photo of person no. %(person)s."),
    AuditKind.CARD_ISSUED: N_("Issued card no. %(subject_id)s to person no. %(person)s."),
    AuditKind.CARD_REVOKED: N_("Revoked card no. %(subject_id)s of person no. %(person)s."),
    AuditKind.PERSON_ADMITTED: N_(
        "Admitted person no. %(person)s on %(admitted_on)s: %(episode_kind)s, %(admission)s."
    ),
    AuditKind.EPISODE_ENDED: N_("Ended the episode of person no. %(person)s on %(ended_on)s: %(reason)s."),
    AuditKind.EPISODE_END_CORRECTED: N_("Corrected the end of an episode of person no. %(person)s."),
    AuditKind.STOP_SET: N_("Set a stop for person no. %(person)s: %(stop_kind)s."),
    AuditKind.STOP_RELEASED: N_("Released stop no. %(stop)s of person no. %(person)s."),
    AuditKind.NOTICE_SET: N_("Left a notice for person no. %(person)s: %(notice_kind)s."),
    AuditKind.NOTICE_TICKED: N_("Passed on notice no. %(notice)s to person no. %(person)s."),
    AuditKind.HEALTH_FACT_ENTERED: N_(
        "Entered something about the health of person no. %(person)s: %(fact_kind)s (row no. %(subject_id)s)."
    ),
    AuditKind.HEALTH_FACT_ENDED: N_("Ended health entry no. %(health_fact)s of person no. %(person)s."),
    AuditKind.SHIFT_NOTE_WRITTEN: N_("Left shift note no. %(subject_id)s."),
    AuditKind.SHIFT_NOTE_READ: N_("Read and signed shift note no. %(shift_note_id)s."),
    AuditKind.CLOSED_DAY_ANNOUNCED: N_("Announced %(clinic_day)s as closed: %(closure)s."),
    AuditKind.CLOSED_DAY_TAKEN_BACK: N_("Took back closed day no. %(closed_day)s."),
    AuditKind.CLOSURE_LIST_SIGNED: N_("Signed the closure list from %(first_on)s to %(last_on)s: %(people)s people."),
    AuditKind.ABSENCE_RECORDED: N_("Recorded that person no. %(person)s is away from %(from_on)s: %(absence)s."),
    AuditKind.ABSENCE_ENDED: N_("Recorded the last day away of person no. %(person)s: %(last_day)s."),
    AuditKind.MISSED_DAY_EXPLAINED: N_("Noted why person no. %(person)s missed %(clinic_day)s: %(missed)s."),
    AuditKind.FOLLOW_UP_KEPT: N_("Went on looking for person no. %(person)s until %(look_again_on)s."),
    AuditKind.RE_ENTRY_ASKED: N_("Asked person no. %(person)s about the last dose on %(clinic_day)s."),
    AuditKind.RE_ENTRY_DECIDED: N_(
        "The re-entry gate said “%(action)s” for person no. %(person)s after %(days)s days without medicine."
    ),
    AuditKind.TAKE_HOME_DECIDED: N_("Decided on take-home doses of person no. %(person)s from %(effective_on)s."),
    AuditKind.TAKE_HOME_ENDED: N_(
        "Ended take-home decision no. %(decision)s of person no. %(person)s: %(end_reason)s."
    ),
    AuditKind.TAKE_HOME_ALLOWED_ONCE: N_(
        "Allowed person no. %(person)s take-home doses from %(first_on)s to %(last_on)s: %(one_off)s."
    ),
    AuditKind.TAKE_HOME_ONCE_ENDED: N_("Ended one-off take-home doses no. %(one_off_no)s of person no. %(person)s."),
    AuditKind.TAKE_HOME_REVIEWED: N_("Reviewed take-home doses of person no. %(person)s and left them as decided."),
    AuditKind.TAKE_HOME_ASKED: N_("Wrote down what person no. %(person)s asks for about take-home doses."),
    AuditKind.TAKE_HOME_DECLINED: N_("Declined take-home request no. %(asked)s of person no. %(person)s."),
    AuditKind.TREATMENT_CREDITED: N_("Credited person no. %(person)s with %(days)s days of treatment elsewhere."),
    AuditKind.COLLECTOR_NAMED: N_("Named a collector for person no. %(person)s until %(until_on)s."),
    AuditKind.COLLECTOR_ENDED: N_("Ended collector no. %(collector)s of person no. %(person)s."),
    AuditKind.SAFETY_CHECKED: N_("Went through take-home safety with person no. %(person)s."),
    AuditKind.BOTTLES_ISSUED: N_(
        "Handed out %(bottles)s bottles for person no. %(person)s, %(first_on)s to %(last_on)s."
    ),
    AuditKind.LABELS_PRINTED: N_("Printed the labels of issue no. %(issue)s, printing %(printing)s."),
    AuditKind.BOTTLE_RETURNED: N_("Took back bottle no. %(bottle)s of person no. %(person)s: %(state)s."),
    AuditKind.BOTTLE_GONE: N_("Noted bottle no. %(bottle)s of person no. %(person)s as %(gone)s."),
    AuditKind.CALLED_BACK: N_("Called person no. %(person)s back with %(bottles)s bottles: %(call_reason)s."),
    AuditKind.CALL_BACK_CLOSED: N_("Closed call-back no. %(call_back)s of person no. %(person)s: %(outcome)s."),
    AuditKind.JOB_RAN: N_("%(job)s ran by itself for %(clinic_day)s: %(job_outcome)s."),
    AuditKind.BACKUP_MADE: N_("Made backup no. %(subject_id)s: %(rows)s rows of %(tables)s tables, encrypted."),
    AuditKind.BACKUP_DRILLED: N_("Restored backup no. %(backup)s to try it: %(drill_outcome)s."),
    AuditKind.DATABASE_RESTORED: N_(
        "The database was restored from the backup of %(made_at)s: rows after row %(last_row)s of the audit, and after"
        " seal no. %(last_seal)s, that were written before this one are not in it."
    ),
    AuditKind.RE_ENTRY_RELEASED: N_(
        "Released %(amount_mg)s for person no. %(person)s on %(clinic_day)s"
        " after %(days_without_medicine)s days without medicine."
    ),
    AuditKind.TASK_RESOLVED: N_("Resolved task no. %(subject_id)s."),
    AuditKind.ORDER_SIGNED: N_("Signed order no. %(subject_id)s."),
    AuditKind.ORDER_ENDED: N_("Ended an order (row no. %(subject_id)s)."),
    AuditKind.DOSE_RECORDED: N_(
        "Recorded dose no. %(subject_id)s of person no. %(person)s for %(day)s: %(taken_mg)s taken, %(wasted_mg)s wasted."
    ),
    AuditKind.DOSE_WITHHELD: N_("Withheld a dose from person no. %(person)s: %(reason)s (row no. %(subject_id)s)."),
    AuditKind.DOSE_REFUSED: N_("Person no. %(person)s refused the dose: %(reason)s (row no. %(subject_id)s)."),
    AuditKind.DOSE_VOMITED: N_(
        "Dose no. %(dose)s of person no. %(person)s came up %(minutes)s minutes after it was swallowed; seen by staff:"
        " %(witnessed)s."
    ),
    AuditKind.REPLACEMENT_ORDERED: N_(
        "Ordered %(amount_mg)s in place of dose no. %(dose)s of person no. %(person)s (version %(version)s)."
    ),
    AuditKind.DOSE_REPLACED: N_(
        "Gave dose no. %(subject_id)s to person no. %(person)s in place of dose no. %(replaces)s: %(taken_mg)s taken."
    ),
    AuditKind.DOSE_SPILT: N_(
        "A dose poured for person no. %(person)s was spilt from container no. %(container)s, with a witness."
    ),
    AuditKind.DOSE_OBSERVED: N_("Noted of dose no. %(dose)s of person no. %(person)s: %(observed)s."),
    AuditKind.DOSE_REVERSED: N_("Reversed dose no. %(dose)s of person no. %(person)s: %(reason)s."),
    AuditKind.INCIDENT_RECORDED: N_(
        "Recorded a dosing incident of person no. %(person)s: %(incident_kind)s, %(taken_mg)s swallowed (dose no. %(dose)s)."
    ),
    AuditKind.INCIDENT_OBSERVED: N_("Looked at person no. %(person)s after incident no. %(incident)s: %(alertness)s."),
    AuditKind.ELSEWHERE_REPORTED: N_(
        "Noted that person no. %(person)s is said to have had a dose elsewhere on %(day)s: %(source)s."
    ),
    AuditKind.ELSEWHERE_DECIDED: N_(
        "Asked the source of elsewhere report no. %(report)s of person no. %(person)s; verified: %(verified)s."
    ),
    AuditKind.SUPPLEMENT_ORDERED: N_("Ordered a further part of %(amount_mg)s today for person no. %(person)s."),
    AuditKind.TELEPHONE_ORDER_TAKEN: N_(
        "Took down a telephone order for person no. %(person)s: %(ordered)s, %(amount_mg)s."
    ),
    AuditKind.TELEPHONE_ORDER_COUNTERSIGNED: N_(
        "Answered telephone order no. %(telephone_order_id)s of person no. %(person)s; agreed: %(agreed)s."
    ),
    AuditKind.RECORDS_LINKED: N_("Linked the record of person no. %(person)s into that of person no. %(root)s."),
    AuditKind.RECORDS_UNLINKED: N_(
        "Took back the link of the record of person no. %(person)s into that of person no. %(root)s."
    ),
    AuditKind.GUEST_ADMITTED: N_("Admitted person no. %(person)s as a guest until %(until_on)s."),
    AuditKind.ON_CALL_SET: N_("Put account no. %(prescriber)s on call on %(clinic_day)s."),
    AuditKind.EXCEPTION_ACKNOWLEDGED: N_(
        "Entered dose no. %(dose)s of person no. %(person)s from paper against a rule, acknowledged: %(code)s."
    ),
    AuditKind.CLOCK_CONFIRMED: N_("Confirmed date and time together with account no. %(witness)s."),
    AuditKind.DOWNTIME_DECLARED: N_("Declared %(day)s a day on paper (turn %(turn)s)."),
    AuditKind.DOWNTIME_ENTERED: N_("Signed that all paper of %(day)s is entered: %(sheets)s sheets."),
    AuditKind.DOWNTIME_PACK_PRINTED: N_("Printed the downtime pack of %(day)s: %(copies)s copies."),
    AuditKind.PACK_COPY_TICKED: N_("Ticked copy %(copy)s of downtime pack no. %(pack)s: %(fate)s."),
    AuditKind.PRODUCT_ADDED: N_("Added product no. %(subject_id)s: %(medication)s, %(form)s."),
    AuditKind.STOCK_INVENTORIED: N_("Entered %(containers)s containers in the first inventory, with a witness."),
    AuditKind.STOCK_RECEIVED: N_("Took in a delivery of %(containers)s containers (receipt no. %(subject_id)s)."),
    AuditKind.RECEIPT_COUNTERSIGNED: N_("Countersigned receipt no. %(subject_id)s."),
    AuditKind.STOCK_TRANSFERRED: N_("Moved container no. %(container)s (movement no. %(subject_id)s)."),
    AuditKind.CONSIGNMENT_SENT: N_(
        "Sent consignment no. %(subject_id)s with %(containers)s containers, with a witness."
    ),
    AuditKind.CONTAINER_CONSIGNED: N_("Sent container no. %(container)s on its way (consignment no. %(consignment)s)."),
    AuditKind.CONSIGNMENT_ARRIVED: N_(
        "Took in consignment no. %(consignment)s: %(came)s of the containers on their way had come."
    ),
    AuditKind.CONSIGNMENT_ENDED: N_("Container no. %(container)s of consignment no. %(consignment)s: %(fate)s."),
    AuditKind.KIT_ADDED: N_("Added an off-site kit (place no. %(subject_id)s)."),
    AuditKind.KIT_PACKED: N_("Packed a kit with %(containers)s containers, with a witness (trip no. %(subject_id)s)."),
    AuditKind.KIT_HANDED_OVER: N_("Handed a kit over to account no. %(taken_by)s, who signed (trip no. %(trip)s)."),
    AuditKind.KIT_RETURNED: N_(
        "Counted a kit that came back: %(differ)s containers differ, %(moved)s went to the safe (trip no. %(trip)s)."
    ),
    AuditKind.CONTAINER_OPENED: N_("Opened container no. %(subject_id)s."),
    AuditKind.CONTAINER_EMPTIED: N_("Marked container no. %(subject_id)s as emptied."),
    AuditKind.STOCK_WASTED: N_("Wasted from container no. %(container)s, with a witness: %(reason)s."),
    AuditKind.PUMP_LISTED: N_("Put pump no. %(subject_id)s on the list."),
    AuditKind.PUMP_CHANGED: N_("Changed pump no. %(subject_id)s on the list; in service: %(in_service)s."),
    AuditKind.PUMP_RULE_SET: N_(
        "Set that a pump may be off by %(tolerance)s of what is asked, and is calibrated every %(every_days)s days."
    ),
    AuditKind.PUMP_EVENT_RECORDED: N_("Log of pump no. %(pump)s, entry no. %(subject_id)s: %(pump_event)s."),
    AuditKind.PUMP_EVENT_TAKEN_BACK: N_(
        "Took back entry no. %(entry)s of the log of pump no. %(pump)s: %(pump_event)s."
    ),
    AuditKind.LOSS_REPORTED: N_(
        "Reported a theft or loss (no. %(subject_id)s), discovered on %(discovered_on)s: %(loss_kind)s, %(lines)s lines."
    ),
    AuditKind.LOSS_STEP_DONE: N_("Recorded a step of %(done_on)s for loss report no. %(report)s: %(loss_step)s."),
    AuditKind.LOSS_STEP_TAKEN_BACK: N_("Took back step no. %(step_no)s of loss report no. %(report)s: %(loss_step)s."),
    AuditKind.LOSS_CLOSED: N_("Closed loss report no. %(report)s, with %(undone)s steps undone."),
    AuditKind.REGISTER_FOOTNOTED: N_(
        "Wrote footnote no. %(subject_id)s on line %(line)s of the register of product no. %(product)s."
    ),
    AuditKind.SUPPLIER_LISTED: N_("Put supplier no. %(subject_id)s on the list."),
    AuditKind.SUPPLIER_CHANGED: N_("Changed supplier no. %(subject_id)s on the list; retired: %(retired)s."),
    AuditKind.STOCK_LEVEL_SET: N_(
        "Set when product no. %(product)s is ordered again; a delivery takes %(delivery_days)s days."
    ),
    AuditKind.STOCK_ORDERED: N_("Ordered stock of supplier no. %(supplier)s (order of stock no. %(subject_id)s)."),
    AuditKind.STOCK_ORDER_ENDED: N_("Order of stock no. %(stock_order)s ended: %(stock_order_end)s."),
    AuditKind.RECEIPT_MATCHED: N_(
        "Receipt no. %(receipt)s came from supplier no. %(supplier)s, on order of stock no. %(stock_order)s."
    ),
    AuditKind.DELIVERY_DIFFERED: N_(
        "Signed for %(differences)s differences between receipt no. %(subject_id)s and its order."
    ),
    AuditKind.STOCK_DESTROYED: N_("Destroyed %(things)s things, with a witness (destruction no. %(subject_id)s)."),
    AuditKind.STOCK_COUNTED: N_(
        "Counted stock (count no. %(subject_id)s): %(count_kind)s; lines that differ: %(differ)s."
    ),
    AuditKind.STOCK_ADJUSTED: N_(
        "Authorised an adjustment of container no. %(container)s after count no. %(count)s (movement no. %(movement)s)."
    ),
    AuditKind.TARE_SET: N_(
        "Wrote down, with a witness, what containers of product no. %(product)s weigh empty (tare no. %(subject_id)s)."
    ),
    AuditKind.DENSITY_SET: N_(
        "Wrote down, with a witness, the density of product no. %(product)s (density no. %(subject_id)s)."
    ),
    AuditKind.CONTAINER_RESEALED: N_("Recorded, with a witness, a new seal on container no. %(container)s."),
    AuditKind.COUNT_LOOKED_AT_AGAIN: N_(
        "A %(count_kind)s did not agree with the books in %(differ)s lines, and was looked at again before it was recorded."
    ),
    AuditKind.PAPER_KEPT: N_(
        "Kept a paper (no. %(subject_id)s): %(archived)s, %(first)s to %(last)s, digest %(short)s."
    ),
    AuditKind.PAPER_OPENED: N_("Opened kept paper no. %(archived_paper_id)s: %(archived)s, %(first)s to %(last)s."),
    AuditKind.PAPER_PRINTED: N_(
        "Took kept paper no. %(archived_paper_id)s to print: %(archived)s, %(first)s to %(last)s."
    ),
    AuditKind.PAPER_SIGNED: N_(
        "Signed kept paper no. %(archived_paper_id)s: %(archived)s, %(first)s to %(last)s, digest %(short)s."
    ),
    AuditKind.DAY_CLOSED: N_("Closed %(day)s (turn %(turn)s) with %(doses)s doses on record."),
    AuditKind.DAY_CLOSED_DIFFERING: N_(
        "Closed %(day)s (turn %(turn)s) although it did not reconcile, with a reason and before staff no. %(witness)s:"
        " differences %(count)s."
    ),
    AuditKind.REPORT_PRINTED: N_("Printed: %(sheet)s, %(first)s to %(last)s."),
    AuditKind.POLICY_APPROVED: N_("Decided on policy %(profile)s from %(effective_on)s: in force %(in_force)s."),
    AuditKind.HISTORY_IMPORTED: N_("Imported the history of %(people)s people with %(doses)s doses."),
    AuditKind.COHORT_IMPORTED: N_("Imported %(courses)s courses of a cohort without names, for retention only."),
    AuditKind.DEMO_MADE: N_("Made the demonstration clinic."),
    AuditKind.CHAINS_SEALED: N_("Sealed %(seals)s chains: %(occasion)s."),
    **casework.SENTENCES,
}
"""What each kind of row says; the gaps are fields of its body."""

REASONS: dict[AuditKind, type[StrEnum]] = {
    AuditKind.EPISODE_ENDED: enums.EpisodeEndReason,
    AuditKind.DOSE_WITHHELD: enums.WithheldReason,
    AuditKind.DOSE_REFUSED: enums.RefusedReason,
    AuditKind.DOSE_REVERSED: enums.ReversalReason,
    AuditKind.STOCK_WASTED: enums.WasteReason,
}
"""Of which vocabulary the reason in a row is."""

YES_NO = (N_("no"), N_("yes"))


def _milligrams(thousandths: int) -> str:
    return f"{plain(Decimal(thousandths) / 1000)}\N{NO-BREAK SPACE}mg"


FIELDS: dict[str, Callable[[Any], Any]] = {
    "taken_mg": _milligrams,
    "wasted_mg": _milligrams,
    "amount_mg": _milligrams,
    "observed": enums.ObservationKind,
    "count_kind": enums.CountKind,
    "archived": enums.ArchivedKind,
    "witnessed": lambda value: Words(YES_NO[value]),
    "key": enums.SettingKey,
    "role": enums.Role,
    "episode_kind": enums.EpisodeKind,
    "admission": enums.Admission,
    "stop_kind": enums.StopKind,
    "notice_kind": enums.NoticeKind,
    "fact_kind": enums.HealthFactKind,
    "incident_kind": enums.IncidentKind,
    "closure": enums.ClosureKind,
    "absence": enums.AbsenceKind,
    "missed": enums.MissedReason,
    "action": enums.ReEntryAction,
    "end_reason": enums.TakeHomeEndReason,
    "one_off": enums.OneOffReason,
    "state": enums.BottleState,
    "gone": enums.BottleFate,
    "call_reason": enums.CallBackReason,
    "outcome": enums.CallBackOutcomeKind,
    "job_outcome": enums.JobOutcome,
    "drill_outcome": enums.DrillOutcome,
    "alertness": enums.Alertness,
    "source": enums.ElsewhereSource,
    "verified": lambda value: Words(YES_NO[value]),
    "medication": enums.Medication,
    "form": enums.Form,
    "sheet": enums.PrintedSheet,
    "fate": enums.PackCopyFate,
    "loss_kind": enums.LossKind,
    "pump_event": enums.PumpEventKind,
    "tolerance": lambda thousandths: f"{plain(Decimal(thousandths) / 1000)}\N{NO-BREAK SPACE}%",
    "in_service": lambda value: Words(YES_NO[value]),
    "loss_step": enums.LossStepKind,
    "occasion": enums.SealOccasion,
    "ordered": enums.TelephoneOrderKind,
    "agreed": lambda value: Words(YES_NO[value]),
    "stock_order_end": enums.StockOrderEndKind,
    "retired": lambda value: Words(YES_NO[value]),
    "in_force": lambda value: Words(YES_NO[value]),
    **casework.FIELDS,
    **{name: lambda value: Words(YES_NO[value]) for name in casework.YES_OR_NO},
}
"""How a field is made readable, where it is not already."""

NOT_KNOWN = "—"


def sentence(line: AuditLine) -> Words:
    """Return what one row of the audit says."""
    msgid = SENTENCES[line.kind]
    return Words(msgid, {name: _readable(line, name) for name in re.findall(r"%\((\w+)\)s", msgid)})


def _readable(line: AuditLine, name: str) -> Any:
    value = line.values.get(name, line.values.get(f"row.{name}"))
    if value is None:
        return NOT_KNOWN
    read = REASONS[line.kind] if name == "reason" else FIELDS.get(name)
    return read(value) if read else value
