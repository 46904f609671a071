"""Days that an address asks for: whatever stands there is answered in words, at both ends of the calendar as well."""

import pytest

from models.enums import Role

PAGES = ("/journey/counts", "/indicators", "/risk/evaluation", "/paper/log", "/figures/reasons")
ENDS = ("from=0001-01-01&until=0001-01-05", "from=9999-12-01&until=9999-12-31")


@pytest.mark.parametrize("path", PAGES)
@pytest.mark.parametrize("days", ENDS)
def test_days_in_no_clinics_time_are_refused_in_words(client, session, world, path, days):
    client.sign_in(session, world, world.staff[Role.CLINIC_HEAD])

    answer = client.get(f"{path}?{days}")

    assert answer.status_code == 422
    assert "Nothing is on record of such days" in answer.text
