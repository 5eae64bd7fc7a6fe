"""The admin's front page: what there is, and what is still to complete."""

import datetime

from django.contrib.auth.models import Permission, User

from tests.factories import (
    change_deadline,
    make_document,
    make_donor,
    make_edition,
    make_figure,
    make_form,
    make_page,
    make_procurement_notice,
    make_programme,
    make_project,
    make_standard_text,
    make_vacancy,
)

NOW = datetime.datetime(2026, 6, 1, 5, 0, tzinfo=datetime.UTC)
DAY = datetime.timedelta(days=1)


def to_complete(response) -> dict[str, list[str]]:
    return {task.title: [label for label, _ in task.links] for task in response.context["tasks"]}


def test_the_groups_stand_in_the_office_s_words_and_order(staff):
    groups = staff.get("/admin/").context["app_list"]
    assert [(str(group["name"]), [str(model["name"]) for model in group["models"]]) for group in groups] == [
        (
            "Programmes and partners",
            ["Programmes", "Projects", "Figures", "Documents", "Donors", "Counterparts"],
        ),
        ("Careers", ["Vacancies", "Procurement notices", "Application forms", "Subscriptions to alerts"]),
        ("The office", ["Office", "Pages", "Standard texts", "Places"]),
        ("People who may sign in", ["Users", "Groups"]),
        ("Sign-ins", ["Sign-ins and failures"]),
    ]
    assert all(model["about"] for group in groups for model in group["models"])


def test_each_group_and_kind_of_thing_has_a_page(staff):
    for group in staff.get("/admin/").context["app_list"]:
        assert staff.get(group["app_url"]).status_code == 200
        for model in group["models"]:
            assert staff.get(model["admin_url"], follow=True).status_code == 200


def test_what_is_missing_is_listed_with_a_link_to_its_form(staff):
    figure = make_figure(value="35.6 %", caption_en="")
    make_figure(caption_en="people")
    document = make_document(title_en="IBM Factsheet")
    make_document(state="draft")
    make_edition()
    form = make_form(title_en="Personal History Form")
    text = make_standard_text(title_en="No fee")
    make_standard_text(is_confirmed=True)
    page = make_page(title_en="Privacy", review_by="2020-01-01")
    response = staff.get("/admin/")
    assert to_complete(response) == {
        "Figures without a caption": ["35.6 %"],
        "Documents on request": ["IBM Factsheet"],
        "Application forms on request": ["Personal History Form"],
        "Standard texts to be confirmed": ["No fee"],
        "To be reviewed": ["Privacy"],
    }
    for address in (
        f"/admin/programmes/figure/{figure.pk}/change/",
        f"/admin/programmes/document/{document.pk}/change/",
        f"/admin/careers/applicationform/{form.pk}/change/",
        f"/admin/office/standardtext/{text.pk}/change/",
        f"/admin/office/page/{page.pk}/change/",
    ):
        assert f'href="{address}"' in response.content.decode()


def test_an_abbreviation_that_no_text_spells_out_is_listed_where_it_stands(staff):
    make_donor(abbreviation="USAID")
    programme = make_programme(
        title_en="Border management", body_en="<p>ACCBP, SEZO and <b>USAID</b>, HIV/AIDS.</p>"
    )
    make_project(programme=programme, title_en="Zones", summary_en="With the Zone Office (SEZO).")
    make_project(programme=programme, title_en="PROMISE", summary_en="PROMISE began in 2018.")
    assert to_complete(staff.get("/admin/")) == {"What does ACCBP stand for?": ["Border management"]}


