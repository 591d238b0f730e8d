"""What keeps a casebook safe when it is served: sign-in, roles, forged requests, other hosts, and hostile reports."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Iterator

import httpx
import pytest
from served import PASSWORD, Served, Watched

from stocktake import casebook
from stocktake.casebook.accounts import LOCKED_FOR, AccountError, Accounts, Role, SignInError
from stocktake.casebook.search import ReportSearch

Serve = Callable[..., Served]


def client(served: Served, **headers: str) -> httpx.Client:
    return httpx.Client(base_url=served.address, headers=headers)


def token(page: httpx.Response) -> str:
    found = re.search(r'name="csrf" content="(\w+)"', page.text)
    assert found is not None, page.text[:500]
    return found[1]


def signed_in(served: Served, role: Role) -> httpx.Client:
    session = client(served)
    form = session.get("/sign-in")
    answer = session.post(
        "/sign-in", data={"name": role.value, "password": PASSWORD, "_csrf_token": token(form), "next": "/reports"}
    )
    assert (answer.status_code, answer.headers["location"]) == (303, "/reports")
    return session


def a_claim(served: Served) -> str:
    report = next(r for r in served.book.search(ReportSearch()).reports if r.claims)
    return served.book.standings(report.id)[0].claim.id


# --------------------------------------------------------------------------------------------- headers and hosts


@pytest.mark.parametrize("path", ["/reports", "/reports.json", "/nowhere", "/static/pages.js", "/add"])
def test_every_answer_carries_the_policy(serve: Serve, path: str) -> None:
    served = serve(empty=True)
    headers = client(served).get(path).headers
    policy = headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert "http" not in policy
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["x-frame-options"] == "DENY"
    assert headers["referrer-policy"] == "same-origin"


def test_pages_hold_no_inline_script_or_style_and_no_foreign_address(serve: Serve) -> None:
    served = serve()
    report = served.book.search(ReportSearch()).reports[0].id
    for path in ("/reports", f"/reports/{report}", "/add", "/journal", "/accounts"):
        page = client(served).get(path)
        assert page.status_code == 200, path
        assert not re.search(r"<script(?![^>]*\bsrc=\"/)", page.text), path
        assert not re.search(r"<style|\sstyle=|\son\w+=\"|javascript:", page.text), path
        assert not re.search(r"(src|action|data-swap|data-chart)=\"(https?:)?//", page.text), path


def test_without_accounts_only_loopback_names_are_answered(serve: Serve) -> None:
    served = serve(empty=True)
    port = served.address.rsplit(":", 1)[1]
    for host, status in (("localhost", 200), ("127.0.0.1", 200), ("[::1]", 200), ("casebook.attacker.example", 403)):
        assert client(served, host=f"{host}:{port}").get("/reports").status_code == status, host


# --------------------------------------------------------------------------------------------- forged changes


def test_a_change_needs_the_token_of_our_page(serve: Serve) -> None:
    served = serve()
    claim = a_claim(served)
    session = client(served)
    assert session.post(f"/claims/{claim}/reject", data={}).status_code == 403
    page = session.get("/reports")
    assert session.post(f"/claims/{claim}/reject", data={"_csrf_token": "0" * 128}).status_code == 403
    assert not served.book.is_rejected(claim)
    fresh = token(session.get("/reports") if not session.cookies else page)
    page = session.get("/reports")
    answer = session.post(f"/claims/{claim}/reject", data={"_csrf_token": token(page) or fresh})
    assert answer.status_code == 303
    assert served.book.is_rejected(claim)


@pytest.mark.parametrize(
    "headers",
    [{"origin": "https://attacker.example"}, {"origin": "null"}, {"sec-fetch-site": "cross-site"}],
)
def test_a_change_from_another_site_is_refused_even_with_the_token(serve: Serve, headers: dict[str, str]) -> None:
    served = serve()
    claim = a_claim(served)
    session = client(served)
    data = {"_csrf_token": token(session.get("/reports"))}
    assert session.post(f"/claims/{claim}/reject", data=data, headers=headers).status_code == 403
    assert not served.book.is_rejected(claim)


# --------------------------------------------------------------------------------------------- accounts


def test_without_a_session_nothing_is_shown(serve: Serve) -> None:
    served = serve(accounts=True)
    session = client(served)
    answer = session.get("/reports?q=drone")
    assert (answer.status_code, answer.headers["location"]) == (303, "/sign-in?next=%2Freports%3Fq%3Ddrone")
    assert session.get("/reports.json").status_code == 401
    assert session.get("/nowhere").status_code == 303
    assert session.get("/openapi/openapi.json").status_code == 401
    assert session.get("/static/stocktake.css").status_code == 200


def test_the_session_cookie_is_for_this_site_and_no_script(serve: Serve) -> None:
    served = serve(accounts=True)
    session = client(served)
    form = session.get("/sign-in")
    answer = session.post("/sign-in", data={"name": "reader", "password": PASSWORD, "_csrf_token": token(form)})
    cookie = next(c for c in answer.headers.get_list("set-cookie") if c.startswith("stocktake_session"))
    assert "HttpOnly" in cookie
    assert "SameSite=lax" in cookie
    assert PASSWORD not in answer.text


@pytest.mark.parametrize(
    ("target", "leads_to"), [("/journal", "/journal"), ("//attacker.example", "/"), ("https://attacker.example", "/")]
)
def test_signing_in_leads_nowhere_else(serve: Serve, target: str, leads_to: str) -> None:
    served = serve(accounts=True)
    session = client(served)
    data = {"name": "reader", "password": PASSWORD, "_csrf_token": token(session.get("/sign-in")), "next": target}
    assert session.post("/sign-in", data=data).headers["location"] == leads_to


@pytest.mark.parametrize(
    ("role", "add", "reject", "accounts"),
    [(Role.reader, 403, 403, 403), (Role.analyst, 200, 303, 403), (Role.admin, 200, 303, 200)],
)
def test_what_each_role_may_do(serve: Serve, role: Role, add: int, reject: int, accounts: int) -> None:
    served = serve(accounts=True)
    claim = a_claim(served)
    session = signed_in(served, role)
    page = session.get("/reports")
    assert page.status_code == 200
    assert session.get("/add").status_code == add
    assert session.get("/accounts").status_code == accounts
    page = session.get("/reports")
    assert session.post(f"/claims/{claim}/reject", data={"_csrf_token": token(page)}).status_code == reject
    assert served.book.is_rejected(claim) is (reject == 303)
    if reject == 303:
        assert [entry.author for entry in served.book.journal(claim)] == [role.value]


def test_signing_out_ends_the_session(serve: Serve) -> None:
    served = serve(accounts=True)
    session = signed_in(served, Role.reader)
    cookie = session.cookies["stocktake_session"]
    session.post("/sign-out", data={"_csrf_token": token(session.get("/reports"))})
    assert client(served, cookie=f"stocktake_session={cookie}").get("/reports.json").status_code == 401


def test_wrong_passwords_lock_known_and_unknown_names_alike(serve: Serve) -> None:
    served = serve(accounts=True)
    session = client(served)
    form = session.get("/sign-in")
    told: dict[str, list[str]] = {}
    for name in ("reader", "nobody"):
        for _ in range(6):
            data = {"name": name, "password": "wrong password", "_csrf_token": token(form)}
            answer = session.post("/sign-in", data=data)
            assert answer.status_code == 401
            alert = re.search(r'role="alert">([^<]+)', answer.text)
            assert alert is not None
            told.setdefault(name, []).append(alert[1].replace(name, "NAME"))
    assert told["reader"] == told["nobody"]
    assert "Too many wrong passwords" in told["reader"][-1]
    locked = session.post("/sign-in", data={"name": "reader", "password": PASSWORD, "_csrf_token": token(form)})
    assert locked.status_code == 401


def test_who_is_signed_in_changes_their_own_password(serve: Serve) -> None:
    served = serve(accounts=True)
    session, elsewhere = signed_in(served, Role.reader), signed_in(served, Role.reader)

    def change(old: str, new: str, again: str) -> httpx.Response:
        form = {"old": old, "new": new, "again": again, "_csrf_token": token(session.get("/password"))}
        return session.post("/password", data=form)

    for old, new, again, told in (
        (PASSWORD, "a new long one", "another long one", "The two new passwords differ"),
        (PASSWORD, "short", "short", "use 10 or more"),
        ("not the old one", "a new long one", "a new long one", "The old password is not right."),
    ):
        refused = change(old, new, again)
        assert (refused.status_code, told in refused.text) == (400, True), refused.text
    done = change(PASSWORD, "a new long one", "a new long one")
    assert (done.status_code, done.headers["location"]) == (303, "/?did=password")
    assert session.get("/reports").status_code == 200
    assert elsewhere.get("/reports").status_code == 303
    with pytest.raises(SignInError):
        Accounts(served.book).sign_in("reader", PASSWORD)


def test_guessing_the_old_password_locks_the_account(serve: Serve) -> None:
    served = serve(accounts=True)
    session = signed_in(served, Role.reader)
    form = {"new": "a new long one", "again": "a new long one", "_csrf_token": token(session.get("/password"))}
    answers = [session.post("/password", data={**form, "old": f"guess {n}"}).text for n in range(6)]
    assert "Too many wrong passwords" in answers[-1]
    assert Accounts(served.book).get("reader").locked_until is not None


def test_there_is_no_password_to_change_without_accounts(serve: Serve) -> None:
    answer = client(serve(empty=True)).get("/password")
    assert (answer.status_code, "without sign-in" in answer.text) == (400, True)


@pytest.fixture
def accounts(casebook_address: str) -> Iterator[Accounts]:
    with casebook.open(casebook_address) as book:
        yield Accounts(book)


def test_accounts_are_kept_on_both_databases(accounts: Accounts, monkeypatch: pytest.MonkeyPatch) -> None:
    assert not accounts.any()
    accounts.add("anna", PASSWORD, Role.admin)
    accounts.add("bea", PASSWORD, Role.reader)
    token = accounts.sign_in("bea", PASSWORD)
    assert (account := accounts.session(token)) is not None
    assert account.role is Role.reader
    accounts.set_role("bea", Role.analyst)
    assert (account := accounts.session(token)) is not None
    assert account.role is Role.analyst
    accounts.set_password("bea", "another long one")
    assert accounts.session(token) is None
    for _ in range(5):
        with pytest.raises(SignInError, match="do not go together"):
            accounts.sign_in("bea", PASSWORD)
    with pytest.raises(SignInError, match="Too many"):
        accounts.sign_in("bea", "another long one")
    assert accounts.get("bea").locked_until is not None
    accounts.unlock("bea")
    assert accounts.sign_in("bea", "another long one")
    accounts.remove("bea")
    assert [account.name for account in accounts.all()] == ["anna"]
    assert accounts.key("csrf") == accounts.key("csrf") != accounts.key("other")


def test_a_lock_and_a_session_end_with_time(accounts: Accounts, monkeypatch: pytest.MonkeyPatch) -> None:
    from stocktake.casebook import accounts as module

    accounts.add("anna", PASSWORD, Role.admin)
    token = accounts.sign_in("anna", PASSWORD)
    for _ in range(5):
        with pytest.raises(SignInError):
            accounts.sign_in("anna", "wrong password")
    later = module.now() + LOCKED_FOR
    monkeypatch.setattr(module, "now", lambda: later)
    assert accounts.sign_in("anna", PASSWORD)
    assert accounts.session(token) is not None
    monkeypatch.setattr(module, "now", lambda: later + module.SESSION_LASTS)
    assert accounts.session(token) is None


@pytest.mark.parametrize(("back", "locked"), [(dt.timedelta(minutes=1), True), (dt.timedelta(days=300), False)])
def test_a_clock_that_was_ahead_locks_nobody_out_until_it_is_there_again(
    accounts: Accounts, monkeypatch: pytest.MonkeyPatch, back: dt.timedelta, locked: bool
) -> None:
    from stocktake.casebook import accounts as module

    accounts.add("anna", PASSWORD, Role.admin)
    for _ in range(5):
        with pytest.raises(SignInError):
            accounts.sign_in("anna", "wrong password")
    earlier = module.now() - back
    monkeypatch.setattr(module, "now", lambda: earlier)
    if locked:
        with pytest.raises(SignInError):
            accounts.sign_in("anna", PASSWORD)
    else:
        assert accounts.sign_in("anna", PASSWORD)


@pytest.mark.parametrize(
    ("name", "password", "told"),
    [("anna", PASSWORD, "already an account"), ("a b", PASSWORD, "can't be"), ("bea", "short", "5 characters")],
)
def test_accounts_that_can_not_be(accounts: Accounts, name: str, password: str, told: str) -> None:
    accounts.add("anna", PASSWORD, Role.admin)
    with pytest.raises(AccountError, match=told):
        accounts.add(name, password, Role.reader)


def test_the_last_admin_stays(accounts: Accounts) -> None:
    accounts.add("anna", PASSWORD, Role.admin)
    with pytest.raises(AccountError, match="last admin"):
        accounts.remove("anna")
    with pytest.raises(AccountError, match="last admin"):
        accounts.set_role("anna", Role.reader)


# --------------------------------------------------------------------------------------------- hostile reports

HOSTILE = """<script>document.title = 'owned'</script> Iran sent Russia 100 drones, said <img src=x onerror=alert(1)>.
<svg onload=alert(2)><a href="javascript:alert(3)">Click</a> &lt;script&gt;alert(4)&lt;/script&gt; {{ 7 * 7 }}
The file invoice\u202efdp.exe came with \u200bzero width and data:text/html,<script>alert(5)</script>."""


def test_a_hostile_report_shows_as_text_and_runs_nothing(serve: Serve, visit: Callable[..., Watched]) -> None:
    served = serve(empty=True)
    page = visit(f"{served.address}/add").page
    page.on("dialog", lambda dialog: pytest.fail(f"a script ran: {dialog.message}"))
    page.locator("[name=title]").fill("</title><script>alert(6)</script>\u202e")
    page.locator("[name=text]").fill(HOSTILE)
    page.get_by_role("button", name="Add the text").click()
    page.locator("#happened a.title").click()
    page.wait_for_selector(".reading")
    shown = page.locator(".reading").inner_text()
    assert "<script>document.title = 'owned'</script>" in shown
    assert "[U+202E]" in shown
    assert "[U+200B]" in shown
    assert "\u202e" not in page.content()
    assert page.title() != "owned"
    assert page.locator("main script, main img, .reading svg").count() == 0
    for path in ("/reports", "/reports?q=script", "/journal"):
        page.goto(served.address + path)
        assert "\u202e" not in page.content()


def test_the_original_is_only_ever_saved(serve: Serve) -> None:
    served = serve()
    report = served.book.search(ReportSearch()).reports[0].id
    answer = client(served).get(f"/reports/{report}/original")
    assert answer.headers["content-disposition"].startswith("attachment")
    assert answer.headers["content-type"].startswith("application/octet-stream")
    assert "sandbox" in answer.headers["content-security-policy"]
    assert answer.content == served.book.raw(report)


def test_a_bomb_is_refused_with_a_reason(serve: Serve) -> None:
    import gzip

    served = serve(empty=True)
    session = client(served)
    form = {"_csrf_token": token(session.get("/add"))}
    bomb = gzip.compress(b"\0" * 400_000_000, 9)
    answer = session.post("/add/files", data=form, files={"files": ("bomb.html.gz", bomb)}, timeout=60)
    assert answer.status_code == 400
    assert "bomb.html.gz" in answer.text
    assert served.book.search(ReportSearch()).total == 0
