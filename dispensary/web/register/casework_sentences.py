"""What the rows of the audit say about casework and the community. No text of a note, no name, no result of a health test."""

from collections.abc import Callable
from typing import Any

from dispensary.wording import N_
from models import enums
from models.enums import AuditKind

SENTENCES: dict[AuditKind, str] = {
    AuditKind.CASELOAD_CHANGED: N_("Put person no. %(person)s on the caseload of account no. %(counsellor)s."),
    AuditKind.CONTACT_RULE_AGREED: N_("Agreed with person no. %(person)s how they may be reached (turn %(turn)s)."),
    AuditKind.TASK_TRIED: N_("Tried to reach person no. %(person)s about task no. %(task)s: %(channel)s, %(tried)s."),
    AuditKind.TASK_HANDED_OVER: N_("Gave task no. %(task)s of person no. %(person)s to account no. %(owner)s."),
    AuditKind.SESSION_ARRANGED: N_(
        "Arranged a session with person no. %(person)s on %(clinic_day)s: %(session_kind)s, %(discipline)s."
    ),
    AuditKind.SESSION_RECORDED: N_(
        "Recorded session no. %(care_session_id)s of person no. %(person)s: %(attendance)s."
    ),
    AuditKind.CASE_NOTE_WRITTEN: N_("Wrote case note no. %(subject_id)s about person no. %(person)s."),
    AuditKind.GROUP_MADE: N_("Made group no. %(subject_id)s: %(group_kind)s."),
    AuditKind.GROUP_CHANGED: N_("Changed group no. %(subject_id)s."),
    AuditKind.GROUP_JOINED: N_("Took person no. %(person)s into group no. %(group)s from %(from_on)s."),
    AuditKind.GROUP_LEFT: N_("Recorded that person no. %(person)s left group no. %(group)s on %(last_day)s."),
    AuditKind.MEETING_RECORDED: N_("Recorded the meeting of group no. %(group)s on %(clinic_day)s: held %(held)s."),
    AuditKind.MEETING_CORRECTED: N_(
        "Recorded the meeting of group no. %(group)s on %(clinic_day)s anew (turn %(turn)s): held %(held)s."
    ),
    AuditKind.GROUP_ATTENDANCE_RECORDED: N_(
        "Recorded person no. %(person)s at meeting no. %(meeting)s: %(attendance)s."
    ),
    AuditKind.RELATIVE_REGISTERED: N_("Registered relative no. %(subject_id)s for the family programme."),
    AuditKind.RELATIVE_CHANGED: N_("Changed the entry of relative no. %(subject_id)s."),
    AuditKind.RELATIVE_LINK_AGREED: N_("Linked relative no. %(relative)s to person no. %(person)s, who agreed."),
    AuditKind.RELATIVE_LINK_ENDED: N_("Ended the link of relative no. %(relative)s to person no. %(person)s."),
    AuditKind.ASSESSMENT_RECORDED: N_(
        "Assessed person no. %(person)s: %(domain)s (turn %(turn)s), complete: %(complete)s."
    ),
    AuditKind.LIFE_SITUATION_RECORDED: N_("Recorded the life situation of person no. %(person)s on %(seen_on)s."),
    AuditKind.INSTRUMENT_SCORED: N_("Entered a score (row no. %(subject_id)s): %(instrument)s."),
    AuditKind.INSTRUMENT_TAKEN_BACK: N_("Took back a score (row no. %(score)s), entered by mistake: %(instrument)s."),
    AuditKind.SAFETY_STEP_TAKEN: N_("Took a safety step for person no. %(person)s: %(safety)s."),
    AuditKind.PLAN_AGREED: N_("Agreed a plan with person no. %(person)s (turn %(turn)s); review on %(review_on)s."),
    AuditKind.PLAN_STEP_SEEN: N_("Looked at plan step no. %(step)s of person no. %(person)s: %(step_result)s."),
    AuditKind.PLAN_SIGNED: N_("Plan no. %(plan)s of person no. %(person)s was signed %(signed_how)s: %(signer)s."),
    AuditKind.LAPSE_RECORDED: N_("Recorded a lapse of person no. %(person)s on %(happened_on)s, and the response."),
    AuditKind.MOTIVE_SAID: N_("Wrote down what keeps person no. %(person)s in treatment: %(motive)s."),
    AuditKind.BARRIER_SAID: N_("Wrote down what makes staying hard for person no. %(person)s: %(barrier)s."),
    AuditKind.RATING_ENTERED: N_("Entered a slip from the box of ratings."),
    AuditKind.OUTREACH_MET: N_("Met outreach contact no. %(contact)s on %(met_on)s."),
    AuditKind.OUTREACH_LINKED: N_("Outreach contact no. %(subject_id)s is person no. %(person)s."),
    AuditKind.INTERVENTION_GIVEN: N_("Held a brief intervention (row no. %(subject_id)s): %(substance)s."),
    AuditKind.REFERRAL_IN_RECEIVED: N_("Recorded on %(received_on)s how person no. %(person)s came to us."),
    AuditKind.WAITING_BEGUN: N_("Put person no. %(person)s on the waiting list from %(since_on)s."),
    AuditKind.WAITING_ENDED: N_("Person no. %(person)s waits no more: %(waiting_end)s."),
    AuditKind.INTAKE_RECORDED: N_("Recorded intake of person no. %(person)s: %(intake)s, complete: %(complete)s."),
    AuditKind.CONSENT_RECORDED: N_("Recorded the consent of person no. %(person)s to treatment: %(given)s."),
    AuditKind.STAGE_CHANGED: N_("Set the journey of person no. %(person)s to %(stage)s from %(from_on)s."),
    AuditKind.AIM_SAID: N_("Wrote down what person no. %(person)s wants of treatment: %(aim)s."),
    AuditKind.TAPER_ASKED: N_("Passed on a wish about the taper of person no. %(person)s: %(wish)s."),
    AuditKind.TAPER_ANSWERED: N_(
        "Answered wish no. %(taper_request)s of person no. %(person)s about the taper; done as wished: %(followed)s."
    ),
    AuditKind.ENDING_PROPOSED: N_(
        "Proposed to end the treatment of person no. %(person)s: %(ending)s; to contest by %(contest_by)s."
    ),
    AuditKind.ENDING_AGREED: N_("Agreed to proposed ending no. %(ending_id)s of person no. %(person)s."),
    AuditKind.ENDING_NOTICE_HANDED: N_(
        "Gave person no. %(person)s the notice of proposed ending no. %(ending_id)s: %(channel)s."
    ),
    AuditKind.ENDING_DECIDED: N_(
        "Decided on proposed ending no. %(ending_id)s of person no. %(person)s: %(ending_result)s."
    ),
    AuditKind.CONTEST_MADE: N_("Took down that person no. %(person)s contests %(about)s; answer by %(answer_by)s."),
    AuditKind.CONTEST_ANSWERED: N_("Answered contest no. %(contest)s of person no. %(person)s: %(contest_result)s."),
    AuditKind.CUSTODY_PLANNED: N_("Planned the release of person no. %(person)s: %(release_kind)s, %(release_on)s."),
    AuditKind.PREGNANCY_CARE_RECORDED: N_("Recorded who cares for person no. %(person)s beside us (turn %(turn)s)."),
    AuditKind.CALL_PLAN_BEGUN: N_("Began calls to person no. %(person)s from %(since_on)s: %(series)s."),
    AuditKind.CALL_MADE: N_("Called person no. %(person)s, due on %(due_on)s: %(tried)s."),
    AuditKind.CALL_PLAN_ENDED: N_("Ended the calls of plan no. %(plan)s to person no. %(person)s."),
    AuditKind.AGENCY_LISTED: N_("Put agency no. %(subject_id)s into the directory: %(agency_kind)s."),
    AuditKind.AGENCY_CHANGED: N_("Changed agency no. %(subject_id)s in the directory."),
    AuditKind.REFERRAL_MADE: N_("Referred person no. %(person)s to agency no. %(agency)s; answer by %(answer_by)s."),
    AuditKind.REFERRAL_MEETING_RECORDED: N_(
        "Recorded the joint meeting of referral no. %(referral)s of person no. %(person)s: held %(held)s."
    ),
    AuditKind.REFERRAL_ANSWERED: N_("Recorded the answer to referral no. %(referral)s: %(reply)s."),
    AuditKind.REFERRAL_CLOSED: N_("Closed referral no. %(referral)s of person no. %(person)s: %(referral_result)s."),
    AuditKind.AGENCY_CONSENT_GIVEN: N_(
        "Person no. %(person)s agreed that we tell agency no. %(agency)s some things, until %(expires_on)s."
    ),
    AuditKind.AGENCY_CONSENT_ENDED: N_("Person no. %(person)s took back consent no. %(consent)s."),
    AuditKind.PRIVACY_STATEMENT_APPROVED: N_("Approved the statement of confidentiality (turn %(turn)s)."),
    AuditKind.DISCLOSURE_MADE: N_("Told somebody about person no. %(person)s: %(basis)s, %(way)s."),
    AuditKind.CONFERENCE_HELD: N_("Recorded a case conference about person no. %(person)s on %(held_on)s."),
    AuditKind.CONFERENCE_ACTION_DONE: N_("Ticked action no. %(action_id)s of a case conference as done."),
    AuditKind.OUTSIDE_VISIT_NOTED: N_("Noted a visit of person no. %(person)s elsewhere on %(seen_on)s."),
    AuditKind.SUPPORT_OFFERED: N_("Offered the support programme to person no. %(person)s: %(answer)s."),
    AuditKind.SUPPORTER_NAMED: N_("Named supporter no. %(subject_id)s of person no. %(person)s; both agreed."),
    AuditKind.SUPPORTER_CHANGED: N_("Changed how supporter no. %(subject_id)s of person no. %(person)s is reached."),
    AuditKind.SUPPORTER_CONSENT_GIVEN: N_(
        "Person no. %(person)s said what supporter no. %(supporter)s may see: doses %(about_doses)s, urine %(about_urine)s."
    ),
    AuditKind.SUPPORTER_ENDED: N_("Ended supporter no. %(subject_id)s of person no. %(person)s."),
    AuditKind.PROGRAMME_BEGUN: N_("Began the support programme of person no. %(person)s on %(starts_on)s."),
    AuditKind.PROGRAMME_ENDED: N_("The support programme of person no. %(person)s ended: %(programme_end)s."),
    AuditKind.PAIR_WEEK_RECORDED: N_("Recorded week %(week)s of programme no. %(programme)s."),
    AuditKind.ACTIVITY_PLANNED: N_("Planned activity %(number)s of week %(week)s in programme no. %(programme)s."),
    AuditKind.ACTIVITY_TOLD: N_("Activity no. %(activity)s was told of; done: %(done)s."),
    AuditKind.URINE_COLLECTED: N_("Recorded a urine of person no. %(person)s: %(urine_occasion)s, %(urine)s."),
    AuditKind.URINE_READ: N_("Entered what urine no. %(urine_test)s of person no. %(person)s showed."),
    AuditKind.URINE_DRAWN: N_("Drew at random from a frozen list of %(listed)s people: %(wanted)s."),
    AuditKind.URINE_REVIEWED: N_("Decided about the findings of urine no. %(urine_test)s of person no. %(person)s."),
    AuditKind.URINE_TAKEN_BACK: N_("Took back urine no. %(urine_test)s of person no. %(person)s, entered by mistake."),
    AuditKind.HEALTH_TEST_OFFERED: N_("Offered person no. %(person)s a health test (row no. %(subject_id)s)."),
    AuditKind.HEALTH_TEST_FOUND: N_("Entered a finding for health test offer no. %(offer)s."),
    AuditKind.SUPPLIES_GIVEN: N_("Gave out supplies: %(quantity)s %(supply)s."),
    AuditKind.OVERDOSE_RECORDED: N_("Recorded an overdose on %(happened_on)s (row no. %(subject_id)s)."),
    AuditKind.OVERDOSE_TAKEN_BACK: N_("Took back overdose no. %(overdose)s, recorded by mistake."),
    AuditKind.OVERDOSE_FOLLOWED_UP: N_("Followed up overdose no. %(overdose)s."),
    AuditKind.MARKER_SET: N_("Set marker no. %(subject_id)s for person no. %(person)s."),
    AuditKind.MARKER_ENDED: N_("Ended marker no. %(marker)s of person no. %(person)s."),
    AuditKind.GLASS_BROKEN: N_("Opened a restricted part of the record of person no. %(person)s: %(part)s."),
    AuditKind.GLASS_SEEN: N_("Saw why a restricted part was opened (no. %(glass)s)."),
    AuditKind.RISK_FLAGGED: N_(
        "The nightly scan of %(night)s raised person no. %(person)s: %(lane)s, %(points)s points."
    ),
    AuditKind.RISK_SNOOZED: N_("Person no. %(person)s is left out of the nightly scan until %(until_on)s: %(snooze)s."),
    AuditKind.RISK_SNOOZE_ENDED: N_("Person no. %(person)s is in the nightly scan again (row no. %(subject_id)s)."),
    AuditKind.RISK_MODEL_FITTED: N_("Fitted the nightly scan to the clinic's own people: %(model_kind)s %(version)s."),
    AuditKind.RISK_MODEL_DECIDED: N_("Version %(version)s for the nightly scan: %(step)s."),
    AuditKind.RISK_DRIFT_NOTED: N_("The nightly scan drifts, until the night of %(last_on)s: %(trip)s."),
}
"""The gaps are the words given to the audit with the row, or columns of the row itself."""