def test_notices_that_wait_for_a_word_are_listed_first_and_both_kinds_together(clock, staff):
    promised = (NOW - DAY).date()
    closed = {"closes_at": NOW - 2 * DAY}
    for make, kind in ((make_procurement_notice, "tender"), (make_vacancy, "position")):
        make(title_en=f"Silent {kind}", **closed)
        make(title_en=f"Late {kind}", **closed, outcome="under-review", results_expected_by=promised)
        make(title_en=f"Decided {kind}", **closed, outcome="cancelled", results_expected_by=promised)
        make(title_en=f"Hidden {kind}", **closed, state="draft", results_expected_by=promised)
        make(title_en=f"Open {kind}", results_expected_by=promised)
        told, untold = make(title_en=f"Told {kind}"), make(title_en=f"Untold {kind}")
        change_deadline(told, NOW + 9 * DAY)
        untold.closes_at = NOW + 9 * DAY
        untold.save()
    response = staff.get("/admin/")
    assert to_complete(response) == {
        "Results overdue": ["Late tender", "Late position"],
        "Closed without an outcome": ["Silent tender", "Silent position"],
        "Deadline changed without a reason": ["Untold tender", "Untold position"],
    }
    assert (
        f'<a href="/admin/careers/vacancy/{untold.pk}/change/">Untold position</a>'
        in response.content.decode()
    )


def test_a_notice_leaves_the_work_list_once_the_word_is_said(clock, staff):
    notice = make_vacancy(title_en="Driver", closes_at=NOW)
    assert to_complete(staff.get("/admin/")) == {"Closed without an outcome": ["Driver"]}
    notice.outcome, notice.results_expected_by = "under-review", NOW.date()
    notice.save()
    assert to_complete(staff.get("/admin/")) == {}
    # In Vientiane the day ends at 17:00 UTC.
    clock.move_to(NOW.replace(hour=17))
    assert to_complete(staff.get("/admin/")) == {"Results overdue": ["Driver"]}


def test_a_long_list_shows_its_beginning_and_how_many_more_there_are(staff):
    for _ in range(23):
        make_document()
    response = staff.get("/admin/")
    assert len(to_complete(response)["Documents on request"]) == 20
    assert "And 3 more" in response.content.decode()


def test_a_closed_notice_asks_for_no_abbreviation(clock, staff):
    make_vacancy(title_en="Driver", body_en="<p>ACCBP</p>", closes_at=NOW, outcome="filled")
    make_vacancy(title_en="Nurse", body_en="<p>SEZO</p>")
    assert to_complete(staff.get("/admin/")) == {"What does SEZO stand for?": ["Nurse"]}


def test_the_seeded_site_asks_for_what_the_source_lacks(staff, seeded):
    tasks = to_complete(staff.get("/admin/"))
    assert tasks["Closed without an outcome"] == ["Project Assistant (Migration Health Division)"]
    assert tasks["Figures without a caption"] == ["7.3 million", "USD 213.4 million", "35.6 %"]
    assert len(tasks["Documents on request"]) == 7
    assert tasks["Application forms on request"] == ["Personal History Form"]
    assert [title for title in tasks if title.startswith("What does")] == ["What does ACCBP stand for?"]


def test_nobody_is_shown_tasks_that_are_not_theirs(client, db):
    make_figure(caption_en=""), make_form(), make_vacancy(closes_at=NOW - 365 * DAY)
    person = User.objects.create_user("colleague", is_staff=True)
    person.user_permissions.set(Permission.objects.filter(codename="view_applicationform"))
    client.force_login(person)
    assert list(to_complete(client.get("/admin/"))) == ["Application forms on request"]


def test_the_front_page_runs_as_many_queries_for_many_rows_as_for_few(staff, count_queries):
    def grow(number: int) -> None:
        for _ in range(number):
            make_figure(programme=make_programme(), caption_en=""), make_document(), make_form()
            make_standard_text(), make_page(), make_project()
            for make in (make_vacancy, make_procurement_notice):
                make(closes_at=NOW - 365 * DAY, results_expected_by=(NOW - 364 * DAY).date())
                untold = make()
                untold.closes_at += DAY
                untold.save()

    grow(1)
    few = count_queries(lambda: staff.get("/admin/"))
    grow(20)
    assert count_queries(lambda: staff.get("/admin/")) == few
