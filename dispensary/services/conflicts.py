"""From a broken database rule to words for the person who ran into it."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import UniqueConstraint
from sqlalchemy.exc import IntegrityError

from dispensary.errors import Conflict
from dispensary.wording import N_, Words, say
from models import Base

MEANING: dict[str, Words] = {
    "uq_claim_slot": say(N_("This dose was already recorded.")),
    "uq_movement_container_seq": say(N_("Someone drew from this container at the same moment. Press again.")),
    "ck_movement_balance_not_negative": say(N_("The container does not hold that much.")),
    "uq_container_open": say(N_("A container of this product is already open at this window.")),
    "uq_vomiting_dose_id": say(N_("It is on record already that this dose came up.")),
    "uq_dose_replacement": say(N_("The replacement of this dose was given already. Give no other.")),
    "uq_replacement_order_dose_id_version": say(
        N_("A replacement of this dose was ordered at the same moment. Look again.")
    ),
    "uq_dose_observation_dose_id_kind": say(N_("This was already noted of this dose.")),
    "uq_dose_reversal_dose_id": say(N_("This dose was already reversed.")),
    "uq_stop_release_stop_id": say(N_("This stop was already released.")),
    "uq_notice_tick_notice_id": say(N_("This notice was already passed on.")),
    "uq_health_fact_end_health_fact_id": say(N_("This entry was ended before.")),
    "uq_shift_note_read_shift_note_id_recorded_by_id": say(N_("You have signed this note already.")),
    "uq_dose_order_replaces_id": say(N_("This order was already replaced by another version.")),
    "uq_order_end_order_id_last_day": say(N_("This order has already ended.")),
    "uq_take_home_decision_replaces_id": say(N_("This decision was already replaced by another one.")),
    "uq_take_home_decision_end_decision_id": say(N_("This decision was already ended.")),
    "uq_take_home_request_end_asked_id": say(N_("This request was already declined.")),
    "uq_one_off_take_home_end_one_off_id": say(N_("These days were taken back before.")),
    "uq_treatment_credit_episode_id": say(N_("Days were credited to this episode before.")),
    "uq_collector_end_collector_id": say(N_("This authority was withdrawn before.")),
    "uq_person_number": say(N_("This number belongs to somebody else.")),
    "uq_staff_username": say(N_("This sign-in name is taken.")),
    "uq_loss_report_end_report_id": say(N_("This report was closed by somebody else at the same moment.")),
    "uq_loss_step_taken_back_step_id": say(N_("This step was taken back before.")),
    "uq_receipt_signature_receipt_id": say(N_("This delivery was already countersigned.")),
    "uq_pump_site_id_name": say(N_("A pump of this name is on the list already. Give this one another.")),
    "uq_pump_event_taken_back_event_id": say(N_("This entry was taken back before.")),
    "uq_consignment_end_line_id": say(
        N_("This container was received or accounted for at the same moment. Look again.")
    ),
    "uq_consignment_arrival_consignment_id_turn": say(N_("Somebody received this at the same moment. Look again.")),
    "uq_kit_trip_place_id_turn": say(N_("This kit was packed at the same moment. Look again.")),
    "uq_kit_hand_over_trip_id_turn": say(N_("This kit changed hands at the same moment. Look again.")),
    "uq_kit_return_trip_id": say(N_("This kit is back already.")),
    "uq_product_medication_form_strength_name": say(N_("A product of this name and strength is already on record.")),
    "uq_person_card_current": say(N_("Somebody issued a card to this person at the same moment. Look again.")),
    "uq_episode_end_episode_id_turn": say(N_("This episode was ended by somebody else at the same moment.")),
    "uq_episode_end_correction_episode_end_id": say(N_("This end was already corrected.")),
    "uq_staff_role_staff_id_role_site_id_from_on": say(N_("This role was already given from that day on.")),
    "uq_dispensing_window_site_id_name": say(N_("A window of this name is already here.")),
    "uq_site_code": say(N_("Another site has this short name.")),
    "uq_downtime_day_site_id_clinic_day_turn": say(N_("This day was declared at the same moment. Look again.")),
    "uq_downtime_entered_downtime_day_id": say(N_("The paper of this day was already signed as entered.")),
    "uq_downtime_pack_site_id_clinic_day_printing": say(N_("A pack was printed at the same moment. Press again.")),
    "uq_pack_copy_tick_pack_id_copy": say(N_("This copy was already ticked.")),
    "uq_closed_day_site_id_clinic_day_turn": say(N_("This day was announced at the same moment. Look again.")),
    "uq_closed_day_taken_back_closed_day_id": say(N_("This closure was already taken back.")),
    "uq_absence_end_absence_id": say(N_("The end of this stay is on record already.")),
    "uq_missed_day_reason_person_id_clinic_day_turn": say(
        N_("Somebody noted a reason for this day at the same moment. Look again.")
    ),
    "uq_closure_list_site_id_first_on_last_on_version": say(
        N_("This list was signed by somebody else at the same moment. Look again.")
    ),
    "uq_bottle_end_bottle_id": say(N_("Something became of this bottle at the same moment. Look again.")),
    "uq_label_print_issue_id_printing": say(N_("Labels were printed at the same moment. Press again.")),
    "uq_call_back_outcome_call_back_id": say(N_("This call-back was closed at the same moment. Look again.")),
    "uq_urine_collection_draw_member_id_turn": say(N_("This draw was answered at the same moment. Look again.")),
    "uq_urine_correction_urine_test_id": say(N_("Somebody took this urine back at the same moment. Look again.")),
    "uq_urine_draw_site_id_drawn_on_turn": say(N_("Somebody drew at the same moment. Look at that draw first.")),
    "uq_urine_review_urine_test_id": say(N_("Somebody decided about this urine at the same moment. Look again.")),
    "uq_urine_result_urine_test_id_substance": say(N_("What this urine showed is on record already.")),
    "uq_health_test_result_offer_id_turn": say(N_("Somebody entered a finding at the same moment. Look again.")),
    "uq_care_session_moved_from_id": say(N_("This session was put off at the same moment. Look again.")),
    "uq_session_outcome_care_session_id_turn": say(
        N_("Somebody recorded this session at the same moment. Look again.")
    ),
    "uq_case_note_corrects_id": say(N_("This note was corrected already. Correct the newer one.")),
    "uq_care_group_site_id_name": say(N_("Another group has this name.")),
    "uq_group_member_group_id_person_id_turn": say(N_("Somebody took this person in at the same moment. Look again.")),
    "uq_group_member_end_member_id": say(N_("It is on record already that this person left.")),
    "uq_group_meeting_group_id_clinic_day": say(N_("The meeting of this day is on record. Look again.")),
    "uq_meeting_outcome_meeting_id_turn": say(N_("Somebody corrected this meeting at the same moment. Look again.")),
    "uq_group_attendance_meeting_id_person_id_turn": say(N_("Somebody corrected this at the same moment. Look again.")),
    "uq_waiting_person_id_turn": say(N_("Somebody put this person on the list at the same moment. Look again.")),
    "uq_waiting_end_waiting_id": say(N_("This waiting ended at the same moment. Look again.")),
    "uq_intake_step_episode_id_item_turn": say(N_("Somebody entered this at the same moment. Look again.")),
    "uq_treatment_consent_episode_id_turn": say(N_("Somebody entered an answer at the same moment. Look again.")),
    "uq_stage_change_episode_id_turn": say(N_("Somebody set the stage at the same moment. Look again.")),
    "uq_own_aim_episode_id_turn": say(N_("Somebody wrote down an aim at the same moment. Look again.")),
    "uq_caseload_person_id_turn": say(N_("Somebody handed this person over at the same moment. Look again.")),
    "uq_agency_site_id_name": say(N_("An agency of this name is in the directory already. Open that one.")),
    "uq_referral_meeting_referral_id_turn": say(N_("Somebody recorded this meeting at the same moment. Look again.")),
    "uq_referral_close_referral_id": say(N_("This referral was closed at the same moment. Look again.")),
    "uq_agency_consent_end_consent_id": say(N_("This consent was taken back before.")),
    "uq_privacy_statement_site_id_turn": say(N_("A statement was approved at the same moment. Look again.")),
    "uq_conference_action_done_action_id": say(N_("This was ticked as done before.")),
    "uq_call_plan_person_id_series_since_on": say(
        N_("Calls of this kind since this day were planned before. Begin them with another day.")
    ),
    "uq_call_plan_end_plan_id": say(N_("These calls were ended at the same moment. Look again.")),
    "uq_plan_signature_plan_id_signer": say(N_("This plan is signed already. Nothing is to be done.")),
    "uq_overdose_correction_overdose_id": say(N_("This overdose was taken back at the same moment. Look again.")),
    "uq_instrument_correction_score_id": say(N_("This questionnaire was taken back at the same moment. Look again.")),
    "uq_safety_step_score_id": say(N_("What was done is on record already. Note what followed as a session.")),
    "uq_ending_episode_id_turn": say(N_("Somebody proposed an ending at the same moment. Look again.")),
    "uq_ending_agreement_ending_id": say(N_("Somebody agreed to this ending at the same moment. Look again.")),
    "uq_ending_notice_ending_id": say(N_("The notice was recorded as handed over at the same moment. Look again.")),
    "uq_ending_outcome_ending_id": say(N_("This ending was decided at the same moment. Look again.")),
    "uq_taper_answer_taper_request_id": say(N_("This wish was answered at the same moment. Look again.")),
    "uq_contest_answer_contest_id": say(N_("This was answered at the same moment. Look again.")),
    "uq_custody_plan_absence_id_turn": say(N_("Somebody wrote this down at the same moment. Look again.")),
    "uq_pregnancy_care_health_fact_id_turn": say(N_("Somebody wrote this down at the same moment. Look again.")),
    "uq_risk_snooze_end_snooze_id": say(N_("Somebody ended this at the same moment. The person is in the scan again.")),
    "uq_risk_model_site_id_version": say(N_("A version of this name was kept at the same moment. Fit it again.")),
    "uq_supplier_site_id_name": say(N_("A supplier of this name is on the list already. Open that one.")),
    "uq_stock_level_site_id_product_id": say(N_("Somebody set this level at the same moment. Look again.")),
    "uq_stock_order_end_stock_order_id": say(N_("This order was ended at the same moment. Look again.")),
    "uq_receipt_match_receipt_id": say(N_("Somebody entered this delivery at the same moment. Look again.")),
    "uq_receipt_difference_receipt_id_number": say(N_("This delivery was already countersigned.")),
    "uq_destruction_line_bottle_rest_id": say(N_("What was left of this bottle was destroyed before.")),
    "uq_container_site_id_label": say(N_("A container with this label is already on record.")),
}
"""What each rule of the database means to a person."""

ANY_OTHER = say(N_("Somebody changed this at the same moment. Look again, then press once more."))


def broken_rule(error: IntegrityError) -> str:
    """Return the name of the rule that was broken, on either backend; empty if it cannot be told.

    SQLite names the columns of a unique rule, never the rule, so it is found among the tables' own.
    """
    diagnosis = getattr(error.orig, "diag", None)
    if diagnosis is not None:
        return diagnosis.constraint_name or ""
    text = str(error.orig)
    if text.startswith("UNIQUE constraint failed: "):
        return _unique_rule_over(text.removeprefix("UNIQUE constraint failed: ").split(", "))
    return text.removeprefix("CHECK constraint failed: ") if "CHECK" in text else ""


def _unique_rule_over(columns: list[str]) -> str:
    table = Base.metadata.tables[columns[0].split(".")[0]]
    names = {column.split(".")[1] for column in columns}
    for rule in table.constraints:
        if isinstance(rule, UniqueConstraint) and {c.name for c in rule.columns} == names:
            return str(rule.name)
    for index in table.indexes:
        if index.unique and {c.name for c in index.columns} == names:
            return str(index.name)
    return ""


@contextmanager
def translated() -> Iterator[None]:
    """Turn a broken unique rule or check into a Conflict with words; a broken reference stays a mistake of ours."""
    try:
        yield
    except IntegrityError as error:
        rule = broken_rule(error)
        if rule in MEANING:
            raise Conflict(MEANING[rule], code=rule) from error
        if rule.startswith("uq_"):
            raise Conflict(ANY_OTHER, code=rule) from error
        raise
