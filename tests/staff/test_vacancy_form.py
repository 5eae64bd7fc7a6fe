"""A whole vacancy as staff write it: every field, its choices, its warnings, and who may write it."""

import datetime
import re

import pytest

from careers.models.notice import Notice
from careers.models.procurement import ProcurementNotice
from careers.models.vacancy import Vacancy
from tests.helpers.admin import address_of, confirm, make_colleague, post, send, take
from tests.helpers.drafts import public_page
from tests.helpers.factories import (
    make_amendment,
    make_form,
    make_place,
    make_procurement_notice,
    make_programme,
    make_vacancy,
    make_version,
)
from tests.helpers.forms import errors, fill_form, section_titles
from tests.helpers.pages import read

ADD = "/admin/careers/vacancy/add/"
OPEN = Notice.closing_moment(datetime.date(2026, 6, 30))
PAST = Notice.closing_moment(datetime.date(2026, 5, 20))
SUBMISSION = {"submission_email": "hr@example.org"}


def choices(staff, notice, name) -> list[tuple[str, str]]:
    field = staff.get(address_of(notice)).context["adminform"].form.fields[name]
    return [(str(getattr(value, "value", value)), str(label)) for value, label in field.choices]


# --- Every field ------------------------------------------------------------------------------


def test_every_field_of_a_draft_is_saved_and_read_back(clock, staff):
    version = make_version(dated="2021")
    given = {
        "title_en": "Driver", "slug": "driver", "reference": "VN2026.07",
        "closing_date": "20 May 2026", "closing_hour": "17:00", "posted_on": "1 May 2026",
        "grade": "G2", "duty_station": str(make_place().pk), "organizational_unit_en": "Operations",
        "contract": "fixed-term", "working_time": "full-time", "appointment_type_en": "Fixed term, one year",
        "duration_en": "One year", "starts_en": "As soon as possible",
        "eligibility": "nationals", "tier": "internal-first",
        "body_en": "<p>Text.</p>", "context_en": "<p>Context.</p>", "responsibilities_en": "<p>Drive.</p>",
        "qualifications_en": "<p>A licence.</p>", "languages_en": "<p>Lao.</p>", "competencies_en": "<p>Care.</p>",
        "submission_email": "hr@example.org", "submission_link": "https://example.org/apply",
        "submission_address_en": "UN House\r\nVientiane", "contact_en": "The Human Resources unit",
        "form": str(version.form_id), "form_version": str(version.pk),
        "what_next_en": "<p>A test.</p>", "results_expected_by": "1 July 2026",
        "outcome": "re-advertised", "outcome_note_en": "Too few applied.",
        "readvertised_as": str(make_vacancy().pk),
        "information_date": "May 2026", "review_due": "1 September 2026", "reviewed_on": "30 May 2026",
    }  # fmt: skip
    rich = {"body_lo", "context_lo", "responsibilities_lo", "qualifications_lo", "languages_lo",
            "competencies_lo", "what_next_lo"}  # fmt: skip
    empty = fill_form(staff.get(ADD))
    offered = {name for name in empty if not name.startswith(("csrf", "initial-", "_"))}
    lao = {name for name in offered if name.endswith("_lo")}
    assert offered == {*given, *lao} - {"outcome", "outcome_note_en", "readvertised_as"}
    assert rich < lao
    given |= {name: "<p>ລາວ</p>" if name in rich else "ລາວ" for name in lao}
    response = staff.post(ADD, fill_form(staff.get(ADD), **given))
    assert response.status_code == 302, errors(response)
    draft = Vacancy.objects.get(slug="driver")
    kept = fill_form(staff.get(address_of(draft)))
    assert {name: kept[name] for name in given} == {name: [value] for name, value in given.items()}
    assert draft.closes_at == Notice.closing_moment(datetime.date(2026, 5, 20), datetime.time(17))
    assert not Vacancy.objects.live(OPEN).filter(slug="driver").exists()
    assert read(staff, "/careers/vacancies/driver/").status == 404


def test_the_outcome_is_a_section_of_its_own_once_the_deadline_is_past(clock, staff):
    sections = ["Basics", "Text", "Apply", "Lao", "Publishing"]
    assert section_titles(staff.get(ADD)) == sections
    assert section_titles(staff.get(address_of(make_vacancy(closes_at=OPEN, state="draft")))) == sections
    closed = make_vacancy(closes_at=PAST, state="draft")
    assert section_titles(staff.get(address_of(closed))) == [*sections, "Outcome"]
    too_early = send(staff, make_vacancy(closes_at=OPEN, state="draft"), outcome="filled")
    assert list(errors(too_early)) == ["outcome"]
    assert section_titles(too_early)[-1] == "Outcome"


