"""Forms of programmes: each line stands on a figure of the month, and only the site's own forms are shown."""

import html
import re
from fnmatch import fnmatchcase

import pytest

import models
from dispensary.policy.programme_forms import programme_forms
from dispensary.services import sites
from models.enums import Role, SettingKey, Sex
from reports import month, page
from reports import programme_forms as report
from tests import february
from tests.february import FIRST

FORMS = list(programme_forms())


def named(session, world, value):
    sites.change_setting(session, key=SettingKey.PROGRAMME_FORMS, value=value, effective_on=world.day, act=world.act())
    session.commit()


@pytest.fixture
def head(client, session, world):
    return client.sign_in(session, world, world.staff[Role.CLINIC_HEAD], at_window=False)


def test_every_line_of_every_form_stands_on_a_figure(session, world):
    people = february.lay(session, world)
    february.lay_the_rest(session, world, people)
    about = page.heading(session, world.site.id, *month.days_of(FIRST), printed_by="Hanna", printed_at=world.at)
    made = month.figures(session, world.site.id, today=world.day, about=about)
    keys = [one.key for section in made.sections for one in section.figures]

    for form in programme_forms().values():
        assert form.citation and form.words and form.asked_by
        for line in form.lines:
            assert any(fnmatchcase(key, line.figure) for key in keys), (form.key, line.figure)
        filled = report.figures(form, made)
        assert [one.code for one in filled.lines][:1] == [form.lines[0].code]
        assert all(
            len(one.figure.people) == 0 or one.figure.n is None or len(one.figure.people) >= 5 for one in filled.lines
        )


def test_everybody_of_kp_mat_is_on_its_form_by_sex_and_by_age(session, world):
    people = february.lay(session, world)
    ann = session.get_one(models.Person, people["ann"])
    ann.sex, ann.birth_date = Sex.OTHER, None
    about = page.heading(session, world.site.id, *month.days_of(FIRST), printed_by="Hanna", printed_at=world.at)
    made = month.figures(session, world.site.id, today=world.day, about=about)
    on_form = {line.figure for line in programme_forms()["kp_mat"].lines}

    for by in ("kp-mat-by-sex", "kp-mat-by-age"):
        (section,) = [one for one in made.sections if one.key == by]
        assert {one.key for one in section.figures} <= on_form
        assert sum(one.n for one in section.figures) == made.figure("kp-mat").n > 0


@pytest.mark.parametrize("form", FORMS)
def test_a_form_that_the_site_has_named_is_shown_and_printed(head, session, world, form):
    named(session, world, form)

    shown = head.get(f"/programme-forms/{form}?month=2026-02").text
    assert programme_forms()[form].title in shown
    assert head.get(f"/programme-forms/{form}.csv?month=2026-02").data.startswith("\ufeffLine,What".encode())
    printed = head.send(f"/programme-forms/{form}.pdf", {"paper": "A4"}, page=f"/programme-forms/{form}?month=2026-02")
    assert printed.data.startswith(b"%PDF")


def test_each_number_of_a_form_opens_its_rows_for_whoever_sees_people(client, head, session, world):
    people = february.lay(session, world)
    february.lay_the_rest(session, world, people)
    named(session, world, "moh_monthly")

    page = head.get("/programme-forms/moh_monthly?month=2026-02").text

    numbers = re.findall(r'<td class="num">(?:<a href="([^"]+)">)?[^<%]+<', page)
    assert numbers and "Counts of people from 1 to 4 are not shown" in page
    address = next(one for one in numbers if "census-end" in one)
    assert head.get(html.unescape(address)).status_code == 200
    assert "stock-counted-wrong" not in page, "only what there is of each product"
    client.sign_in(session, world, world.staff[Role.INSPECTOR], at_window=False)
    assert "/rows?" not in client.get("/programme-forms/moh_monthly?month=2026-02").text


def test_only_the_sites_own_forms_are_listed_and_in_the_menu(head, session, world):
    assert "Programme forms" not in head.get("/month").text
    assert head.get("/programme-forms/atlantis").status_code == 404

    named(session, world, "commissioner kp_mat")

    listed = head.get("/programme-forms").text
    assert listed.index("planned exits") < listed.index("KP_MAT") and "731" not in listed
    assert "Programme forms" in head.get("/month").text


@pytest.mark.parametrize("value", ["atlantis", "kp_mat kp_mat", "kp_mat none", "kp_mat, commissioner"])
def test_forms_that_there_are_not_cannot_be_named(session, world, value):
    from dispensary.rules.site_settings import fault_of

    assert fault_of(SettingKey.PROGRAMME_FORMS, value) is not None
    assert fault_of(SettingKey.PROGRAMME_FORMS, "kp_mat commissioner") is None
