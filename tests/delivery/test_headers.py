"""The headers that tell a browser what it may do, on each kind of answer."""

from tests.helpers.environments import use

KINDS = [
    "/",
    "/nothing-is-here/",
    "/robots.txt",
    "/sitemap.xml",
    "/healthz",
    "/admin/login/",
    "/?q=%00",
]


def policy_of(response) -> dict[str, list[str]]:
    directives = (part.split() for part in response["Content-Security-Policy"].split(";"))
    return {name: values for name, *values in directives}


def test_every_answer_says_what_a_browser_may_do(client, seeded):
    for address in KINDS:
        response = client.get(address)
        policy = policy_of(response)
        for directive in ("default-src", "frame-ancestors", "base-uri"):
            assert policy[directive] == ["'none'"], address
        assert not [value for values in policy.values() for value in values if value.startswith("'unsafe-")]
        assert response["X-Content-Type-Options"] == "nosniff", address
        assert response["Referrer-Policy"] == "strict-origin-when-cross-origin", address
        assert "camera=()" in response["Permissions-Policy"], address
        assert response["Cross-Origin-Opener-Policy"] == "same-origin", address
        assert response["Cross-Origin-Resource-Policy"] == "same-origin", address


def test_public_pages_set_no_cookie_run_no_script_and_take_nothing_from_elsewhere(client, seeded):
    for address in ("/", "/nothing-is-here/"):
        response = client.get(address)
        assert not response.cookies
        policy = policy_of(response)
        assert "script-src" not in policy
        # For tools that read robots.txt from within the page.
        assert policy["connect-src"] == ["'self'"]
        assert {value for values in policy.values() for value in values} <= {"'none'", "'self'"}


def test_the_admin_runs_its_own_scripts_only(client, db):
    policy = policy_of(client.get("/admin/login/"))
    assert policy["script-src"][0] == "'self'"
    assert all(value.startswith("'nonce-") for value in policy["script-src"][1:])
    assert not [value for values in policy.values() for value in values if "://" in value or value == "*"]


def test_static_files_say_it_too_and_keep_for_good(server):
    response, page = server.get("/")
    address = page.decode().split('rel="stylesheet" href="')[1].split('"')[0]
    response, _ = server.get(address)
    assert response.status == 200
    assert response.getheader("X-Content-Type-Options") == "nosniff"
    assert "default-src 'none'" in response.getheader("Content-Security-Policy")
    assert response.getheader("Access-Control-Allow-Origin") is None
    assert "immutable" in response.getheader("Cache-Control")


def test_https_brings_hsts_and_cookies_bound_to_the_host(client, db, settings):
    use(settings, SITE_URL="https://testserver", TRUSTED_PROXIES="127.0.0.1")
    login = client.get("/admin/login/", headers={"X-Forwarded-Proto": "https"})
    assert login.status_code == 200
    assert login.headers["Strict-Transport-Security"] == "max-age=31536000"
    assert login.cookies
    for name, cookie in login.cookies.items():
        assert name.startswith("__Host-")
        assert cookie["secure"]
        assert cookie["httponly"]
        assert (cookie["path"], cookie["domain"], cookie["samesite"]) == ("/", "", "Lax")
    assert (settings.SESSION_COOKIE_NAME, settings.SESSION_COOKIE_SECURE) == ("__Host-session", True)


def test_https_sends_plain_requests_on_but_answers_the_supervisor(client, settings):
    use(settings, SITE_URL="https://testserver")
    page = client.get("/admin/login/?next=/admin/")
    assert (page.status_code, page.headers["Location"]) == (
        301,
        "https://testserver/admin/login/?next=/admin/",
    )
    assert client.get("/healthz").status_code == 200


def test_over_http_a_trial_can_sign_in(client, db):
    [cookie] = client.get("/admin/login/").cookies.values()
    assert not cookie["secure"]
    assert not cookie.key.startswith("__Host-")
    assert cookie["httponly"]


def test_every_process_writes_the_policy_in_the_same_order(client, db):
    for address in ("/contact/", "/admin/login/"):
        directives = client.get(address)["Content-Security-Policy"].split("; ")
        assert directives == sorted(directives)