def test_the_form_begins_with_how_the_notice_stands_and_leads_to_its_deadline(clock, staff):
    soon = Notice.closing_moment(datetime.date(2026, 6, 2))
    for given, stands in (
        ({"closes_at": OPEN}, "Live"),
        ({"closes_at": soon}, "Live · Closing soon"),
        ({"closes_at": PAST}, "Closed, no outcome"),
        ({"closes_at": PAST, "outcome": "cancelled"}, "Closed"),
        ({"closes_at": PAST, "state": "withdrawn", "withdrawal_reason_en": "A mistake."}, "Withdrawn"),
        ({"closes_at": OPEN, "publish_from": OPEN}, "Scheduled"),
    ):
        notice = make_vacancy(**given)
        page = staff.get(address_of(notice)).content.decode()
        assert " · ".join(re.findall(r'<span class="status \w+">(.*?)</span>', page)) == stands
        assert ('name="_then" value="deadline"' in page) is (notice.state == "published")


def test_the_form_says_in_words_when_the_notice_closes_also_when_it_comes_back_with_an_error(clock, staff):
    notice = make_vacancy(closes_at=Notice.closing_moment(datetime.date(2026, 6, 20), datetime.time(17)))
    words = "Closes Saturday 20 June 2026 at 17:00. In 19 days. Saturday is not a working day.</output>"
    assert words in staff.get(address_of(notice)).content.decode()
    assert words in send(staff, notice, title_en="").content.decode()


# --- Who may apply ----------------------------------------------------------------------------


def test_any_nationality_for_a_local_grade_is_refused_beside_the_field(clock, staff):
    notice = make_vacancy(state="draft", grade="P3", eligibility="any")
    refused = send(staff, notice, grade="NOB")
    message = (
        "Grade NOB (National Professional Officer) is for nationals and residents of Lao PDR. Choose one of "
        "these, or correct the grade."
    )
    assert errors(refused) == {"eligibility": [message]}
    kept = fill_form(refused)
    assert (kept["grade"], kept["eligibility"]) == (["NOB"], ["any"])
    assert send(staff, notice, grade="NOB", eligibility="residents").status_code == 302
    internal = make_vacancy(state="draft", grade="P3", eligibility="any")
    assert send(staff, internal, tier="internal-only").status_code == 302


def test_a_notice_that_contradicts_its_grade_shows_one_of_the_two_and_can_be_extended(clock, client, staff):
    notice = make_vacancy(slug="officer", grade="G5", eligibility="any", closes_at=OPEN, **SUBMISSION)
    page = read(client, "/careers/vacancies/officer/")
    assert "People of any nationality" in page
    assert "recruited locally" not in page
    response = take(staff, notice, "deadline", closing_date="7 July 2026", deadline_reason="A holiday.")
    assert response.status_code == 302
    notice.refresh_from_db()
    assert notice.closing_day == datetime.date(2026, 7, 7)


# --- Choices ----------------------------------------------------------------------------------


def test_a_notice_is_offered_and_accepts_the_outcomes_of_its_kind(clock, staff):
    for make, own, of_the_other in (
        (make_vacancy, "Filled", "awarded"),
        (make_procurement_notice, "Awarded", "filled"),
    ):
        notice = make(closes_at=PAST)
        page = staff.get(address_of(notice))
        field = page.context["adminform"].form.fields["outcome"]
        assert [str(label) for _, label in field.choices] == [
            "No outcome yet", "Under review", own, "Cancelled", "Advertised again",
        ]  # fmt: skip
        form = fill_form(page)
        assert list(errors(staff.post(address_of(notice), form | {"outcome": of_the_other}))) == ["outcome"]
        assert post(staff, notice, form | {"outcome": "cancelled"}).status_code == 302
        notice.refresh_from_db()
        assert notice.outcome == "cancelled"


def test_a_successor_is_chosen_among_the_others_of_its_kind_the_newest_first(clock, staff):
    old = make_vacancy(title_en="Driver", reference="VN1", closes_at=OPEN)
    clock.shift(60)
    notice = make_vacancy(title_en="Driver", closes_at=PAST)
    clock.shift(60)
    new = make_vacancy(title_en="Driver", closes_at=OPEN + datetime.timedelta(days=1), state="draft")
    make_procurement_notice()
    assert choices(staff, notice, "readvertised_as") == [
        ("", "---------"),
        (str(new.pk), "Driver · 1 July 2026 · Draft"),
        (str(old.pk), "Driver · VN1 · 30 June 2026"),
    ]
    form = fill_form(staff.get(address_of(notice)))
    for given in (
        {"outcome": "re-advertised", "readvertised_as": notice.pk},
        {"outcome": "cancelled", "readvertised_as": new.pk},
    ):
        assert list(errors(staff.post(address_of(notice), form | given))) == ["readvertised_as"], given
    given = {"outcome": "re-advertised", "readvertised_as": new.pk}
    assert post(staff, notice, form | given).status_code == 302
    notice.refresh_from_db()
    assert notice.readvertised_as == new


