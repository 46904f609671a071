"""The database's own walls: each is run into on purpose, on both backends, past every service."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import CheckConstraint, Index, UniqueConstraint, text, update
from sqlalchemy.exc import IntegrityError

from dispensary.services.conflicts import broken_rule
from models import Base, fact_tables
from models.enums import (
    BottleFate,
    BottleState,
    BusinessMoment,
    ConsignmentFate,
    ContainerSealing,
    CountFound,
    CountKind,
    DestructionReason,
    DisclosureBasis,
    DoseOutcome,
    EpisodeEndReason,
    HealthFactKind,
    JobOutcome,
    LossStepKind,
    MovementKind,
    OfferAnswer,
    OneOffReason,
    Origin,
    PoliceTold,
    PumpEventKind,
    PumpPoured,
    PumpRest,
    RefusedReason,
    Residue,
    RiskLane,
    Role,
    SealState,
    SignedOn,
    TelephoneOrderKind,
    UrineOccasion,
    WithheldReason,
)
from tests.migrations.least_rows import AT, DAY, Rows

ONE, NONE = Decimal(1), Decimal(0)


@pytest.fixture
def rows(session) -> Rows:
    return Rows(session)


@contextmanager
def refused(session) -> Iterator[list[str]]:
    """Expect the database to refuse what is done inside; yields a list that then holds the name of the rule."""
    rule: list[str] = []
    savepoint = session.begin_nested()
    with pytest.raises(IntegrityError) as error:
        yield rule
    rule.append(broken_rule(error.value))
    savepoint.rollback()


def test_least_row_of_every_table_is_accepted(session, rows):
    for name in Base.metadata.tables:
        rows.one(name)

    session.commit()


def test_every_fact_table_refuses_update_and_delete(session, rows):
    for name in fact_tables():
        row = rows.one(name)

        with refused(session):
            session.execute(text(f"UPDATE {name} SET request_id = 'changed' WHERE id = {row['id']}"))
        with refused(session):
            session.execute(text(f"DELETE FROM {name} WHERE id = {row['id']}"))


def test_no_fact_is_replaced_by_inserting_over_it(session, rows, backend):
    if backend != "sqlite":
        pytest.skip("PostgreSQL has no INSERT OR REPLACE")
    for name in fact_tables():
        row = rows.one(name)
        columns = ", ".join(f'"{column.name}"' for column in Base.metadata.tables[name].columns)

        with refused(session):
            session.execute(
                text(f"INSERT OR REPLACE INTO {name} ({columns}) SELECT {columns} FROM {name} WHERE id = {row['id']}")
            )


def test_no_fact_table_can_be_emptied_at_once(session, rows, backend):
    if backend == "sqlite":
        pytest.skip("SQLite has no TRUNCATE")
    for name in fact_tables():
        with refused(session):
            session.execute(text(f"TRUNCATE {name} CASCADE"))


def test_an_update_that_carries_no_change_is_refused_as_well(session, rows):
    dose = rows.one("dose")

    with refused(session):
        session.execute(text(f"UPDATE dose SET taken_mg = taken_mg WHERE id = {dose['id']}"))


@pytest.mark.parametrize("pair", [("opened_at", "opened_by_id"), ("emptied_at", "emptied_by_id")])
def test_dates_of_a_container_are_set_once(session, rows, pair):
    container = rows.add("container", window_id=rows.one("dispensing_window")["id"])
    table = Base.metadata.tables["container"]
    at, by = pair
    change = update(table).where(table.c.id == container["id"])
    session.execute(change.values({at: AT, by: rows.one("staff")["id"]}))

    for values in ({at: AT + timedelta(minutes=1)}, {by: rows.add("staff")["id"]}, {at: None, by: None}):
        with refused(session):
            session.execute(change.values(values))


def test_label_of_an_opened_container_may_still_be_corrected(session, rows):
    window, staff = rows.one("dispensing_window")["id"], rows.one("staff")["id"]
    container = rows.add("container", window_id=window, opened_at=AT, opened_by_id=staff)
    table = Base.metadata.tables["container"]

    session.execute(update(table).where(table.c.id == container["id"]).values(label="B-0001"))


# What each CHECK forbids: the table, and values that break this rule and no other.
WITHHELD: dict[str, Any] = {
    "outcome": DoseOutcome.WITHHELD,
    "withheld_reason": WithheldReason.SEDATED,
    "taken_mg": NONE,
    "claim_id": None,
}
PART = {
    "outcome": DoseOutcome.PART_GIVEN,
    "refused_reason": RefusedReason.NOT_WANTED,
    "ordered_mg": Decimal(2),
    "wasted_mg": ONE,
}
REPLACEMENT = {"outcome": DoseOutcome.REPLACEMENT, "replaces_id": "the dose", "claim_id": None}
SEEN: dict[str, Any] = {
    "fate": BottleFate.RETURNED,
    "state": BottleState.PART,
    "seal": SealState.BROKEN,
    "residue": Residue.EXPECTED,
    "quantity": ONE,
}
CALIBRATED: dict[str, Any] = {
    "kind": PumpEventKind.CALIBRATION,
    "asked": ONE,
    "means": "a cylinder",
    "rule_id": "the pump rule",
    "passed": True,
}
PUMP_WASTE: dict[str, Any] = {"poured": PumpPoured.WASTED, "movement_id": "the movement"}
IN_AN_EMERGENCY: dict[str, Any] = {"basis": DisclosureBasis.EMERGENCY, "consent_id": None}
COUNTED_BY_TURNS = (
    "activity_result", "assessment", "care_plan", "caseload", "contact_rule", "custody_plan", "ending", "group_attendance",
    "group_member", "health_test_result", "intake_step", "kit_hand_over", "kit_trip", "marker",
    "meeting_outcome", "own_aim", "pair_week", "plan_step_result",
    "pregnancy_care", "privacy_statement", "referral_meeting", "relative_link", "session_outcome", "stage_change",
    "supporter_consent", "task_hand_over", "treatment_consent", "urine_collection", "urine_draw", "waiting",
)  # fmt: skip
FORBIDDEN: dict[str, tuple[str, dict[str, Any]]] = {
    "ck_bottle_amount_positive": ("bottle", {"amount_mg": NONE}),
    "ck_bottle_number_within": ("bottle", {"number": 2}),
    "ck_bottle_part_positive": ("bottle", {"part": 0}),
    "ck_bottle_end_quantity_positive": ("bottle_end", {**SEEN, "quantity": NONE}),
    "ck_bottle_end_residue_is_seen": ("bottle_end", {**SEEN, "residue": None}),
    "ck_bottle_end_rest_is_witnessed": ("bottle_end", {**SEEN, "witnessed_by_id": None}),
    "ck_bottle_end_rest_measured": ("bottle_end", {**SEEN, "quantity": None}),
    "ck_bottle_end_rest_of_what_came_back": ("bottle_end", {**SEEN, "state": BottleState.EMPTY}),
    "ck_bottle_end_returned_is_inspected": ("bottle_end", {**SEEN, "fate": BottleFate.LOST}),
    "ck_bottle_end_seal_is_seen": ("bottle_end", {**SEEN, "seal": None}),
    "ck_bottle_end_witness_is_another": ("bottle_end", {"witnessed_by_id": "the recorder"}),
    "ck_bottle_line_quantity_positive": ("bottle_line", {"quantity": NONE}),
    "ck_bottle_rest_quantity_positive": ("bottle_rest", {"quantity": NONE}),
    "ck_call_back_dates_in_order": ("call_back", {"due_by": AT}),
    "ck_call_back_outcome_brought_not_negative": ("call_back_outcome", {"brought": -1}),
    "ck_claim_numbers_positive": ("claim", {"part": 0}),
    "ck_claim_turn_follows": ("claim", {"turn": 2, "follows_turn": 1}),
    "ck_claim_turn_named": ("claim", {"turn": 2, "follows_id": "the release", "follows_turn": None}),
    "ck_claim_turn_next": ("claim", {"turn": 3, "follows_id": "the release", "follows_turn": 1}),
    "ck_clock_confirmation_witness_is_another": ("clock_confirmation", {"witnessed_by_id": "the recorder"}),
    "ck_container_emptied_whole": ("container", {"emptied_at": AT}),
    "ck_container_opened_at_a_window": ("container", {"opened_at": AT, "opened_by_id": "somebody"}),
    "ck_container_opened_whole": ("container", {"opened_at": AT, "window_id": "the window"}),
    "ck_container_size_positive": ("container", {"size": NONE}),
    "ck_depot_plan_early_within_interval": ("depot_plan", {"early_days": 28}),
    "ck_depot_plan_interval_sensible": ("depot_plan", {"interval_days": 6, "early_days": 1}),
    "ck_depot_plan_profile_whole": ("depot_plan", {"profile": "some profile"}),
    "ck_depot_plan_second_within_interval": ("depot_plan", {"second_after_days": 29}),
    "ck_depot_plan_window_sensible": ("depot_plan", {"late_days": -1}),
    "ck_destruction_witness_is_another": ("destruction", {"witnessed_by_id": "the recorder"}),
    "ck_destruction_line_quantity_positive": ("destruction_line", {"quantity": NONE}),
    "ck_destruction_line_return_names_its_rest": ("destruction_line", {"reason": DestructionReason.RETURNED}),
    "ck_receipt_difference_counts_not_negative": ("receipt_difference", {"came": -1}),
    "ck_stock_level_delivery_not_negative": ("stock_level", {"delivery_days": -1}),
    "ck_stock_level_orders_something": ("stock_level", {"order_up_to": ONE}),
    "ck_stock_level_reorder_not_negative": ("stock_level", {"reorder_at": -ONE}),
    "ck_stock_order_line_count_positive": ("stock_order_line", {"count": 0}),
    "ck_stock_order_line_size_positive": ("stock_order_line", {"size": NONE}),
    "ck_dose_amounts_add_up": ("dose", {"ordered_mg": Decimal(2)}),
    "ck_dose_amounts_not_negative": ("dose", {**PART, "wasted_mg": -ONE, "taken_mg": Decimal(3)}),
    "ck_dose_given_whole": ("dose", {"wasted_mg": ONE, "ordered_mg": Decimal(2)}),
    "ck_dose_ordered_or_imported": ("dose", {"order_id": None}),
    "ck_dose_others_do_not_claim": ("dose", {**WITHHELD, "claim_id": "the claim"}),
    "ck_dose_outcome_means_taken": ("dose", {**PART, "taken_mg": NONE, "wasted_mg": Decimal(2)}),
    "ck_dose_refused_why": ("dose", {**PART, "refused_reason": None}),
    "ck_dose_replacement_counts": ("dose", REPLACEMENT),
    "ck_dose_replacement_names_its_dose": ("dose", {"replaces_id": "the dose", "replaces_turn": 1}),
    "ck_dose_replacement_turn_positive": ("dose", {**REPLACEMENT, "replaces_turn": 0}),
    "ck_dose_taken_doses_claim": ("dose", {"claim_id": None}),
    "ck_dose_withheld_why": ("dose", {**WITHHELD, "withheld_reason": None}),
    "ck_day_close_difference_reason_given": ("day_close_difference", {"note": ""}),
    "ck_day_close_difference_something_differs": ("day_close_difference", {"differences": "[]"}),
    "ck_day_close_difference_witness_is_another": ("day_close_difference", {"witnessed_by_id": "the recorder"}),
    "ck_dose_witness_is_another": ("dose", {"witnessed_by_id": "the recorder"}),
    "ck_dose_line_poured_positive": ("dose_line", {"poured": NONE, "taken": NONE}),
    "ck_dose_line_taken_within": ("dose_line", {"taken": Decimal(2)}),
    "ck_dose_order_dates_in_order": ("dose_order", {"ends_on": DAY - timedelta(days=1)}),
    "ck_dose_order_interval_sensible": ("dose_order", {"every_n_days": 8}),
    "ck_dose_order_parts_sensible": ("dose_order", {"parts": 0}),
    "ck_dose_order_version_follows": ("dose_order", {"version": 2}),
    "ck_downtime_pack_copies_sensible": ("downtime_pack", {"copies": 21}),
    "ck_elsewhere_dose_amount_positive": ("elsewhere_dose", {"amount_mg": NONE}),
    "ck_elsewhere_verdict_verified_is_recorded": ("elsewhere_verdict", {"verified": True}),
    "ck_episode_last_dose_positive": ("episode", {"last_dose_on": DAY, "last_dose_mg": NONE}),
    "ck_episode_last_dose_whole": ("episode", {"last_dose_on": DAY}),
    "ck_health_fact_qtc_has_its_figure": ("health_fact", {"kind": HealthFactKind.QTC}),
    "ck_health_fact_qtc_possible": ("health_fact", {"kind": HealthFactKind.QTC, "qtc_ms": 1000}),
    "ck_incident_observation_breaths_positive": ("incident_observation", {"breaths_per_minute": 0}),
    "ck_label_print_printing_positive": ("label_print", {"printing": 0}),
    "ck_archived_paper_days_in_order": ("archived_paper", {"last_on": DAY - timedelta(days=1)}),
    "ck_archived_paper_digest_there": ("archived_paper", {"digest": ""}),
    "ck_archived_paper_figures_digest_there": ("archived_paper", {"figures_digest": ""}),
    "ck_archived_paper_size_positive": ("archived_paper", {"size": 0}),
    "ck_paper_signature_by_the_head": ("paper_signature", {"role": Role.NURSE}),
    "ck_loss_report_circumstances_told": ("loss_report", {"circumstances": ""}),
    "ck_loss_report_days_in_order": ("loss_report", {"last_on": DAY - timedelta(days=1)}),
    "ck_loss_report_discovered_after": ("loss_report", {"discovered_on": DAY - timedelta(days=1)}),
    "ck_loss_report_discovered_by_somebody": ("loss_report", {"discovered_by": ""}),
    "ck_loss_report_police_said_if_told": ("loss_report", {"police": PoliceTold.NO, "police_number": "12"}),
    "ck_loss_report_end_says_why": ("loss_report_end", {"reason": ""}),
    "ck_loss_report_line_number_positive": ("loss_report_line", {"number": 0}),
    "ck_loss_report_line_quantity_positive": ("loss_report_line", {"quantity": NONE}),
    "ck_pump_has_a_name": ("pump", {"name": ""}),
    "ck_pump_out_after_in": (
        "pump",
        {"out_of_service_at": AT - timedelta(minutes=1), "out_of_service_why": "leaks"},
    ),
    "ck_pump_out_says_why": ("pump", {"out_of_service_why": "leaks"}),
    "ck_pump_event_asked_positive": ("pump_event", CALIBRATED | {"asked": NONE}),
    "ck_pump_event_calibration_asks": ("pump_event", {"kind": PumpEventKind.CALIBRATION}),
    "ck_pump_event_calibration_is_judged": ("pump_event", CALIBRATED | {"passed": None}),
    "ck_pump_event_calibration_says_its_means": ("pump_event", CALIBRATED | {"means": ""}),
    "ck_pump_event_container_but_for_cleaning": ("pump_event", {"container_id": None}),
    "ck_pump_event_judged_by_a_rule": ("pump_event", CALIBRATED | {"rule_id": None}),
    "ck_pump_event_only_a_reservoir_had_another": (
        "pump_event",
        {"before_id": "the container", "rest": PumpRest.EMPTIED},
    ),
    "ck_pump_event_poured_says_how_much": ("pump_event", {"quantity": None}),
    "ck_pump_event_poured_says_where": ("pump_event", {"kind": PumpEventKind.RESERVOIR}),
    "ck_pump_event_quantity_not_negative": ("pump_event", {"quantity": -ONE}),
    "ck_pump_event_rest_of_the_one_before": (
        "pump_event",
        {"kind": PumpEventKind.RESERVOIR, "poured": None, "quantity": None, "rest": PumpRest.EMPTIED},
    ),
    "ck_pump_event_waste_is_witnessed": ("pump_event", PUMP_WASTE | {"witnessed_by_id": None}),
    "ck_pump_event_wasted_moves_stock": ("pump_event", {"poured": PumpPoured.WASTED}),
    "ck_pump_event_witness_is_another": ("pump_event", {"witnessed_by_id": "somebody"}),
    "ck_pump_event_taken_back_says_why": ("pump_event_taken_back", {"reason": ""}),
    "ck_pump_event_taken_back_stock_back_is_witnessed": (
        "pump_event_taken_back",
        {"movement_id": "the movement", "witnessed_by_id": None},
    ),
    "ck_pump_event_taken_back_witness_is_another": ("pump_event_taken_back", {"witnessed_by_id": "somebody"}),
    "ck_pump_measure_measured_not_negative": ("pump_measure", {"measured": -ONE}),
    "ck_pump_measure_number_positive": ("pump_measure", {"number": 0}),
    "ck_pump_rule_every_day_at_most": ("pump_rule", {"every_days": 0}),
    "ck_pump_rule_says_its_basis": ("pump_rule", {"basis": ""}),
    "ck_pump_rule_tolerance_positive": ("pump_rule", {"tolerance": NONE}),
    "ck_loss_step_other_says_what": ("loss_step", {"kind": LossStepKind.OTHER, "note": ""}),
    "ck_loss_step_taken_back_says_why": ("loss_step_taken_back", {"reason": ""}),
    "ck_movement_balance_not_negative": ("movement", {"balance_after": Decimal("-0.001")}),
    "ck_movement_places_differ": ("movement", {"to_place_id": "the same place"}),
    "ck_movement_quantity_positive": ("movement", {"quantity": NONE}),
    "ck_movement_reversal_names_its_row": ("movement", {"kind": MovementKind.REVERSAL}),
    "ck_movement_waste_is_witnessed": ("movement", {"kind": MovementKind.WASTE}),
    "ck_movement_witness_is_another": ("movement", {"witnessed_by_id": "the recorder"}),
    "ck_order_step_amount_positive": ("order_step", {"amount_mg": NONE}),
    "ck_order_step_part_positive": ("order_step", {"part": 0}),
    "ck_person_link_two_records": ("person_link", {"root_id": "the person"}),
    "ck_person_link_witness_is_another": ("person_link", {"witnessed_by_id": "the recorder"}),
    "ck_person_unlink_witness_is_another": ("person_unlink", {"witnessed_by_id": "the recorder"}),
    "ck_product_smallest_part_positive": ("product", {"smallest_part": NONE}),
    "ck_product_strength_positive": ("product", {"strength": NONE}),
    "ck_re_entry_release_amount_positive": ("re_entry_release", {"amount_mg": NONE}),
    "ck_re_entry_release_days_not_negative": ("re_entry_release", {"days_without_medicine": -1}),
    "ck_replacement_order_amount_positive": ("replacement_order", {"amount_mg": NONE}),
    "ck_replacement_order_version_positive": ("replacement_order", {"version": 0}),
    "ck_risk_flag_counts_not_negative": ("risk_flag", {"points": -1}),
    "ck_risk_flag_told_unless_capped": ("risk_flag", {"capped": False}),
    "ck_risk_flag_red_is_never_capped": ("risk_flag", {"lane": RiskLane.RED}),
    "ck_risk_flag_reason_points_not_negative": ("risk_flag_reason", {"points": -1}),
    "ck_risk_flag_reason_unknown_scores_nothing": ("risk_flag_reason", {"counted": None, "points": 1}),
    "ck_risk_model_counts_not_negative": ("risk_model", {"people": -1}),
    "ck_risk_model_days_in_order": ("risk_model", {"data_until": DAY - timedelta(days=1)}),
    "ck_risk_snooze_days_in_order": ("risk_snooze", {"until_on": DAY - timedelta(days=1)}),
    "ck_stock_adjustment_reason_given": ("stock_adjustment", {"reason": ""}),
    "ck_stock_count_figure_not_negative": ("stock_count", {"witness_above": -ONE}),
    "ck_stock_count_inventory_is_signed_twice": (
        "stock_count",
        {"kind": CountKind.BIENNIAL, "business": BusinessMoment.CLOSE},
    ),
    "ck_stock_count_inventory_says_when": ("stock_count", {"business": BusinessMoment.OPENING}),
    "ck_stock_count_line_books_not_negative": ("stock_count_line", {"books": -ONE}),
    "ck_stock_count_line_measured_not_negative": (
        "stock_count_line",
        {"found": CountFound.BROKEN, "measured": -ONE},
    ),
    "ck_stock_count_line_measured_unless_whole_or_gone": ("stock_count_line", {"measured": ONE}),
    "ck_stock_count_line_seal_only_where_one_is": ("stock_count_line", {"sealed": False}),
    "ck_stock_count_only_opening_against_closing": (
        "stock_count",
        {"kind": CountKind.CLOSING, "against_id": "the count"},
    ),
    "ck_stock_count_witness_is_another": ("stock_count", {"witnessed_by_id": "the recorder"}),
    "ck_tare_grams_positive": ("tare", {"grams": NONE}),
    "ck_tare_size_positive": ("tare", {"size": NONE}),
    "ck_tare_witness_is_another": ("tare", {"witnessed_by_id": "the recorder"}),
    "ck_density_grams_per_ml_positive": ("density", {"grams_per_ml": NONE}),
    "ck_density_source_named": ("density", {"source": ""}),
    "ck_density_witness_is_another": ("density", {"witnessed_by_id": "the recorder"}),
    "ck_count_weighing_grams_per_ml_positive": ("count_weighing", {"grams_per_ml": NONE}),
    "ck_count_weighing_not_lighter_than_empty": ("count_weighing", {"gross": NONE}),
    "ck_count_weighing_readability_positive": ("count_weighing", {"readability": NONE}),
    "ck_count_weighing_tare_positive": ("count_weighing", {"tare": NONE}),
    "ck_container_seal_counted_at_a_count": ("container_seal", {"occasion": ContainerSealing.RECEIVED}),
    "ck_container_seal_number_given": ("container_seal", {"number": ""}),
    "ck_container_seal_resealed_before_a_witness": (
        "container_seal",
        {"occasion": ContainerSealing.RESEALED, "count_line_id": None},
    ),
    "ck_container_seal_witness_is_another": ("container_seal", {"witnessed_by_id": "the recorder"}),
    "ck_counted_seal_another_than_one_on_record": ("counted_seal", {"another": True}),
    "ck_counted_seal_number_read": ("counted_seal", {"number": ""}),
    "ck_stock_find_number_positive": ("stock_find", {"number": 0}),
    "ck_stock_find_said_something": ("stock_find", {"said": ""}),
    "ck_supplement_amount_positive": ("supplement", {"amount_mg": NONE}),
    "ck_supplement_cows_in_range": ("supplement", {"cows": 49}),
    "ck_supplement_part_is_a_further_one": ("supplement", {"part": 1}),
    "ck_collector_dates_in_order": ("collector", {"until_on": DAY - timedelta(days=1)}),
    "ck_one_off_take_home_closure_names_its_list": ("one_off_take_home", {"reason": OneOffReason.CLOSURE}),
    "ck_one_off_take_home_dates_in_order": ("one_off_take_home", {"last_on": DAY - timedelta(days=1)}),
    "ck_one_off_take_home_profile_whole": ("one_off_take_home", {"profile": "some profile"}),
    "ck_take_home_request_dates_in_order": (
        "take_home_request",
        {"reason": OneOffReason.JOURNEY, "first_on": DAY, "last_on": DAY - timedelta(days=1)},
    ),
    "ck_take_home_request_days_have_a_reason": ("take_home_request", {"reason": OneOffReason.JOURNEY}),
    "ck_take_home_request_days_whole": ("take_home_request", {"reason": OneOffReason.JOURNEY, "first_on": DAY}),
    "ck_take_home_decision_dates_in_order": ("take_home_decision", {"review_on": DAY}),
    "ck_take_home_decision_days_sensible": ("take_home_decision", {"most_days": 32}),
    "ck_take_home_decision_profile_whole": ("take_home_decision", {"profile": "some profile"}),
    "ck_take_home_decision_weeks_sensible": ("take_home_decision", {"every_weeks": 5}),
    "ck_take_home_issue_identity_seen": ("take_home_issue", {"identity_seen": "passport"}),
    "ck_take_home_issue_on_one_decision": ("take_home_issue", {"decision_id": None}),
    "ck_treatment_credit_days_positive": ("treatment_credit", {"days": 0}),
    "ck_telephone_order_amount_positive": ("telephone_order", {"amount_mg": NONE}),
    "ck_telephone_order_release_is_written": ("telephone_order", {"kind": TelephoneOrderKind.RELEASE}),
    "ck_telephone_order_two_people": ("telephone_order", {"prescriber_id": "the recorder"}),
    "ck_vomiting_band_of_a_profile": ("vomiting", {"band": 1}),
    "ck_vomiting_band_positive": ("vomiting", {"profile": "some profile", "band": 0}),
    "ck_vomiting_minutes_not_negative": ("vomiting", {"minutes_after": -1}),
    "ck_absence_dates_in_order": ("absence", {"expected_until": DAY - timedelta(days=1)}),
    "ck_closed_day_turn_positive": ("closed_day", {"turn": 0}),
    "ck_closure_list_dates_in_order": ("closure_list", {"last_on": DAY - timedelta(days=1)}),
    "ck_closure_list_line_doses_or_another_way": ("closure_list_line", {"other_way": ""}),
    "ck_closure_list_profile_whole": ("closure_list", {"profile": "some profile"}),
    "ck_follow_up_kept_looks_ahead": ("follow_up_kept", {"look_again_on": DAY}),
    "ck_follow_up_kept_no_shows_positive": ("follow_up_kept", {"no_shows": 0}),
    "ck_backup_drill_counts_not_negative": ("backup_drill", {"rows": -1}),
    "ck_backup_drill_moments_in_order": ("backup_drill", {"ended_at": AT - timedelta(minutes=1)}),
    "ck_backup_run_size_positive": ("backup_run", {"size": 0}),
    "ck_job_run_attempt_positive": ("job_run", {"attempt": 0}),
    "ck_job_run_moments_in_order": ("job_run", {"ended_at": AT - timedelta(minutes=1)}),
    "ck_missed_day_reason_turn_positive": ("missed_day_reason", {"turn": 0}),
    "ck_re_entry_answer_amount_positive": ("re_entry_answer", {"last_dose_mg": NONE}),
    "ck_re_entry_answer_dose_before_today": ("re_entry_answer", {"last_dose_on": DAY}),
    "ck_re_entry_answer_turn_positive": ("re_entry_answer", {"turn": 0}),
    "ck_re_entry_decision_amount_positive": ("re_entry_decision", {"suggested_mg": NONE}),
    "ck_re_entry_decision_cautious": ("re_entry_decision", {"days_on_record": 4, "days": 3}),
    "ck_re_entry_decision_days_not_negative": ("re_entry_decision", {"days_on_record": -1}),
    "ck_re_entry_decision_of_one_act": ("re_entry_decision", {"dose_id": "the dose", "release_id": "the re-entry"}),
    "ck_re_entry_decision_profile_whole": ("re_entry_decision", {"profile": "some profile", "row_number": 1}),
    "ck_re_entry_decision_row_of_a_profile": ("re_entry_decision", {"row_number": 1}),
    "ck_activity_number_positive": ("activity", {"number": 0}),
    "ck_activity_week_positive": ("activity", {"week": 0}),
    "ck_agency_consent_drawn_on_the_screen": ("agency_consent", {"signed_how": SignedOn.PAPER, "drawn": "a line"}),
    "ck_agency_consent_expiry_lies_ahead": ("agency_consent", {"expires_on": DAY}),
    "ck_brief_intervention_about_one": ("brief_intervention", {"person_id": None}),
    "ck_brief_intervention_minutes_positive": ("brief_intervention", {"minutes": 0}),
    "ck_call_plan_window_lies_ahead": ("call_plan", {"work_until_on": DAY}),
    "ck_care_group_dates_in_order": ("care_group", {"closed_on": DAY - timedelta(days=1)}),
    "ck_care_group_minutes_positive": ("care_group", {"minutes": 0}),
    "ck_care_group_weekday_possible": ("care_group", {"weekday": 8}),
    "ck_care_plan_review_lies_ahead": ("care_plan", {"review_on": DAY}),
    "ck_care_session_minutes_positive": ("care_session", {"planned_minutes": 0}),
    "ck_contact_rule_name_only_for_messages": ("contact_rule", {"leave_message": False}),
    "ck_contest_answer_lies_ahead": ("contest", {"answer_by": DAY - timedelta(days=1)}),
    "ck_contest_names_its_decision": ("contest", {"take_home_decision_id": "the take-home decision"}),
    "ck_contest_names_its_ending": ("contest", {"ending_id": "the ending"}),
    "ck_contest_names_its_stop": ("contest", {"stop_id": None}),
    "ck_contest_names_what_was_declined": ("contest", {"declined_id": "the declined wish"}),
    "ck_disclosure_names_its_consent": ("disclosure", {"consent_id": None}),
    "ck_disclosure_names_the_emergency": ("disclosure", {**IN_AN_EMERGENCY, "purpose": ""}),
    "ck_ending_answered_before_the_last_day": ("ending", {"last_day": date(2026, 3, 16)}),
    "ck_ending_time_to_contest": ("ending", {"contest_by": DAY}),
    "ck_glass_broken_open_for_a_while": ("glass_broken", {"until_at": AT}),
    "ck_instrument_item_value_counted": ("instrument_item", {"value": -1}),
    "ck_instrument_score_about_one": ("instrument_score", {"person_id": None}),
    "ck_instrument_score_total_counted": ("instrument_score", {"total": -1}),
    "ck_meeting_outcome_minutes_if_held": ("meeting_outcome", {"held": True}),
    "ck_meeting_outcome_minutes_positive": ("meeting_outcome", {"held": True, "minutes": 0}),
    "ck_meeting_outcome_reason_if_again": ("meeting_outcome", {"turn": 2, "reason": ""}),
    "ck_meeting_outcome_relatives_counted": ("meeting_outcome", {"relatives": -1}),
    "ck_outreach_meeting_minutes_positive": ("outreach_meeting", {"minutes": 0}),
    "ck_overdose_of_somebody": ("overdose", {"person_id": None}),
    "ck_pair_week_week_positive": ("pair_week", {"week": 0}),
    "ck_plan_signature_drawn_on_the_screen": ("plan_signature", {"signed_how": SignedOn.PAPER, "drawn": "a line"}),
    "ck_private_rating_relation_in_range": ("private_rating", {"relation": 6}),
    "ck_private_rating_waiting_in_range": ("private_rating", {"waiting": 0}),
    "ck_risk_trip_days_in_order": ("risk_trip", {"last_on": DAY - timedelta(days=1)}),
    "ck_risk_trip_counts_make_a_ratio": ("risk_trip", {"expected": NONE}),
    "ck_consignment_one_addressee": ("consignment", {"addressee": ""}),
    "ck_consignment_sites_differ": ("consignment", {"to_site_id": "the site", "addressee": ""}),
    "ck_consignment_witness_is_another": ("consignment", {"witnessed_by_id": "somebody"}),
    "ck_consignment_arrival_turn_positive": ("consignment_arrival", {"turn": 0}),
    "ck_consignment_end_arrival_of_the_received": ("consignment_end", {"arrival_id": "the arrival"}),
    "ck_consignment_end_container_of_the_received": ("consignment_end", {"came_as_id": "the container"}),
    "ck_consignment_end_two_say_why_otherwise": ("consignment_end", {"note": ""}),
    "ck_consignment_end_witness_is_another": ("consignment_end", {"witnessed_by_id": "somebody"}),
    "ck_kit_hand_over_sealed_by_number": ("kit_hand_over", {"sealed": False, "note": "the lock is broken"}),
    "ck_kit_hand_over_says_why_not_sealed": ("kit_hand_over", {"sealed": False, "seal_no": "", "note": ""}),
    "ck_kit_hand_over_taker_is_another": ("kit_hand_over", {"taken_by_id": "the recorder"}),
    "ck_kit_return_sealed_by_number": ("kit_return", {"sealed": False, "note": "the lock is broken"}),
    "ck_kit_return_says_why_not_sealed": ("kit_return", {"sealed": False, "seal_no": "", "note": ""}),
    "ck_kit_trip_back_after_it_left": ("kit_trip", {"expected_back_at": AT}),
    "ck_kit_trip_sealed": ("kit_trip", {"seal_no": ""}),
    "ck_kit_trip_witness_is_another": ("kit_trip", {"witnessed_by_id": "the recorder"}),
    "ck_kit_trip_line_books_not_negative": ("kit_trip_line", {"books": -ONE}),
    "ck_cohort_course_end_whole": ("cohort_course", {"end_reason": EpisodeEndReason.DIED}),
    "ck_cohort_course_ended_or_seen": ("cohort_course", {"seen_until_on": None}),
    "ck_cohort_course_dose_of_its_day": ("cohort_course", {"dose_day": 28}),
    "ck_programme_weeks_positive": ("programme", {"weeks": 0}),
    "ck_referral_answer_lies_ahead": ("referral", {"answer_by": DAY - timedelta(days=1)}),
    "ck_referral_meeting_names_who_was_met": ("referral_meeting", {"held": True, "met_with": ""}),
    "ck_session_outcome_minutes_if_came": ("session_outcome", {"minutes": None}),
    "ck_session_outcome_minutes_positive": ("session_outcome", {"minutes": 0}),
    "ck_supply_issue_quantity_positive": ("supply_issue", {"quantity": 0}),
    "ck_supply_issue_to_one": ("supply_issue", {"person_id": "the person", "contact_id": "the contact"}),
    "ck_support_offer_declined_says_why": ("support_offer", {"answer": OfferAnswer.DECLINED}),
    "ck_urine_collection_method_if_taken": ("urine_collection", {"method": None}),
    "ck_urine_collection_names_its_draw": ("urine_collection", {"draw_member_id": "somebody drawn"}),
    "ck_urine_collection_names_what_it_confirms": ("urine_collection", {"confirms_id": "the urine"}),
    "ck_urine_draw_wanted_positive": ("urine_draw", {"wanted": 0}),
} | {f"ck_{name}_turn_positive": (name, {"turn": 0}) for name in COUNTED_BY_TURNS}


STANDS_FOR = {
    "the release": "claim_release",
    "the claim": "claim",
    "the dose": "dose",
    "the person": "person",
    "the rest": "bottle_rest",
    "the re-entry": "re_entry_release",
    "the order": "dose_order",
    "the take-home decision": "take_home_decision",
    "the arrival": "consignment_arrival",
    "the container": "container",
    "the receipt": "receipt",
    "the pump rule": "pump_rule",
    "the site": "site",
    "the movement": "movement",
    "the one-off": "one_off_take_home",
    "the window": "dispensing_window",
    "the session": "care_session",
    "the note": "case_note",
    "the ending": "ending",
    "the declined wish": "take_home_request_end",
    "the contact": "outreach_contact",
    "somebody drawn": "urine_draw_member",
    "the urine": "urine_test",
    "somebody": "staff",
    "the count": "stock_count",
    "the recorder": "staff",
    "the same place": "place",
}


def named(rows: Rows, value: Any) -> Any:
    """Return the id that a word of the table above stands for."""
    known = isinstance(value, str) and value in STANDS_FOR
    return rows.one(STANDS_FOR[value])["id"] if known else value


def test_every_check_refuses_what_it_forbids(session):
    for rule, (name, values) in FORBIDDEN.items():
        rows, savepoint = Rows(session), session.begin_nested()
        row = {column: named(rows, value) for column, value in values.items()}

        with refused(session) as broken:
            rows.add(name, **row)
        assert broken == [rule]
        savepoint.rollback()


def test_every_check_of_the_schema_is_tried():
    checks = {
        str(rule.name)
        for table in Base.metadata.tables.values()
        for rule in table.constraints
        if isinstance(rule, CheckConstraint)
    }

    assert checks == set(FORBIDDEN)


OPENED = {"window_id": "the window", "opened_at": AT, "opened_by_id": "somebody"}
WHERE_UNIQUE_MATTERS: dict[str, dict[str, Any]] = {
    "uq_container_open": OPENED,
    "uq_care_session_moved_from_id": {"moved_from_id": "the session"},
    "uq_case_note_corrects_id": {"corrects_id": "the note"},
    "uq_closure_list_line_one_off_id": {"one_off_id": "the one-off", "other_way": ""},
    "uq_destruction_line_bottle_rest_id": {"reason": DestructionReason.RETURNED, "bottle_rest_id": "the rest"},
    "uq_dose_replacement": {**REPLACEMENT, "replaces_turn": 1},
    "uq_dose_order_replaces_id": {"version": 2, "replaces_id": "the order"},
    "uq_elsewhere_verdict_dose_id": {"verified": True, "dose_id": "the dose"},
    "uq_archived_paper_by_itself": {"origin": Origin.JOB},
    "uq_job_run_done": {"outcome": JobOutcome.DONE},
    "uq_job_run_site_id_job_due_at_attempt": {"outcome": JobOutcome.FAILED},
    "uq_consignment_arrival_receipt_id": {"receipt_id": "the receipt"},
    "uq_consignment_end_came_as_id": {
        "fate": ConsignmentFate.RECEIVED,
        "arrival_id": "the arrival",
        "came_as_id": "the container",
    },
    "uq_pump_event_movement_id": PUMP_WASTE,
    "uq_pump_event_taken_back_movement_id": {"movement_id": "the movement"},
    "uq_kit_trip_line_movement_id": {"movement_id": "the movement"},
    "uq_movement_reverses_id": {"kind": MovementKind.REVERSAL, "reverses_id": "the movement"},
    "uq_place_window_id": {"window_id": "the window"},
    "uq_re_entry_decision_dose_id": {"dose_id": "the dose"},
    "uq_re_entry_decision_release_id": {"release_id": "the re-entry"},
    "uq_staff_badge_code": {"badge_code": "badge"},
    "uq_take_home_decision_replaces_id": {"replaces_id": "the take-home decision"},
    "uq_urine_collection_draw_member_id_turn": {"occasion": UrineOccasion.DRAW, "draw_member_id": "somebody drawn"},
    "uq_telephone_order_release_id": {"kind": TelephoneOrderKind.RELEASE, "release_id": "the re-entry"},
}
"""What both rows need so that a rule over columns that may be empty, or over some rows only, applies to them."""


def unique_rules() -> list[Index | UniqueConstraint]:
    """Return every unique rule; those that hold the key itself only give a reference something to point at."""
    tables = Base.metadata.sorted_tables
    rules: list[Any] = [rule for t in tables for rule in t.constraints if isinstance(rule, UniqueConstraint)]
    rules += [index for t in tables for index in t.indexes if index.unique]
    return [rule for rule in rules if "id" not in rule.columns]


def test_every_unique_rule_refuses_a_second_row(session):
    for rule in unique_rules():
        table, savepoint = rule.table, session.begin_nested()
        rows = Rows(session)
        needed = {c: named(rows, v) for c, v in WHERE_UNIQUE_MATTERS.get(str(rule.name), {}).items()}
        first = rows.add(table.name, **needed)
        same = {*rule.columns.keys(), *needed}
        for reference in table.foreign_key_constraints:
            own = {element.parent.name for element in reference.elements}
            same |= own if own & same else set()

        with refused(session) as broken:
            Rows(session).add(table.name, **{column: first[column] for column in same})
        assert broken == [str(rule.name)]
        savepoint.rollback()


def claim_of(rows: Rows, first: dict[str, Any], **values: Any) -> dict[str, Any]:
    slot = {column: first[column] for column in ("person_id", "clinic_day", "part")}
    return rows.add("claim", **(slot | values))


def release_of(rows: Rows, claim: dict[str, Any]) -> dict[str, Any]:
    slot = {column: claim[column] for column in ("person_id", "clinic_day", "part", "turn")}
    return rows.add("claim_release", claim_id=claim["id"], **slot)


def test_slot_is_taken_again_only_after_its_release(session, rows):
    first = rows.one("claim")
    release = release_of(rows, first)

    second = claim_of(rows, first, turn=2, follows_id=release["id"], follows_turn=1)

    assert second["turn"] == 2
    with refused(session) as broken:
        claim_of(rows, first, turn=2, follows_id=release["id"], follows_turn=1)
    assert broken == ["uq_claim_slot"]


def test_second_turn_cannot_name_the_release_of_another_slot(session, rows):
    first = rows.one("claim")
    other = claim_of(rows, first, part=2, turn=1)
    release = release_of(rows, other)

    with refused_at_commit(session):
        claim_of(rows, first, turn=2, follows_id=release["id"], follows_turn=1)


def test_third_turn_cannot_follow_the_first_release(session, rows):
    first = rows.one("claim")
    release = release_of(rows, first)

    with refused_at_commit(session):
        claim_of(rows, first, turn=3, follows_id=release["id"], follows_turn=2)


def test_release_must_be_of_the_claim_it_names(session, rows):
    first = rows.one("claim")
    slot = {column: first[column] for column in ("person_id", "clinic_day", "turn")}

    with refused_at_commit(session):
        rows.add("claim_release", claim_id=first["id"], part=2, **slot)


def test_container_cannot_hold_a_lot_of_another_product(session, rows):
    lot, other = rows.one("lot"), rows.add("product")

    with refused_at_commit(session):
        rows.add("container", lot_id=lot["id"], product_id=other["id"])


@contextmanager
def refused_at_commit(session) -> Iterator[None]:
    """Expect a reference to be refused, at once or when the savepoint ends."""
    savepoint = session.begin_nested()
    with pytest.raises(IntegrityError, match=r"(?i)foreign key"):
        yield
        savepoint.commit()
    if savepoint.is_active:
        savepoint.rollback()
