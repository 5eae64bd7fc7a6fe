"""Subscriptions as the database stores them, and as staff see them."""

import datetime

import pytest
from django.db import IntegrityError, transaction

from careers.alerts.models import Subscription
from tests.helpers.factories import make_procurement_notice, make_subscription, make_vacancy
from tests.helpers.pages import count_queries

pytestmark = pytest.mark.django_db

ADDRESS = "someone@example.org"
NOON = datetime.datetime(2026, 6, 1, 5, tzinfo=datetime.UTC)


def refuses(**given) -> bool:
    try:
        with transaction.atomic():
            make_subscription(**given)
    except IntegrityError:
        return True
    return False


def test_an_address_subscribes_to_a_topic_once():
    make_subscription(email=ADDRESS, topic="vacancies")
    assert refuses(email=ADDRESS, topic="vacancies")
    assert not refuses(email=ADDRESS, topic="all")
    assert not refuses(email="other@example.org", topic="vacancies")


def test_an_address_follows_a_notice_once():
    for make in (make_vacancy, make_procurement_notice):
        notice = make()
        make_subscription(email=ADDRESS, topic="notice", notice=notice)
        assert refuses(email=ADDRESS, topic="notice", notice=notice)
        assert not refuses(email=ADDRESS, topic="notice", notice=make())


def test_a_subscription_is_to_a_topic_or_to_one_notice():
    vacancy, tender = make_vacancy(), make_procurement_notice()
    for given in (
        {"topic": "all", "vacancy": vacancy},
        {"topic": "notice"},
        {"topic": "notice", "vacancy": vacancy, "procurement_notice": tender},
        {"topic": "everything"},
    ):
        assert refuses(**given), given


def test_staff_find_and_delete_subscriptions_and_change_none(admin_client):
    row = make_subscription(email=ADDRESS, topic="notice", vacancy=make_vacancy(title_en="Driver"))
    other = make_subscription(email="other@example.org", confirmed_at=None)
    row.messages.create(created_at=NOON, send_after=NOON)
    listed = admin_client.get("/admin/careers/subscription/").content.decode()
    assert ADDRESS in listed
    assert "Changes to “Driver”" in listed
    shown = admin_client.get(f"/admin/careers/subscription/{row.pk}/change/").content.decode()
    assert row.token not in listed + shown
    assert admin_client.get("/admin/careers/subscription/add/").status_code == 403
    changed = admin_client.post(f"/admin/careers/subscription/{row.pk}/change/", {"email": "x@y.org"})
    assert changed.status_code == 403
    for query in ("?q=OTHER@example", "?confirmed_at__isempty=1"):
        found = admin_client.get(f"/admin/careers/subscription/{query}").content.decode()
        assert "other@example.org" in found
        assert ADDRESS not in found
    address = f"/admin/careers/subscription/{row.pk}/delete/"
    assert admin_client.post(address, {"post": "yes"}).status_code == 302
    assert list(Subscription.objects.all()) == [other]


def test_the_list_of_subscriptions_costs_the_same_queries_for_few_and_for_many(admin_client):
    def add() -> None:
        make_subscription(topic="notice", vacancy=make_vacancy())
        make_subscription(topic="notice", procurement_notice=make_procurement_notice())

    add()
    few = count_queries(admin_client, "/admin/careers/subscription/")
    for _ in range(10):
        add()
    assert count_queries(admin_client, "/admin/careers/subscription/") == few