def test_a_successor_that_is_no_longer_among_the_newest_stays_chosen(clock, staff, monkeypatch):
    monkeypatch.setattr("careers.forms.SUCCESSORS", 2)
    successor = make_vacancy(title_en="The successor")
    notice = make_vacancy(closes_at=PAST, outcome="re-advertised", readvertised_as=successor)
    make_vacancy(title_en="Older"), make_vacancy(title_en="Newer"), make_vacancy(title_en="Newest")
    offered = [label.partition(" · ")[0] for _, label in choices(staff, notice, "readvertised_as")]
    assert sorted(offered[1:]) == ["Newer", "Newest", "The successor"]
    assert send(staff, notice, title_en="Another title").status_code == 302
    notice.refresh_from_db()
    assert (notice.title_en, notice.readvertised_as) == ("Another title", successor)


def test_a_version_is_offered_with_its_form_language_and_date_and_says_which_form_is_meant(clock, staff):
    history, medical = make_form(title_en="Personal History Form"), make_form(title_en="Medical form")
    make_version(form=history, language="lo"), make_version(form=medical, dated="2020-05")
    version = make_version(form=history, dated="2021")
    notice = make_vacancy()
    page = staff.get(address_of(notice))
    labels = [str(label) for _, label in page.context["adminform"].form.fields["form_version"].choices]
    assert labels == [
        "---------", "Medical form: English, May 2020", "Personal History Form: English, 2021",
        "Personal History Form: Lao",
    ]  # fmt: skip
    form = fill_form(page, form_version=str(version.pk))
    other = staff.post(address_of(notice), form | {"form": medical.pk})
    assert list(errors(other)) == ["form_version"]
    assert post(staff, notice, form | {"form": ""}).status_code == 302
    notice.refresh_from_db()
    assert (notice.form, notice.form_version) == (history, version)


def test_a_version_that_a_vacancy_names_cannot_be_deleted(clock, staff):
    version = make_version()
    make_vacancy(title_en="Driver", form=version.form, form_version=version)
    response = send(staff, version.form, **{"versions-0-DELETE": "on"})
    assert response.status_code == 200
    assert "Driver" in errors(response)[""][0]
    assert version.form.versions.get() == version


# --- Ways to apply ----------------------------------------------------------------------------


def test_a_way_to_apply_that_leads_nowhere_is_refused_and_a_link_is_meant_as_https(clock, staff):
    notice = make_vacancy()
    form = fill_form(staff.get(address_of(notice)))
    for field, typed in (
        ("submission_email", "a@example.org, b@example.org"),
        ("submission_link", "hr@example.org"),
        ("submission_link", "mailto:hr@example.org"),
        ("submission_link", "the form"),
    ):
        response = staff.post(address_of(notice), form | {field: typed})
        assert list(errors(response)) == [field], typed
        assert fill_form(response)[field] == [typed]
    assert post(staff, notice, form | {"submission_link": "example.org/form"}).status_code == 302
    notice.refresh_from_db()
    assert notice.submission_link == "https://example.org/form"


def test_an_email_a_link_or_an_address_is_a_way_to_submit():
    ways = SUBMISSION, {"submission_link": "https://example.org/"}, {"submission_address_en": "UN House"}
    assert all(Vacancy(**way).ways_to_submit for way in ways)
    assert not Vacancy(contact_en="The Human Resources unit").ways_to_submit


def test_who_publishes_a_job_that_reliefweb_will_not_carry_reads_why(clock, staff, settings):
    notice = make_vacancy(state="draft", closes_at=OPEN, **SUBMISSION)
    address = address_of(notice, "publish/")
    assert staff.get(address).context["hints"] == []
    settings.RELIEFWEB_SOURCE = 1255
    page = staff.get(address)
    (hint,) = page.context["hints"]
    assert hint.startswith("ReliefWeb will not carry this job. ")
    assert "ReliefWeb takes 400 to" in page.content.decode()
    assert confirm(staff, notice).status_code == 302


# --- Amendments -------------------------------------------------------------------------------


