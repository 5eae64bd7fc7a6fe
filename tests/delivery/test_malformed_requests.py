"""Requests that no browser makes are refused with a 4xx, on either database, before they cost anything."""

import socket

BROKEN = ["%00", "%ff", "%c3%28", "%ed%a0%80", "%E0%BA"]


def test_nul_and_broken_utf8_in_the_address_are_refused(server):
    for address in ("/", "/careers/vacancies/nothing/", "/admin/login/", "/healthz", "/static/nothing.css"):
        for broken in BROKEN if address == "/" else BROKEN[:2]:
            for target in (f"{address}{broken}", f"{address}?q=a{broken}b", f"{address}?{broken}=1"):
                response, _ = server.get(target)
                assert response.status == 400, target


def test_nul_and_broken_utf8_in_a_cookie_are_refused(server):
    for cookie in ("a=%00", "session=%ff", '__Host-session="\\000"', "a=1; b=%00"):
        for address in ("/nothing", "/admin/login/", "/static/nothing.css"):
            response, page = server.get(address, Cookie=cookie)
            assert response.status == 400, (cookie, address)
            assert b"cookie" in page
        # Public pages are kept ready for everyone, whatever their cookies say.
        assert server.get("/", Cookie=cookie)[1] == server.get("/")[1]


def test_bytes_in_a_header_that_nobody_can_read_are_no_fault_of_ours(server):
    request = b"GET %s HTTP/1.1\r\nHost: 127.0.0.1\r\n%s: %s\r\nConnection: close\r\n\r\n"
    for header in (b"Cookie", b"Accept-Language", b"If-None-Match", b"If-Modified-Since", b"Range"):
        for content in (b"session=\xff\xfe", b"\xc3\x28", b"a" * 20_000):
            for address in (b"/", b"/admin/login/"):
                assert status_of(server, request % (address, header, content)) < 500, (header, content[:20])


def test_bytes_that_are_no_request_are_no_fault_of_ours(server):
    for request in (
        b"GET /\xff\xfe HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n",
        b"GET /?\xc3\x28 HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: \xff\r\nConnection: close\r\n\r\n",
        b"GET / HTTP/1.1\r\nConnection: close\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: elsewhere.example\r\nConnection: close\r\n\r\n",
        b"POST /admin/login/ HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: -1\r\nConnection: close\r\n\r\n",
        b"POST /admin/login/ HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: x\r\nConnection: close\r\n\r\n",
    ):
        assert 400 <= status_of(server, request) < 500, request


def test_a_query_longer_than_any_page_needs_is_refused(server):
    for address in ("/", "/admin/login/"):
        response, _ = server.get(f"{address}?q={'x' * 55_000}")
        assert response.status == 414


def test_a_body_too_large_is_refused_before_it_is_read(server):
    """The body never comes: a server that waits for it does not answer."""
    request = b"POST /admin/login/ HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 419430400\r\n\r\nusername="
    assert status_of(server, request) == 413


def test_public_pages_can_only_be_read(server):
    for method in ("POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "BREW"):
        for address in ("/", "/careers/", "/nothing-is-here/", "/healthz", "/robots.txt"):
            response, _ = server.get(address, method=method, body=b"a=b" if method == "POST" else None)
            assert response.status == 405, (method, address)
            assert response.getheader("Allow") == "GET, HEAD"


def test_a_form_of_the_admin_without_its_token_stores_nothing(server):
    response, _ = server.get("/admin/login/", method="POST", body=b"username=a&password=b")
    assert response.status == 403


def status_of(server, request: bytes) -> int:
    """The status of the answer to these very bytes."""
    with socket.create_connection(("127.0.0.1", server.port), timeout=20) as connection:
        connection.sendall(request)
        line = connection.makefile("rb").readline()
    return int(line.split()[1])
