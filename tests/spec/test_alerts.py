"""What about somebody's health is shown before a dose. One line a case: what is on record, what is ordered, what is shown.

Read with the shipped list, `dispensary/policy/profiles/alerts-2026.toml`. Every alert is shown and none stops a dose.
Naloxone is held in every case but those about it. Source: product.md §3 (clinical alerts); clinical-rules §3, rows QTc.
"""

from dataclasses import fields, replace
from datetime import date

import pytest

from dispensary.policy.alerts import AlertList
from dispensary.policy.profiles import SHIPPED, load
from dispensary.policy.stack import alert_list
from dispensary.rules.alerts import HealthSeen, Severity, alerts_for, keys_of, words_of
from dispensary.rules.dosing import DosingFacts
from models.enums import HealthFactKind, Medication
from models.units import mg

TODAY = date(2026, 11, 23)
LIST = alert_list(load([SHIPPED]), [], TODAY)
METHADONE, BUPRENORPHINE = Medication.METHADONE, Medication.BUPRENORPHINE_NALOXONE
ASK, WATCH, KNOWN, NOT_HELD = Severity.ASK_FIRST, Severity.WATCH, Severity.KNOWN, Severity.NOT_HELD

FACT = HealthSeen(1, HealthFactKind.MEDICINE, "", "", None, date(2026, 11, 1), None, new=False)
NALOXONE = replace(FACT, id=99, kind=HealthFactKind.NALOXONE)


def takes(text, until=None, item=""):
    return replace(FACT, text=text, until_on=until, item=item)


def allergic(text):
    return replace(FACT, kind=HealthFactKind.ALLERGY, text=text)


def pregnant(expected=None):
    return replace(FACT, kind=HealthFactKind.PREGNANCY, until_on=expected)


def qtc(ms, measured=date(2026, 11, 1), number=1):
    return replace(FACT, id=number, kind=HealthFactKind.QTC, qtc_ms=ms, noted_on=measured)


def shown(facts, medication=METHADONE, amount="80", listed=LIST, on=TODAY):
    alerts = alerts_for([*facts, NALOXONE], listed, medication, mg(amount), on)
    return [alert for alert in alerts if alert.kind is not HealthFactKind.NALOXONE]