def test_what_was_corrected_is_said_in_an_amendment_once_visitors_have_read_the_notice(clock, staff):
    draft = make_vacancy(state="draft", closes_at=OPEN)
    assert "amendments-TOTAL_FORMS" not in fill_form(staff.get(ADD))
    assert "amendments-TOTAL_FORMS" not in fill_form(staff.get(address_of(draft)))
    notice = make_vacancy(closes_at=OPEN)
    row = {"amendments-TOTAL_FORMS": "1", "amendments-0-text_en": "The place was corrected."}
    response = send(staff, notice, **row)
    assert response.status_code == 302, errors(response)
    assert "The place was corrected." in read(staff, notice.get_absolute_url())
    assert list(errors(send(staff, notice, **{"amendments-0-text_en": " "}))) == ["text_en"]
    assert notice.amendments.get().text == "The place was corrected."


# --- Who may --------------------------------------------------------------------------------


@pytest.fixture
def colleague(clock, client, db):
    """A client signed in as one who may do what is named: `colleague("change_vacancy", …)`."""

    def signed_in(*rights: str):
        client.force_login(make_colleague(*rights))
        return client

    return signed_in


def test_who_may_edit_vacancies_alone_writes_all_of_a_vacancy_and_nothing_else(clock, colleague):
    desk = colleague("view_vacancy", "add_vacancy", "change_vacancy", "publish_vacancy")
    notice = make_vacancy(closes_at=OPEN, **SUBMISSION)
    for day, reason in (("2026-07-07", "Rain."), ("2026-07-08", "More rain.")):
        clock.shift(60)
        response = send(
            desk, notice, closing_date=day, deadline_reason=reason,
            **{"amendments-TOTAL_FORMS": "1", "amendments-0-text_en": f"Because of this: {reason}"},
        )  # fmt: skip
        assert response.status_code == 302, errors(response)
    assert [change.reason for change in notice.deadline_changes.order_by("before")] == ["Rain.", "More rain."]
    change = notice.deadline_changes.order_by("before").first()
    reasons = {f"reason_en_{each.pk}": each.reason_en for each in notice.deadline_changes.all()}
    take(desk, notice, "reasons", **reasons | {f"reason_en_{change.pk}": "Heavy rain."})
    assert sorted(change.reason for change in notice.deadline_changes.all()) == ["Heavy rain.", "More rain."]
    closing = {"title_en": "Nurse", "slug": "nurse", "closing_date": "2026-06-30"}
    assert desk.post(ADD, fill_form(desk.get(ADD), **closing)).status_code == 302

    assert [
        model["object_name"] for group in desk.get("/admin/").context["app_list"] for model in group["models"]
    ] == ["Vacancy"]
    assert desk.get(f"/admin/careers/vacancy/{notice.pk}/delete/").status_code == 403
    for row in (make_procurement_notice(), make_form(), make_programme()):
        app = row._meta.app_label
        assert desk.get(f"/admin/{app}/{row._meta.model_name}/{row.pk}/change/").status_code == 403
        assert desk.post(f"/admin/{app}/{row._meta.model_name}/{row.pk}/change/", {}).status_code == 403
    assert ProcurementNotice.objects.get().documents.count() == 0


def test_who_writes_drafts_alone_changes_no_deadline_that_visitors_read(clock, colleague):
    desk = colleague("view_vacancy", "add_vacancy", "change_vacancy")
    live, draft = make_vacancy(closes_at=OPEN), make_vacancy(closes_at=OPEN, state="draft")
    later = {"closing_date": "2026-07-07", "closing_hour": ""}
    assert 'value="deadline"' not in desk.get(address_of(live)).content.decode()
    assert desk.get(address_of(live, "deadline/")).status_code == 403
    response = send(desk, live, "_publish", **later, deadline_reason="Rain.")
    assert response.url == address_of(live, "submit/")
    live.refresh_from_db()
    assert live.closes_at == OPEN
    assert "7 July 2026" not in public_page(live)
    assert send(desk, draft, **later).status_code == 302
    draft.refresh_from_db()
    assert draft.closing_day == datetime.date(2026, 7, 7)


def test_who_may_only_read_vacancies_changes_nothing(colleague):
    desk = colleague("view_vacancy")
    notice = make_vacancy(title_en="Driver", closes_at=OPEN)
    notice.closes_at += datetime.timedelta(days=1)
    notice.save()
    make_amendment(notice, text_en="The place was corrected.")
    page = desk.get(address_of(notice))
    words = page.content.decode()
    for shown in (
        "Driver",
        ">Live<",
        "end of Wednesday 1 July 2026, Vientiane time",
        "The place was corrected.",
    ):
        assert shown in words
    assert 'value="deadline"' not in words
    assert [
        name
        for name in fill_form(page)
        if name.rpartition("-")[2] in ("title_en", "closing_date", "reason_en", "text_en")
    ] == []
    assert (
        desk.post(address_of(notice), {"title_en": "Other", "closing_date": "2026-07-30"}).status_code == 403
    )
    notice.refresh_from_db()
    assert notice.title_en == "Driver"
