"""Pages that every page of the site links to stay where they are."""

from django.db import transaction

from iomlaos.office.models import Page
from iomlaos.publishing.models import Revision
from tests.helpers.admin import address_of, confirm, post, send, take
from tests.helpers.factories import make_page, make_standard_text
from tests.helpers.forms import fill_form


def test_a_fixed_page_keeps_its_address_and_state_and_is_not_deleted(staff):
    page = make_page(slug="privacy")
    form = fill_form(staff.get(address_of(page)))
    assert "slug" not in form
    for action, given in (
        ("withdraw", {"withdrawal_reason_en": "A mistake."}),
        ("take-down", {"date": "9 January 2031", "hour": "09:00"}),
    ):
        [message] = take(staff, page, action, **given).context["form"].non_field_errors()
        assert message.startswith("Every page of the site links to this one")
    assert post(staff, page, form | {"slug": "data", "lead_en": "New."}).status_code == 302
    assert staff.post(address_of(page, "delete/"), {"post": "yes"}).status_code == 403
    page.refresh_from_db()
    assert (page.slug, page.lead, page.state, page.publish_until) == ("privacy", "New.", "published", None)


def test_a_fixed_page_that_is_missing_is_made_anew_and_stays_from_then_on(staff):
    add = "/admin/office/page/add/"
    form = fill_form(staff.get(add), title_en="Privacy", slug="privacy")
    assert staff.post(add, form).status_code == 302
    page = Page.objects.get()
    later = confirm(staff, page, moment="2031-01-09T09:00")
    [message] = later.context["form"].non_field_errors()
    assert "so it stays published, without times" in message
    assert confirm(staff, page).status_code == 302
    assert staff.get("/privacy/").status_code == 200
    assert staff.post(address_of(page, "delete/"), {"post": "yes"}).status_code == 403


def test_a_fixed_page_that_was_deleted_is_restored_and_published_at_its_address(staff):
    page = make_page(slug="privacy", title_en="Privacy")
    with transaction.atomic():
        Revision.objects.record_deletion(page, by=None)
        Page.objects.all().delete()
    deletion = Revision.objects.get(kind="deleted")
    assert staff.post("/admin/office/page/deleted/", {"revision": deletion.pk}).status_code == 302
    restored = Page.objects.get()
    assert (restored.slug, restored.state) == ("privacy", "draft")
    assert send(staff, restored, lead_en="As it was.").status_code == 302
    assert confirm(staff, restored).status_code == 302
    assert "As it was." in staff.get("/privacy/").content.decode()


def test_another_page_is_deleted(staff):
    fixed, other = make_page(slug="privacy", title_en="Privacy"), make_page(state="draft")
    assert staff.post(address_of(other, "delete/"), {"post": "yes"}).status_code == 302
    assert Page.objects.get() == fixed


def test_another_page_moves_and_its_old_address_leads_to_the_new_one(staff):
    page = make_page(slug="feedback")
    assert send(staff, page, slug="your-views").status_code == 302
    assert staff.get("/feedback/").headers["Location"] == "/your-views/"


def test_the_key_of_a_standard_text_stays(staff):
    text = make_standard_text(slug="no-fee")
    assert "slug" not in fill_form(staff.get(address_of(text)))
