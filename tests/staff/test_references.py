"""What something live depends on is not deleted; where a thing is used is said before it is."""

import datetime

import pytest
from django.contrib.auth.models import User
from django.core.exceptions import ObjectDoesNotExist

from iomlaos.publishing.models import Revision
from iomlaos.staff.delete_protection import was_ever_public
from iomlaos.staff.references import Reference, references_to
from programmes.models import Programme
from tests.helpers.admin import address_of, person
from tests.helpers.drafts import schedule_change
from tests.helpers.factories import (
    make_contact_point,
    make_counterpart,
    make_document,
    make_donor,
    make_figure,
    make_form,
    make_former_address,
    make_page,
    make_place,
    make_procurement_notice,
    make_programme,
    make_project,
    make_standard_text,
    make_vacancy,
    make_version,
)
from tests.helpers.pages import text_of

pytestmark = pytest.mark.django_db

PAST = datetime.datetime(2020, 1, 1, tzinfo=datetime.UTC)
FUTURE = datetime.datetime(2040, 1, 1, tzinfo=datetime.UTC)


NOW = datetime.datetime(2026, 6, 1, tzinfo=datetime.UTC)


def references(row) -> list[Reference]:
    return references_to([row], NOW)[row.pk]


def is_there(row) -> bool:
    try:
        row.refresh_from_db()
    except ObjectDoesNotExist:
        return False
    return True


def refused(client, row):
    """The page that says why a row is not deleted."""
    page = client.get(address_of(row, "delete/"))
    assert page.status_code == 200
    assert "This cannot be deleted as it stands." in text_of(page)
    assert 'name="post"' not in page.content.decode()
    client.post(address_of(row, "delete/"), {"post": "yes"})
    assert is_there(row)
    return page


def deleted(client, row):
    """The page that asks, after which the row is gone."""
    page = client.get(address_of(row, "delete/"))
    assert 'name="post"' in page.content.decode(), text_of(page)
    assert client.post(address_of(row, "delete/"), {"post": "yes"}).status_code == 302
    assert not is_there(row)
    return page


# --- What a live page shows --------------------------------------------------------------------


def used_by(state: str) -> list:
    """Pairs of what a page of this state shows, and that page."""
    donor, partner, place, form = make_donor(), make_counterpart(), make_place(), make_form(state="draft")
    programme = make_programme(state=state, donors=[donor], counterparts=[partner], places=[place])
    station, another = make_place(), make_donor()
    vacancy = make_vacancy(state=state, duty_station=station, form=form)
    project = make_project(state=state, donors=[another], programme=make_programme(state="draft"))
    return [
        (donor, programme, "Donors"),
        (partner, programme, "Partners"),
        (place, programme, "Places"),
        (station, vacancy, "Duty station"),
        (form, vacancy, "Application form"),
        (another, project, "Donors"),
    ]


def test_what_names_a_thing_uses_it_and_holds_it_while_it_is_live():
    for state, is_live in (("published", True), ("draft", False)):
        for row, by, field in used_by(state):
            (use,) = references(row)
            assert (use.source, use.is_live) == (by, is_live)
            assert f"“{field}”" in use.description
            is_required = field in ("Duty station", "Application form")
            assert use.blocks_delete == (is_live or is_required), (state, field)


def test_what_a_live_page_shows_is_not_deleted_in_any_way_and_the_page_links_to_it(staff):
    donor = make_donor()
    programme = make_programme(donors=[donor])
    page = refused(staff, donor)
    assert f'<a href="{address_of(programme)}">{programme}</a>' in page.content.decode()
    assert "It names it under “Donors”. <strong>Visitors see it there now.</strong>" in text_of(page)
    staff.post(address_of(donor, "delete/"), {"post": "yes"})
    assert is_there(donor)


def test_what_a_draft_shows_is_deleted_with_a_warning_and_can_be_restored(staff):
    donor = make_donor()
    programme = make_programme(state="draft", donors=[donor])
    page = deleted(staff, donor)
    assert f'<a href="{address_of(programme)}">{programme}</a>' in page.content.decode()
    assert "Visitors see it there now." not in text_of(page)
    buried = Revision.objects.get(kind="deleted")
    staff.post("/admin/programmes/donor/deleted/", {"revision": str(buried.pk)})
    assert is_there(donor)


def test_what_was_taken_down_or_is_to_come_is_not_live():
    for given in ({"publish_until": PAST}, {"publish_from": FUTURE}, {"state": "withdrawn"}):
        donor = make_donor()
        make_programme(donors=[donor], **given)
        assert [(use.is_live, use.blocks_delete) for use in references(donor)] == [(False, False)]


def test_a_figure_of_a_live_programme_stays_and_those_of_a_draft_or_of_the_country_go():
    def holds(figure) -> bool:
        return any(use.blocks_delete for use in references(figure))

    assert holds(make_figure(programme=make_programme()))
    assert not holds(make_figure(programme=make_programme(state="draft")))
    assert references(make_figure()) == []


def test_a_ministry_is_used_by_its_departments():
    ministry, alone = make_counterpart(), make_counterpart()
    make_programme(counterparts=[make_counterpart(parent=ministry)])
    make_counterpart(parent=alone)
    assert [(use.is_live, use.blocks_delete) for use in references(ministry)] == [(True, True)]
    assert [(use.is_live, use.blocks_delete) for use in references(alone)] == [(False, True)]
    assert references(make_counterpart()) == []


def test_a_counterpart_of_the_about_page_and_a_text_that_pages_name_stay(staff):
    assert "It stands on the about page." in text_of(refused(staff, make_counterpart(is_internal=True)))
    page = refused(staff, make_standard_text(slug="no-fee"))
    assert "It stands on pages of the site, which name it by its key." in text_of(page)
    assert references(make_standard_text(slug="nobody-names-it")) == []


