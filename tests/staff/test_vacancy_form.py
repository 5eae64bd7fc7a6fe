"""A whole vacancy as staff write it: every field, its choices, its warnings, and who may write it."""

import datetime

import pytest
from django.contrib.auth.models import Permission, User

from careers.models import Opportunity, ProcurementNotice, Vacancy
from tests.factories import (
    make_amendment,
    make_form,
    make_place,
    make_procurement_notice,
    make_programme,
    make_vacancy,
    make_version,
)
from tests.reading import read

from .filled import errors, filled

ADD = "/admin/careers/vacancy/add/"
OPEN = Opportunity.closing_moment(datetime.date(2026, 6, 30))
PAST = Opportunity.closing_moment(datetime.date(2026, 5, 20))
SUBMISSION = {"submission_email": "hr@example.org"}


def address_of(notice) -> str:
    return f"/admin/careers/{notice._meta.model_name}/{notice.pk}/change/"


def send(staff, notice, **given):
    return staff.post(address_of(notice), filled(staff.get(address_of(notice)), **given))


def choices(staff, notice, name) -> list[tuple[str, str]]:
    field = staff.get(address_of(notice)).context["adminform"].form.fields[name]
    return [(str(getattr(value, "value", value)), str(label)) for value, label in field.choices]


def warnings(response) -> list[str]:
    return [str(message) for message in response.context["messages"] if message.level_tag == "warning"]


# --- Every field ------------------------------------------------------------------------------


def test_every_field_of_a_draft_is_saved_and_read_back(clock, staff):
    version = make_version(dated="2021")
    given = {
        "title_en": "Driver", "slug": "driver", "reference": "VN2026.07",
        "closing_date": "2026-05-20", "closing_hour": "17:00", "posted_on": "2026-05-01",
        "grade": "G2", "duty_station": str(make_place().pk), "organizational_unit_en": "Operations",
        "contract": "fixed-term", "working_time": "full-time", "appointment_type_en": "Fixed term, one year",
        "duration_en": "One year", "starts_en": "As soon as possible",
        "eligibility": "nationals", "tier": "internal-first",
        "body_en": "<p>Text.</p>", "context_en": "<p>Context.</p>", "responsibilities_en": "<p>Drive.</p>",
        "qualifications_en": "<p>A licence.</p>", "languages_en": "<p>Lao.</p>", "competencies_en": "<p>Care.</p>",
        "submission_email": "hr@example.org", "submission_link": "https://example.org/apply",
        "submission_address_en": "UN House\r\nVientiane", "contact_en": "The Human Resources unit",
        "form": str(version.form_id), "form_version": str(version.pk),
        "what_next_en": "<p>A test.</p>", "results_expected_by": "2026-07-01",
        "outcome": "re-advertised", "outcome_note_en": "Too few applied.",
        "readvertised_as": str(make_vacancy().pk),
        "state": "draft", "publish_from": "2026-06-02T09:00", "as_of": "May 2026", "review_by": "2026-09-01",
        "checked_on": "2026-05-30",
    }  # fmt: skip
    rich = {"body_lo", "context_lo", "responsibilities_lo", "qualifications_lo", "languages_lo",
            "competencies_lo", "what_next_lo"}  # fmt: skip
    empty = filled(staff.get(ADD))
    offered = {name for name in empty if not name.startswith(("csrf", "initial-", "_"))}
    lao = {name for name in offered if name.endswith("_lo")}
    assert offered == {*given, *lao, "publish_at"}
    assert rich < lao
    given |= {name: "<p>ລາວ</p>" if name in rich else "ລາວ" for name in lao}
    response = staff.post(ADD, filled(staff.get(ADD), **given))
    assert response.status_code == 302, errors(response)
    draft = Vacancy.objects.get(slug="driver")
    kept = filled(staff.get(address_of(draft)))
    assert {name: kept[name] for name in given} == {name: [value] for name, value in given.items()}
    assert draft.closes_at == Opportunity.closing_moment(datetime.date(2026, 5, 20), datetime.time(17))
    assert not Vacancy.objects.live(OPEN).filter(slug="driver").exists()
    assert read(staff, "/careers/vacancies/driver/").status == 404