@pytest.mark.parametrize(
    ("on_record", "medication", "amount", "severity", "keys"),
    [
        # medicine                                     with           a day   shown as  what the list says
        (takes("Diazepam 10 mg at night"),             METHADONE,     "80",   ASK,      {"benzodiazepine"}),
        (takes("diazepam10mg"),                        BUPRENORPHINE, "16",   ASK,      {"benzodiazepine"}),
        (takes("Ｄｉａｚｅｐａｍ"),                      METHADONE,     "80",   ASK,      {"benzodiazepine"}),
        (takes("alcohol, daily"),                      METHADONE,     "80",   ASK,      {"sedative"}),
        (takes("tramadol"),                            METHADONE,     "80",   ASK,      {"opioid"}),
        (takes("Rifampicin"),                          METHADONE,     "80",   WATCH,    {"inducer"}),
        (takes("rifampicin"),                          BUPRENORPHINE, "16",   WATCH,    {"inducer"}),
        (takes("carbamazepine"),                       METHADONE,     "80",   WATCH,    {"inducer"}),
        (takes("Phénytoin"),                           METHADONE,     "80",   WATCH,    {"inducer"}),
        (takes("St. John's wort tea"),                 METHADONE,     "80",   WATCH,    {"inducer"}),
        (takes("phenobarbital"),                       METHADONE,     "80",   ASK,      {"phenobarbital"}),
        (takes("efavirenz"),                           METHADONE,     "80",   WATCH,    {"antiretroviral"}),
        (takes("nevirapine"),                          BUPRENORPHINE, "16",   WATCH,    {"antiretroviral"}),
        (takes("fluconazole 150 mg"),                  METHADONE,     "80",   WATCH,    {"inhibitor-qt"}),
        (takes("fluvoxamine"),                         METHADONE,     "80",   WATCH,    {"inhibitor"}),
        (takes("citalopram"),                          METHADONE,     "80",   WATCH,    {"qt"}),
        (takes("citalopram"),                          BUPRENORPHINE, "16",   KNOWN,    set()),
        (takes("moxifloxacin"),                        METHADONE,     "80",   WATCH,    {"qt"}),
        (takes("quetiapine"),                          METHADONE,     "80",   ASK,      {"quetiapine"}),
        (takes("quetiapine"),                          BUPRENORPHINE, "16",   ASK,      {"quetiapine"}),
        (takes("naltrexone"),                          METHADONE,     "80",   ASK,      {"antagonist"}),
        (takes("naltrexone"),                          BUPRENORPHINE, "16",   ASK,      {"antagonist"}),
        (takes("pentazocine"),                         METHADONE,     "80",   ASK,      {"mixed-agonist"}),
        (takes("diazepam and rifampicin"),             METHADONE,     "80",   ASK,      {"benzodiazepine", "inducer"}),
        (takes("little white pills", item="sedative"), METHADONE,     "80",   ASK,      {"sedative"}),
        (takes("paracetamol"),                         METHADONE,     "80",   KNOWN,    set()),
        (takes("diazepamol"),                          METHADONE,     "80",   KNOWN,    set()),
        (takes("rifampicin", until=TODAY),             METHADONE,     "80",   WATCH,    {"inducer"}),
        # allergy
        (allergic("penicillin (rash)"),                METHADONE,     "80",   WATCH,    set()),
        (allergic("methadone (swelling)"),             METHADONE,     "80",   ASK,      {"allergy-to-methadone"}),
        (allergic("methadone (swelling)"),             BUPRENORPHINE, "16",   WATCH,    set()),
        (allergic("Naloxone"),                         BUPRENORPHINE, "16",   ASK,      {"allergy-to-naloxone"}),
        # pregnancy
        (pregnant(),                                   METHADONE,     "80",   WATCH,    {"pregnancy"}),
        (pregnant(date(2027, 3, 1)),                   BUPRENORPHINE, "16",   WATCH,    {"pregnancy"}),
        # QTc
        (qtc(430),                                     METHADONE,     "80",   KNOWN,    set()),
        (qtc(449),                                     METHADONE,     "80",   KNOWN,    set()),
        (qtc(450),                                     METHADONE,     "80",   WATCH,    {"qtc-discuss"}),
        (qtc(499),                                     METHADONE,     "80",   WATCH,    {"qtc-discuss"}),
        (qtc(500),                                     METHADONE,     "80",   ASK,      {"qtc-specialist"}),
        (qtc(520),                                     BUPRENORPHINE, "16",   KNOWN,    set()),
        (qtc(430),                                     METHADONE,     "120",  KNOWN,    set()),
    ],
)  # fmt: skip
def test_what_is_on_record_is_shown_with_what_the_list_says_of_it(on_record, medication, amount, severity, keys):
    (alert,) = shown([on_record], medication, amount)

    assert (alert.severity, {entry.key for entry in alert.says}) == (severity, keys)
    assert alert.words == words_of(on_record)
    assert alert.at_the_window


@pytest.mark.parametrize(
    ("on_record", "on", "remark"),
    [
        (qtc(430, measured=date(2025, 11, 24)), TODAY, None),
        (qtc(430, measured=date(2025, 11, 23)), TODAY, "Measured 12 months ago: ask for a new ECG."),
        (qtc(430, measured=date(2025, 9, 10)), TODAY, "Measured 14 months ago: ask for a new ECG."),
        (pregnant(date(2026, 11, 23)), TODAY, None),
        (pregnant(date(2026, 11, 22)), TODAY, "The day has passed: ask how it went, and enter it."),
        (takes("diazepam"), TODAY, None),
        (takes("paracetamol"), TODAY,
         "Not on this site's list, which does not make it safe: ask the prescriber if in doubt."),
    ],
)  # fmt: skip
def test_what_follows_from_the_days_is_said_too(on_record, on, remark):
    (alert,) = shown([on_record], on=on)

    said = alert.remark and alert.remark.msgid % alert.remark.values
    assert said == remark