def test_a_form_is_used_by_who_asks_for_one_of_its_versions():
    form = make_form(state="draft")
    vacancy = make_vacancy(form=form, form_version=make_version(form=form))
    assert [(use.source, use.blocks_delete) for use in references(form)] == [(vacancy, True)] * 2


# --- What was public ---------------------------------------------------------------------------


PUBLISHABLE = (
    make_programme, make_project, make_document, make_page, make_vacancy, make_procurement_notice, make_form,
)  # fmt: skip


def test_what_visitors_could_see_at_any_time_was_public():
    for make in (make_programme, make_vacancy):
        for given in ({}, {"state": "withdrawn"}, {"publish_from": PAST}):
            assert was_ever_public(make(**given), NOW), (make, given)
        for given in ({"state": "draft"}, {"state": "published", "publish_from": FUTURE}):
            assert not was_ever_public(make(**given), NOW), (make, given)


def test_of_every_kind_what_was_public_is_not_deleted_and_a_draft_is(staff):
    for make in PUBLISHABLE:
        assert "It has been public, so it is not deleted" in text_of(refused(staff, make()))
        deleted(staff, make(state="draft"))


def test_a_draft_that_was_public_once_stays():
    row = make_programme()
    Revision.objects.versions(row)
    Programme.objects.filter(pk=row.pk).update(state="draft")
    row.refresh_from_db()
    assert was_ever_public(row, NOW)


# --- Drafts and links --------------------------------------------------------------------------


def test_what_only_a_draft_of_a_live_page_names_is_a_warning(staff):
    donor, programme = make_donor(), make_programme(title_en="Health")
    standing = Revision.objects.versions(programme)
    data = {**standing.current.data, "many": {**standing.current.data["many"], "donors": [str(donor.pk)]}}
    standing.save_draft(data, by=User.objects.get(), note="")
    page = staff.get(address_of(donor, "delete/"))
    assert "A draft of it names it under “Donors”." in text_of(page)
    assert address_of(programme) in page.content.decode()
    standing.close(standing.draft, Revision.Ending.DISCARDED)
    assert references(donor) == []


def test_a_foreign_key_of_a_draft_is_found_too(admin_user):
    programme, document = make_programme(state="draft"), make_document()
    standing = Revision.objects.versions(document)
    data = {**standing.current.data, "fields": {**standing.current.data["fields"], "programme": programme.pk}}
    standing.save_draft(data, by=admin_user, note="")
    (use,) = references(programme)
    assert use.description == "A draft of it names it under “Programme”."


def test_what_a_scheduled_change_names_is_found_beside_a_later_draft():
    programme, document = make_programme(state="draft"), make_document()
    schedule_change(document, FUTURE, programme=programme.pk)
    versions = Revision.objects.versions(document)
    versions.save_draft(versions.current.data, by=None, note="")
    (use,) = references(programme)
    assert use.description == "A draft of it names it under “Programme”."


def test_texts_and_drafts_that_link_to_its_address_are_named(staff):
    target = make_page(state="draft", slug="target")
    make_former_address(target, "as-it-was")
    live = make_programme(body_en='<p>See <a href="/target/">this</a>.</p>')
    old = make_vacancy(state="draft", body_lo='<p><a href="/as-it-was/">ນີ້</a></p>')
    contact = make_contact_point(kind="social", address="https://example.org/target/")
    page = make_page(title_en="By a draft")
    standing = Revision.objects.versions(page)
    data = {**standing.current.data}
    data["fields"] = {**data["fields"], "body_en": '<p><a href="/target/">this</a></p>'}
    standing.save_draft(data, by=User.objects.get(), note="")
    make_page(title_en="Without", body_en="<p>Nothing about a target.</p>")
    found = {(use.source, use.is_live) for use in references(target)}
    assert found == {(live, True), (old, False), (contact.office, False), (page, False)}
    words = text_of(deleted(staff, target))
    assert "A text of it links to its page." in words
    assert "A draft of it links to its page." in words


# --- What it costs -----------------------------------------------------------------------------


def test_many_uses_of_many_rows_cost_as_many_queries_as_one_use(count_queries):
    def asked(rows) -> int:
        return count_queries(lambda: references_to(rows, NOW))

    row = make_place()
    make_programme(places=[row])
    make_vacancy(duty_station=row)
    one = asked([row])
    others = [make_place() for _ in range(5)]
    for _ in range(3):
        make_programme(places=[row, *others])
        make_vacancy(duty_station=row)
    assert asked([row, *others]) <= one


# --- What another part of the office looks after ------------------------------------------------


def test_what_a_draft_of_another_part_needs_is_not_deleted_and_its_kind_alone_is_named():
    place, editor = make_place(), person("bounmy", "Editors")
    make_vacancy(state="draft", title_en="Not to be known", duty_station=place)
    page = refused(editor, place)
    assert "Not to be known" not in page.content.decode()
    assert "permission" not in text_of(page)
    for words in (
        "Job, of another part of the office. It names it under “Duty station”.",
        "Ask a colleague of that part to take it out there first.",
    ):
        assert words in text_of(page)


def test_a_draft_of_another_part_that_links_to_it_is_not_named_either():
    programme, editor = make_programme(state="draft", slug="target"), person("bounmy", "Editors")
    make_vacancy(
        state="draft", title_en="Not to be known", context_en='<p><a href="/programmes/target/">it</a></p>'
    )
    page = deleted(editor, programme)
    assert "Not to be known" not in page.content.decode()
    assert "Job, of another part of the office. A text of it links to its page." in text_of(page)