def test_what_is_long_is_folded_once_it_is_written_and_the_outcome_until_there_can_be_one(clock, staff):
    def folded(address) -> list[str]:
        return [str(part.name) for part in staff.get(address).context["adminform"] if part.is_collapsible]

    written = ["The position", "What is needed"]
    assert folded(ADD) == ["Outcome", "Lao (optional)"]
    assert folded(address_of(make_vacancy(closes_at=OPEN))) == [*written, "Outcome", "Lao (optional)"]
    assert folded(address_of(make_vacancy(closes_at=PAST))) == [*written, "Lao (optional)"]


def test_what_is_wrong_in_a_folded_part_is_not_hidden(clock, staff):
    notice = make_vacancy(closes_at=OPEN, state="draft")
    response = send(staff, notice, outcome="filled")
    assert list(errors(response)) == ["outcome"]
    assert "Outcome" not in [part.name for part in response.context["adminform"] if part.is_collapsible]


@pytest.mark.parametrize(
    ("given", "standing"),
    [
        ({"closes_at": OPEN}, "Open · end of Tuesday 30 June 2026, Vientiane time (UTC+7) · 29 days left"),
        ({"closes_at": PAST}, "Closed · end of Wednesday 20 May 2026, Vientiane time (UTC+7)"),
        ({"closes_at": PAST, "state": "withdrawn"}, "Withdrawn · end of Wednesday 20 May 2026, Vientiane time (UTC+7)"),
        ({"closes_at": OPEN, "publish_from": OPEN}, "Not public yet · end of Tuesday 30 June 2026, Vientiane time (UTC+7) · 29 days left"),
    ],
)  # fmt: skip
def test_the_form_begins_with_how_the_notice_stands_and_leads_to_its_deadline(clock, staff, given, standing):
    for make in (make_vacancy, make_procurement_notice):
        notice = make(**given)
        page = read(staff, address_of(notice))
        assert standing in page
        leads_there = any(link.endswith("/step/deadline/") for link in page.links)
        assert leads_there is (notice.state == "published")


# --- Choices ----------------------------------------------------------------------------------


def test_the_outcomes_offered_are_those_of_the_kind(clock, staff):
    assert [label for _, label in choices(staff, make_vacancy(), "outcome")] == [
        "Not said yet", "Under review", "Filled", "Cancelled", "Advertised again",
    ]  # fmt: skip
    assert [label for _, label in choices(staff, make_procurement_notice(), "outcome")] == [
        "Not said yet", "Under review", "Awarded", "Cancelled", "Advertised again",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("make", "outcome"), [(make_vacancy, "awarded"), (make_procurement_notice, "filled")]
)
def test_an_outcome_of_the_other_kind_is_refused(clock, staff, make, outcome):
    notice = make(closes_at=PAST)
    assert list(errors(send(staff, notice, outcome=outcome))) == ["outcome"]
    assert send(staff, notice, outcome="cancelled").status_code == 302
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
    response = send(staff, notice, outcome="re-advertised", readvertised_as=str(notice.pk))
    assert list(errors(response)) == ["readvertised_as"]
    assert send(staff, notice, outcome="re-advertised", readvertised_as=str(new.pk)).status_code == 302
    notice.refresh_from_db()
    assert notice.readvertised_as == new


def test_a_successor_that_is_no_longer_among_the_newest_stays_chosen(clock, staff):
    successor = make_vacancy(title_en="The successor")
    notice = make_vacancy(closes_at=PAST, outcome="re-advertised", readvertised_as=successor)
    for _ in range(100):
        make_vacancy()
    assert len(choices(staff, notice, "readvertised_as")) == 102
    assert send(staff, notice, title_en="Another title").status_code == 302
    notice.refresh_from_db()
    assert (notice.title_en, notice.readvertised_as) == ("Another title", successor)


