"""The notice of every page in the admin: written, shown, kept in its history."""

import datetime

from iomlaos.office.models import SiteNotice
from tests.helpers.admin import send
from tests.helpers.factories import make_office, make_site_notice
from tests.helpers.forms import errors, fill_form

NOW = datetime.datetime(2026, 6, 1, 5, 0, tzinfo=datetime.UTC)
HOUR = datetime.timedelta(hours=1)


def test_staff_put_up_a_notice_in_vientiane_s_time_after_they_are_asked_once(clock, staff, client):
    make_office()
    add = "/admin/office/sitenotice/add/"
    entry = fill_form(
        staff.get(add), text_en="Closed today.", starts_at="2026-06-01T12:00", ends_at="2026-06-02T00:00"
    )
    assert list(errors(staff.post(add, entry | {"ends_at": ""}))) == ["ends_at"]
    asked = staff.post(add, entry)
    assert asked.context["pages"] == ["Every page of the site, while the notice is shown"]
    assert not SiteNotice.objects.exists()
    # Back to the form, with what was typed.
    assert fill_form(staff.post(add, entry | {"_back": "1"}))["text_en"] == ["Closed today."]
    sent = dict(asked.context["fields"])
    response = staff.post(add, sent | {"_confirm": "1"})
    assert response.status_code == 302, errors(response)
    notice = SiteNotice.objects.get()
    assert (notice.starts_at, notice.ends_at) == (NOW, NOW + 12 * HOUR)
    assert "Closed today." in client.get("/contact/").content.decode()


def test_the_admin_says_whether_it_is_shown_now(clock, staff):
    shown = make_site_notice(text_en="Now", starts_at=NOW, ends_at=NOW + HOUR)
    make_site_notice(text_en="Later", starts_at=NOW + HOUR, ends_at=NOW + 2 * HOUR)
    make_site_notice(text_en="Before", starts_at=NOW - HOUR, ends_at=NOW)
    page = staff.get("/admin/office/sitenotice/").content.decode()
    assert [page.count(words) for words in ("on every page now", "not yet shown", "its time is over")] == [
        1,
        1,
        1,
    ]
    form = f"/admin/office/sitenotice/{shown.pk}/change/"
    assert "on every page now" in staff.get(form).content.decode()
    clock.shift(HOUR)
    assert "its time is over" in staff.get(form).content.decode()


def test_its_history_is_kept(clock, staff):
    notice = make_site_notice(text_en="Closed.")
    address = f"/admin/office/sitenotice/{notice.pk}/change/"
    response = send(staff, notice, text_en="Closed on Monday.")
    assert response.status_code == 302, errors(response)
    history = staff.get(f"/admin/office/sitenotice/{notice.pk}/history/").content.decode()
    assert "<ins>Closed on Monday.</ins>" in history
    staff.post(address.replace("change", "delete"), {"post": "yes"})
    assert "Closed on Monday." in staff.get("/admin/office/sitenotice/deleted/").content.decode()
