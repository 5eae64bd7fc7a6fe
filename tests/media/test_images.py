"""Images: who can fetch one and when, and which files stay on disk."""

import datetime
import os
from pathlib import Path

import pytest
import time_machine
from django.conf import settings
from django.core.management import call_command
from django.db import connection, transaction
from django.template.defaultfilters import filesizeformat
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from iomlaos.media.models import Image as StoredImage
from iomlaos.media.models import ImageReference
from iomlaos.publishing.models import Revision
from programmes.models import Programme
from tests.helpers.factories import make_page, make_picture, make_programme, make_standard_text, make_vacancy

KEY = "0123456789abcdef0123456789abcdef-1600x1067"


def on_disk() -> list[str]:
    root = Path(settings.MEDIA_ROOT)
    return sorted(path.relative_to(root).as_posix() for path in root.rglob("*") if path.is_file())


# --- Who can fetch it ---------------------------------------------------------------------------


def fetch(client, shown: StoredImage, width: int | None = None):
    return client.get(f"/pictures/{shown.key}/{width or shown.width}.webp")


def shows(make, shown: StoredImage, **given):
    return make(body_en=shown.figure, **given)


def test_a_picture_is_public_while_something_live_shows_it(client, db):
    shown, twin = make_picture(), make_picture()
    row, other = shows(make_vacancy, shown, state="draft"), shows(make_programme, twin)
    assert fetch(client, twin).status_code == 200
    assert fetch(client, shown).status_code == 404
    row.state = "published"
    row.save()
    answer = fetch(client, shown)
    assert answer.status_code == 200
    assert b"".join(answer.streaming_content) == shown.renditions.last().file.open("rb").read()
    assert answer.headers["Content-Type"] == "image/webp"
    assert answer.headers["Cache-Control"] == "public, no-cache"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert not answer.cookies
    again = client.get(
        f"/pictures/{shown.key}/{shown.width}.webp", headers={"If-None-Match": answer.headers["ETag"]}
    )
    assert again.status_code == 304
    row.state = "withdrawn"
    row.save()
    assert fetch(client, shown).status_code == 404
    again = client.get(
        f"/pictures/{shown.key}/{shown.width}.webp", headers={"If-None-Match": answer.headers["ETag"]}
    )
    assert again.status_code == 404
    other.delete()
    assert fetch(client, twin).status_code == 404


def test_the_clock_alone_makes_a_picture_public_and_ends_it(client, db):
    shown = make_picture()
    begins = datetime.datetime(2026, 6, 1, 5, tzinfo=datetime.UTC)
    shows(make_programme, shown, publish_from=begins, publish_until=begins + datetime.timedelta(hours=1))
    for seconds, status in ((-1, 404), (0, 200), (3599, 200), (3600, 404)):
        with time_machine.travel(begins + datetime.timedelta(seconds=seconds), tick=False):
            assert fetch(client, shown).status_code == status, seconds


def test_a_picture_that_two_things_show_stays_while_one_is_live(client, db):
    shown = make_picture()
    rows = [shows(make_programme, shown), shows(make_page, shown)]
    for row in rows:
        assert fetch(client, shown).status_code == 200
        row.state = "withdrawn"
        row.save()
    assert fetch(client, shown).status_code == 404


def test_a_picture_goes_from_the_public_when_the_text_lets_it_go(client, db):
    shown = make_picture()
    programme = shows(make_programme, shown)
    programme.body_en = "<p>Without.</p>"
    programme.save()
    assert fetch(client, shown).status_code == 404
    assert not ImageReference.objects.exists()


def test_a_text_that_an_update_changed_shows_only_what_it_names(client, db):
    shown = make_picture()
    programme = shows(make_programme, shown)
    Programme.objects.filter(pk=programme.pk).update(body_en="<p>Without.</p>")
    assert fetch(client, shown).status_code == 404


def test_what_a_rolled_back_save_named_is_not_public(client, db):
    shown = make_picture()
    programme = make_programme()

    def saved_for_a_while() -> None:
        with transaction.atomic():
            programme.body_en = shown.figure
            programme.save()
            assert shown.references.exists()
            raise InterruptedError

    with pytest.raises(InterruptedError):
        saved_for_a_while()
    assert fetch(client, shown).status_code == 404


