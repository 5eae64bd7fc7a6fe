"""The Lao text of a change: said to be outdated on the page, and left out where that cannot be said."""

import datetime

import time_machine
from django.utils.translation import gettext, override

from iomlaos.translations.models import Translation
from tests.helpers.factories import make_amendment, make_subscription, make_vacancy
from tests.helpers.mailserver import send_alerts

DAY = datetime.timedelta(days=1)
NOW = datetime.datetime(2026, 6, 1, 9, tzinfo=datetime.UTC)
ENGLISH, LAO = "Starts in April.", "ເລີ່ມໃນເດືອນມີນາ"


def test_lao_readers_are_told_of_an_outdated_change_and_get_the_english_in_feeds_and_mails(client, mail):
    with override("lo"):
        outdated = gettext("The English page is newer than this translation.").rstrip(".")
    told = {}
    with time_machine.travel(NOW, tick=False) as clock:
        vacancy = make_vacancy(title_en="Driver", publish_from=NOW)
        make_subscription(vacancy, topic="notice", email="a@example.org", language="lo")
        send_alerts()
        for is_known in (False, True):
            clock.shift(DAY)
            if is_known:
                Translation.objects.add_unreviewed([(ENGLISH, LAO)])
            amendment = make_amendment(vacancy, text_en=ENGLISH, text_lo=LAO)
            send_alerts()
            page = f"/lo{vacancy.get_absolute_url()}"
            told[is_known] = [
                outdated in client.get(page).text.replace("\u200d", ""),
                *(LAO in text for text in (client.get(f"{page}feed.atom").text, mail[-1].body)),
            ]
            assert is_known or ENGLISH in mail[-1].body
            amendment.delete()
    assert told == {False: [True, False, False], True: [False, True, True]}


def test_a_first_translation_of_a_change_is_no_correction_of_it(db):
    amendment = make_amendment(make_vacancy(), text_en=ENGLISH)
    amendment.text_lo = LAO
    amendment.save()
    assert amendment.corrected_at is None
    amendment.text_lo = f"{LAO}."
    amendment.save()
    assert amendment.corrected_at is not None