def test_only_what_was_advertised_again_has_a_successor(clock, staff):
    notice, other = make_vacancy(closes_at=PAST), make_vacancy()
    response = send(staff, notice, outcome="cancelled", readvertised_as=str(other.pk))
    assert list(errors(response)) == ["readvertised_as"]


def test_versions_are_offered_with_their_form_language_and_date(clock, staff):
    history, medical = make_form(title_en="Personal History Form"), make_form(title_en="Medical form")
    make_version(form=history, language="lo"), make_version(form=history, dated="2021")
    make_version(form=medical, dated="2020-05")
    labels = [label for _, label in choices(staff, make_vacancy(), "form_version")]
    assert labels == [
        "---------", "Medical form: English, May 2020", "Personal History Form: English, 2021",
        "Personal History Form: Lao",
    ]  # fmt: skip


def test_a_version_says_which_form_is_meant_and_is_not_taken_for_another(clock, staff):
    version, other = make_version(), make_form()
    notice = make_vacancy()
    assert list(errors(send(staff, notice, form=str(other.pk), form_version=str(version.pk)))) == [
        "form_version"
    ]
    assert send(staff, notice, form="", form_version=str(version.pk)).status_code == 302
    notice.refresh_from_db()
    assert (notice.form, notice.form_version) == (version.form, version)


def test_a_version_that_a_vacancy_names_cannot_be_deleted(clock, staff):
    version = make_version()
    make_vacancy(title_en="Driver", form=version.form, form_version=version)
    response = send(staff, version.form, **{"versions-0-DELETE": "on"})
    assert response.status_code == 200
    assert "Driver" in errors(response)[""][0]
    assert version.form.versions.get() == version


# --- Ways to apply ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("field", "typed", "message"),
    [
        ("submission_email", "hr at example.org", "This is no e-mail address. Write one, as name@example.org."),
        ("submission_email", "a@example.org, b@example.org", "This is no e-mail address. Write one, as name@example.org."),
        ("submission_link", "hr@example.org", "This is no address of a page. Write it in full, as https://example.org/form."),
        ("submission_link", "mailto:hr@example.org", "This is no address of a page. Write it in full, as https://example.org/form."),
        ("submission_link", "ftp://example.org/form", "This is no address of a page. Write it in full, as https://example.org/form."),
        ("submission_link", "the form", "This is no address of a page. Write it in full, as https://example.org/form."),
    ],
)  # fmt: skip
def test_a_way_to_apply_that_leads_nowhere_is_refused_and_stays_as_it_was_typed(
    clock, staff, field, typed, message
):
    for make in (make_vacancy, make_procurement_notice):
        notice = make()
        response = send(staff, notice, **{field: typed})
        assert errors(response) == {field: [message]}
        assert filled(response)[field] == [typed]
        notice.refresh_from_db()
        assert getattr(notice, field) == ""


def test_a_link_typed_without_its_beginning_is_meant_as_https(clock, staff):
    notice = make_vacancy()
    assert send(staff, notice, submission_link="example.org/form").status_code == 302
    notice.refresh_from_db()
    assert notice.submission_link == "https://example.org/form"


@pytest.mark.parametrize(
    ("make", "words"),
    [(make_vacancy, "nobody can apply"), (make_procurement_notice, "nobody can make an offer")],
)
def test_an_open_notice_that_nobody_can_answer_is_saved_with_a_warning(clock, staff, make, words):
    def saved(notice, **given):
        address = address_of(notice)
        return staff.post(address, filled(staff.get(address), **given), follow=True)

    for given in ({}, {"publish_from": OPEN - datetime.timedelta(days=1)}):
        notice = make(closes_at=OPEN, **given)
        response = saved(notice, title_en="Saved")
        notice.refresh_from_db()
        assert notice.title_en == "Saved"
        assert [words in warning for warning in warnings(response)] == [True]
        for way in (
            SUBMISSION,
            {"submission_link": "https://example.org/"},
            {"submission_address_en": "UN House"},
        ):
            assert warnings(saved(make(closes_at=OPEN, **given), **way)) == []
    for quiet in ({"state": "draft"}, {"state": "withdrawn"}, {"closes_at": PAST}):
        assert warnings(saved(make(**{"closes_at": OPEN} | quiet))) == []


