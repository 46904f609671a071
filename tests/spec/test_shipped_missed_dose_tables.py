"""What each shipped missed-dose table does, as if it alone were in force. One line a case: drug, last dose, days, what is done.

`used`: a full agonist since the last dose. `does`: give, watch (give if not intoxicated), hold (and call the prescriber) or
anew (hold, the prescriber starts anew). `row`: which row of the table decided, `-` where it is silent and the house limit
of three days holds. `mg`: what is suggested to the prescriber, never above the last dose, `-` nothing.
Source: clinical-rules §§1.1, 1.2, 1.4; the profiles under their names.
"""

from datetime import date

import pytest

from dispensary.policy.profiles import SHIPPED, load
from dispensary.rules.what_if import Case, as_if_in_force, try_out
from models.enums import Answer, Medication, ReEntryAction, TreatmentPhase
from models.units import mg

TODAY = date(2026, 3, 5)
PROFILES = {profile.id: profile for profile in load([SHIPPED])}
DRUGS = {"methadone": Medication.METHADONE, "buprenorphine": Medication.BUPRENORPHINE_NALOXONE}
DOES = {
    "give": ReEntryAction.GIVE,
    "watch": ReEntryAction.GIVE_IF_NOT_INTOXICATED,
    "hold": ReEntryAction.HOLD_NOTIFY,
    "anew": ReEntryAction.HOLD_REINDUCT,
}

TABLE = """
profile                     | drug          | last | days | used    | does  | row | mg
au-methadone-2003           | methadone     | 100  | 1    | unknown | give  | 1   | -
au-methadone-2003           | methadone     | 100  | 2    | unknown | watch | 2   | -
au-methadone-2003           | methadone     | 100  | 3    | unknown | hold  | 3   | 50
au-methadone-2003           | methadone     | 100  | 4    | unknown | hold  | 4   | 40
au-methadone-2003           | methadone     | 60   | 4    | unknown | hold  | 4   | 30
au-methadone-2003           | methadone     | 100  | 5    | unknown | anew  | 5   | -
au-methadone-2003           | methadone     | 100  | 40   | unknown | anew  | 5   | -
ca-on-metaphi-2021          | methadone     | 100  | 2    | unknown | give  | -   | -
ca-on-metaphi-2021          | methadone     | 100  | 3    | unknown | hold  | -   | -
ca-on-metaphi-2021          | methadone     | 100  | 4    | unknown | hold  | 1   | 50
ca-on-metaphi-2021          | methadone     | 50   | 4    | unknown | hold  | 1   | 30
ca-on-metaphi-2021          | methadone     | 25   | 4    | unknown | hold  | 1   | 25
ca-on-metaphi-2021          | methadone     | 100  | 5    | unknown | anew  | 2   | 30
ca-on-metaphi-2021          | methadone     | 20   | 5    | unknown | anew  | 2   | 20
ca-on-metaphi-2021          | methadone     | -    | 4    | unknown | hold  | 1   | -
ca-bc-ppp66-bup-2024        | buprenorphine | 16   | 5    | no      | give  | 1   | -
ca-bc-ppp66-bup-2024        | buprenorphine | 16   | 6    | no      | anew  | 2   | -
ca-bc-ppp66-bup-2024        | buprenorphine | 16   | 3    | yes     | give  | 3   | -
ca-bc-ppp66-bup-2024        | buprenorphine | 16   | 4    | yes     | anew  | 4   | -
ca-bc-ppp66-bup-2024        | buprenorphine | 16   | 3    | unknown | give  | 3   | -
ca-bc-ppp66-bup-2024        | buprenorphine | 16   | 5    | unknown | anew  | 4   | -
ca-bc-ppp66-bup-2024        | methadone     | 60   | 3    | no      | hold  | -   | -
uk-orange-2017-missed-doses | methadone     | 60   | 2    | unknown | give  | -   | -
uk-orange-2017-missed-doses | methadone     | 60   | 3    | unknown | hold  | 1   | -
uk-orange-2017-missed-doses | methadone     | 60   | 5    | unknown | hold  | 2   | -
uk-orange-2017-missed-doses | buprenorphine | 16   | 2    | unknown | give  | 1   | -
uk-orange-2017-missed-doses | buprenorphine | 16   | 3    | no      | hold  | 2   | -
uk-orange-2017-missed-doses | buprenorphine | 16   | 5    | no      | hold  | 3   | -
vn-3140-2010                | methadone     | 90   | 3    | unknown | give  | 1   | -
vn-3140-2010                | methadone     | 90   | 4    | unknown | hold  | 2   | 45
vn-3140-2010                | methadone     | 90   | 5    | unknown | hold  | 2   | 45
vn-3140-2010                | methadone     | 90   | 6    | unknown | anew  | 3   | -
"""


def rows():
    lines = [[cell.strip() for cell in line.split("|")] for line in TABLE.strip().splitlines()]
    return [pytest.param(*line, id=" ".join(line)) for line in lines[1:]]


@pytest.mark.parametrize(("profile", "drug", "last", "days", "used", "does", "row", "suggested"), rows())
def test_what_each_table_does_in_maintenance(profile, drug, last, days, used, does, row, suggested):
    last_mg = None if last == "-" else mg(last)
    case = Case(DRUGS[drug], TreatmentPhase.MAINTENANCE, last_mg, int(days), None, Answer(used))

    verdict = try_out(case, as_if_in_force(PROFILES[profile], TODAY), hold_from=3, on=TODAY).verdict

    assert verdict.action is DOES[does]
    assert (str(verdict.fired.row_number) if verdict.fired else "-") == row
    assert verdict.suggestion_mg == (None if suggested == "-" else mg(suggested))


@pytest.mark.parametrize("profile", [p.id for p in PROFILES.values() if p.missed_doses])
def test_in_induction_every_table_is_silent_and_the_house_holds_from_two_days(profile):
    drug = PROFILES[profile].missed_doses[0].medications[0]
    tables = as_if_in_force(PROFILES[profile], TODAY)
    cases = [Case(drug, TreatmentPhase.INDUCTION, mg("20"), days, None, Answer.NO) for days in (1, 2)]

    assert [try_out(case, tables, hold_from=2, on=TODAY).verdict.holds for case in cases] == [False, True]