def test_a_picture_of_the_lao_text_alone_is_public(client, db):
    shown = make_picture()
    make_programme(body_lo=shown.figure)
    assert fetch(client, shown).status_code == 200


def test_a_standard_text_has_no_state_and_is_public_at_once(client, db):
    shown = make_picture()
    make_standard_text(body_en=shown.figure)
    assert fetch(client, shown).status_code == 200


def test_a_picture_has_the_name_of_what_shows_it_without_signs_that_spoil_it(client, db):
    for title, name in (("ໂຮງຮຽນ / A school", "%E0%BB%82"), ("A\x0b scho\x7fol", 'filename="A-scho-ol-')):
        shown = make_picture()
        make_page(body_en=shown.figure, title_en=title)
        disposition = fetch(client, shown).headers["Content-Disposition"]
        assert disposition.startswith("inline")
        assert name in disposition


def test_guessed_addresses_are_not_found(client, db):
    shown = make_picture()
    shows(make_programme, shown)
    hexed = shown.pk.hex
    for address in (
        f"/pictures/{shown.key}/481.webp", f"/pictures/{shown.key}/1600.jpg", f"/pictures/{hexed}-9x9/9.webp",
        f"/pictures/{hexed}/480.webp", f"/pictures/{shown.pk}/480.webp", f"/pictures/{KEY}/480.webp",
        f"/pictures/{shown.key}/", "/pictures/..%2f..%2fsettings/1.webp", f"/pictures/{shown.key}/{10**30}.webp",
        f"/{shown.renditions.first().file.name}",
    ):  # fmt: skip
        assert client.get(address).status_code == 404, address


def test_how_many_pages_there_are_does_not_make_a_picture_dearer(client, db):
    shown = make_picture()
    shows(make_programme, shown)
    counts = []
    for _round in range(2):
        with CaptureQueriesContext(connection) as queries:
            assert fetch(client, shown).status_code == 200
        counts.append(len(queries))
        for _number in range(3):
            shows(make_programme, shown)
            make_vacancy()
    assert counts[0] == counts[1]


# --- What stays on disk -------------------------------------------------------------------------


def clean(capsys, *options: str) -> list[str]:
    call_command("clean_uploads", *options)
    return capsys.readouterr().out.splitlines()


def older(shown: StoredImage, days: int) -> None:
    StoredImage.objects.filter(pk=shown.pk).update(created_at=timezone.now() - datetime.timedelta(days=days))


def test_a_picture_goes_once_no_text_no_draft_and_no_earlier_state_names_it(
    db, capsys, django_capture_on_commit_callbacks
):
    unused, young, in_text, in_lao, in_history = [
        make_picture(alternative_text=f"Picture {n} of five") for n in range(5)
    ]
    for each in (unused, in_text, in_lao, in_history):
        older(each, 31)
    older(young, 29)
    make_programme(body_en=in_text.figure, state="draft")
    make_page(body_lo=in_lao.figure)
    programme = make_programme(body_en=in_history.figure)
    Revision.objects.versions(programme)
    programme.body_en = "<p>Without.</p>"
    programme.save()
    before = on_disk()
    line = f"picture “{unused}”, {filesizeformat(unused.renditions.get().bytes)}"
    assert clean(capsys, "--dry-run") == [
        line,
        "1 picture would be removed.",
    ]
    assert on_disk() == before
    with django_capture_on_commit_callbacks(execute=True):
        assert clean(capsys) == [line, "1 picture removed."]
    assert set(StoredImage.objects.all()) == {young, in_text, in_lao, in_history}
    gone = set(before) - set(on_disk())
    assert len(gone) == 1
    Revision.objects.all().delete()
    assert clean(capsys)[-1] == "1 picture removed."
    assert set(StoredImage.objects.all()) == {young, in_text, in_lao}


def test_the_files_of_a_picture_stay_and_what_nothing_points_to_goes(db, capsys):
    shown = make_picture()
    stray = Path(settings.MEDIA_ROOT) / "media.rendition" / "0123.webp"
    stray.write_bytes(bytes(2048))
    for path in Path(settings.MEDIA_ROOT).rglob("*.webp"):
        os.utime(path, (0, 0))
    assert clean(capsys) == ["media.rendition/0123.webp, 2.0\xa0KB", "1 file removed."]
    assert on_disk() == [shown.renditions.get().file.name]