def test_a_position_that_reliefweb_will_not_carry_is_saved_with_its_reasons(clock, staff, settings):
    notice = make_vacancy(closes_at=OPEN, **SUBMISSION)
    address = address_of(notice)
    assert warnings(staff.post(address, filled(staff.get(address)), follow=True)) == []
    settings.RELIEFWEB_SOURCE = 1255
    (warning,) = warnings(staff.post(address, filled(staff.get(address)), follow=True))
    assert warning.startswith("ReliefWeb will not carry this position. ")
    assert "ReliefWeb takes 400 to" in warning


# --- Amendments -------------------------------------------------------------------------------


def test_what_was_corrected_is_said_in_an_amendment_once_visitors_have_read_the_notice(clock, staff):
    draft = make_vacancy(state="draft", closes_at=OPEN)
    assert "amendments-TOTAL_FORMS" not in filled(staff.get(ADD))
    assert "amendments-TOTAL_FORMS" not in filled(staff.get(address_of(draft)))
    for notice in (make_vacancy(closes_at=OPEN), make_procurement_notice(closes_at=OPEN)):
        row = {"amendments-TOTAL_FORMS": "1", "amendments-0-text_en": "The place was corrected."}
        response = send(staff, notice, **row)
        assert response.status_code == 302, errors(response)
        assert notice.amendments.get().text == "The place was corrected."
        assert "The place was corrected." in read(staff, notice.get_absolute_url())


def test_an_amendment_of_no_words_is_refused(clock, staff):
    notice = make_vacancy()
    make_amendment(notice)
    assert list(errors(send(staff, notice, **{"amendments-0-text_en": " "}))) == ["text_en"]


# --- Who may --------------------------------------------------------------------------------


@pytest.fixture
def colleague(clock, client, db):
    """A client signed in as one who may do what is named: `colleague("change_vacancy", …)`."""

    def signed_in(*rights: str):
        person = User.objects.create_user("colleague", is_staff=True)
        person.user_permissions.set(Permission.objects.filter(codename__in=rights))
        assert person.user_permissions.count() == len(rights)
        client.force_login(person)
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
    assert send(desk, notice, **{"deadline_changes-1-reason_en": "Heavy rain."}).status_code == 302
    assert sorted(change.reason for change in notice.deadline_changes.all()) == ["Heavy rain.", "More rain."]
    closing = {"title_en": "Nurse", "slug": "nurse", "closing_date": "2026-06-30"}
    assert desk.post(ADD, filled(desk.get(ADD), **closing)).status_code == 302

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
    sent = {"title_en": "A", "slug": "a", "state": "published", **later, "deadline_reason": "Rain."}
    assert "/step/" not in desk.get(address_of(live)).content.decode()
    assert desk.get(address_of(live).replace("change/", "step/deadline/")).status_code == 403
    assert desk.post(address_of(live), sent).status_code == 302
    live.refresh_from_db()
    assert live.closes_at == OPEN
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
        "Open · end of Wednesday 1 July 2026",
        "The place was corrected.",
        "end of Tuesday 30 June 2026",
    ):
        assert shown in words
    assert "Change the deadline" not in words
    assert [
        name
        for name in filled(page)
        if name.rpartition("-")[2] in ("title_en", "closing_date", "reason_en", "text_en")
    ] == []
    assert (
        desk.post(address_of(notice), {"title_en": "Other", "closing_date": "2026-07-30"}).status_code == 403
    )
    notice.refresh_from_db()
    assert notice.title_en == "Driver"