def test_an_old_qtc_is_remarked_on_only_where_the_list_says_how_old():
    silent = AlertList(tuple(e for e in LIST.entries if e.after_months is None), approved=True)

    (alert,) = shown([qtc(430, measured=date(2020, 1, 1))], listed=silent)

    assert alert.remark is None


def test_only_the_newest_qtc_counts():
    (alert,) = shown([qtc(510, date(2026, 2, 1)), qtc(440, date(2026, 11, 1), number=2)])

    assert (alert.severity, alert.words.values["qtc_ms"]) == (KNOWN, 440)


def test_a_course_that_ended_is_shown_no_more():
    assert shown([takes("rifampicin", until=date(2026, 11, 22))]) == []


@pytest.mark.parametrize(
    ("amount", "medication", "asked"), [("100", METHADONE, 0), ("101", METHADONE, 1), ("32", BUPRENORPHINE, 0)]
)
def test_above_100_mg_of_methadone_without_a_qtc_an_ecg_is_asked_for_on_the_persons_page(amount, medication, asked):
    alerts = shown([], medication, amount)

    assert [(a.severity, a.at_the_window) for a in alerts] == [(NOT_HELD, False)] * asked


def test_naloxone_never_supplied_is_a_calm_offer_and_not_at_the_window():
    (alert,) = alerts_for([], LIST, METHADONE, mg("80"), TODAY)

    assert (alert.kind, alert.severity, alert.at_the_window) == (HealthFactKind.NALOXONE, NOT_HELD, False)
    assert "Offer" in alert.says[0].to_do


def test_naloxone_that_is_held_is_on_record():
    (alert,) = alerts_for([NALOXONE], LIST, METHADONE, mg("80"), TODAY)

    assert (alert.severity, alert.says) == (KNOWN, ())


def test_the_most_pressing_stands_first():
    alerts = shown([takes("paracetamol"), pregnant(), takes("diazepam"), replace(allergic("latex"), new=True)])

    assert [(alert.severity, alert.new) for alert in alerts] == [
        (ASK, False),
        (WATCH, True),
        (WATCH, False),
        (KNOWN, False),
    ]


def test_what_came_since_the_last_dose_is_new():
    (alert,) = shown([replace(takes("diazepam"), new=True)])

    assert alert.new


def test_without_an_order_whatever_the_list_says_of_any_drug_is_shown():
    (alert,) = [a for a in alerts_for([takes("quetiapine"), NALOXONE], LIST, None, None, TODAY)
                if a.kind is HealthFactKind.MEDICINE]  # fmt: skip

    assert len(alert.says) == 2


def test_a_list_that_cannot_be_read_hides_nothing_that_was_entered():
    alerts = shown([takes("diazepam"), pregnant(), qtc(510)], listed=AlertList(readable=False))

    assert len(alerts) == 3
    assert all(alert.says == () for alert in alerts)


def test_names_in_scripts_without_blanks_are_found_within_the_text():
    own = replace(next(e for e in LIST.entries if e.key == "benzodiazepine"), names=("地西泮",))

    assert keys_of("地西泮片 5毫克", [own]) == {"benzodiazepine"}


def test_no_alert_can_be_a_reason_to_withhold():
    known_to_the_rules = {field.name for field in fields(DosingFacts)}

    assert not {name for name in known_to_the_rules if "health" in name or "alert" in name}


def test_only_the_newest_naloxone_is_seen():
    older = replace(NALOXONE, id=98, noted_on=date(2026, 5, 1))

    held = [a for a in alerts_for([older, NALOXONE], LIST, METHADONE, mg("80"), TODAY) if a.kind is NALOXONE.kind]

    assert [alert.words.values["id"] for alert in held] == [NALOXONE.id]
