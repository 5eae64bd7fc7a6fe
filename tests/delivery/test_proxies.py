"""X-Forwarded-* is believed from the proxies of TRUSTED_PROXIES and from nobody else."""

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.test import Client

from tests.helpers.environments import use

HTTPS = "https://testserver"
FORWARDED = {"X-Forwarded-Proto": "https", "X-Forwarded-For": "192.0.2.7"}


def test_a_trusted_proxy_is_believed_that_the_visitor_came_by_https(client, db, settings):
    use(settings, SITE_URL=HTTPS, TRUSTED_PROXIES="127.0.0.0/8")
    assert client.get("/robots.txt", headers=FORWARDED).status_code == 200


def test_anybody_else_is_not(client, settings):
    use(settings, SITE_URL=HTTPS, TRUSTED_PROXIES="10.0.0.1")
    answer = client.get("/robots.txt", headers=FORWARDED)
    assert (answer.status_code, answer.headers["Location"]) == (301, "https://testserver/robots.txt")


def test_a_proxy_without_an_address_is_believed_where_the_server_listens_on_a_file(db, settings):
    for socket, status in (("", 301), ("/run/portal/a.sock", 200)):
        use(settings, SITE_URL=HTTPS, TRUSTED_PROXIES="10.0.0.1", SOCKET=socket)
        answer = Client().get("/robots.txt", headers=FORWARDED, REMOTE_ADDR="")
        assert answer.status_code == status
        assert not socket or answer.wsgi_request.META["REMOTE_ADDR"] == "192.0.2.7"


def test_the_address_of_a_visitor_is_the_one_that_the_proxy_saw(client, settings):
    for proxies, chain, seen in (
        # The last hop, another proxy, no proxy, no chain.
        (["127.0.0.1"], "203.0.113.9, 192.0.2.7", "192.0.2.7"),
        (["10.0.0.0/8"], "192.0.2.7", "127.0.0.1"),
        ([], "192.0.2.7", "127.0.0.1"),
        (["127.0.0.1"], "", "127.0.0.1"),
    ):
        settings.TRUSTED_PROXIES = proxies
        request = client.get("/healthz", headers={"X-Forwarded-For": chain}).wsgi_request
        assert request.META["REMOTE_ADDR"] == seen, (proxies, chain)


def test_a_proxy_that_is_no_address_is_named_at_the_start(settings):
    settings.TRUSTED_PROXIES = ["nginx.internal"]
    with pytest.raises(ImproperlyConfigured, match="TRUSTED_PROXIES"):
        Client().get("/healthz")