FIELDS: dict[str, Callable[[Any], Any]] = {
    "channel": enums.Channel,
    "tried": enums.AttemptOutcome,
    "session_kind": enums.SessionKind,
    "discipline": enums.Discipline,
    "attendance": enums.Attendance,
    "group_kind": enums.GroupKind,
    "domain": enums.AssessmentDomain,
    "instrument": enums.Instrument,
    "safety": enums.SafetyAction,
    "step_result": enums.PlanReviewResult,
    "signed_how": enums.SignedOn,
    "signer": enums.Signer,
    "motive": enums.Motive,
    "barrier": enums.Barrier,
    "substance": enums.Substance,
    "waiting_end": enums.WaitingEndReason,
    "intake": enums.IntakeItem,
    "stage": enums.JourneyStage,
    "aim": enums.Aim,
    "wish": enums.TaperWish,
    "ending": enums.EndingReason,
    "ending_result": enums.EndingResult,
    "about": enums.ContestAbout,
    "contest_result": enums.ContestResult,
    "release_kind": enums.ReleaseKind,
    "series": enums.CallSeries,
    "agency_kind": enums.AgencyKind,
    "reply": enums.ReplyKind,
    "referral_result": enums.ReferralResult,
    "basis": enums.DisclosureBasis,
    "way": enums.DisclosureWay,
    "answer": enums.OfferAnswer,
    "programme_end": enums.ProgrammeEndReason,
    "urine_occasion": enums.UrineOccasion,
    "urine": enums.UrineOutcome,
    "supply": enums.SupplyKind,
    "part": enums.RestrictedPart,
    "lane": enums.RiskLane,
    "snooze": enums.SnoozeReason,
    "model_kind": enums.RiskModelKind,
    "step": enums.RiskModelStep,
}
"""How a word in a row is read."""
YES_OR_NO = ("held", "complete", "given", "done", "about_doses", "about_urine", "followed")
