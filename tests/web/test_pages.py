"""Every page in a real browser: usable by all (axe-core), narrow and wide, light and dark, printed, and pictured."""

from __future__ import annotations

import os
import re
from collections.abc import Callable

import httpx
import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page
from served import PICTURES, QUICK_PROGRAMME, Served, Watched

from stocktake.casebook.browsing import FindingSearch
from stocktake.casebook.search import ReportSearch
from stocktake.cli import main
from stocktake.telling import path_words, term_words

Serve = Callable[..., Served]
Visit = Callable[..., Watched]
SIZES = (("light", 1280), ("dark", 360))
FIRST_LOAD = 300_000
PICTURED = ("overview", "reports", "report", "findings", "finding", "timeline", "conflicts", "forecast")
PICTURED_DARK = ("overview", "report", "finding")
AXE_RULES = {"runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "best-practice"]}}


def addresses(served: Served) -> dict[str, str]:
    """Every page by name, each showing something."""
    reports = served.book.search(ReportSearch(limit=100)).reports
    report = max(reports, key=lambda found: found.claims)
    claim = served.book.standings(report.id)[0].claim
    finding = served.book.find_findings(FindingSearch(sort="origins", limit=1)).findings[0]
    source = served.book.sources()[0]
    return {
        "overview": "/",
        "reports": "/reports?q=drones&event=transfer",
        "report": f"/reports/{report.id}?claim={claim.id}",
        "findings": "/findings?sort=origins",
        "finding": f"/findings/{finding.id}",
        "timeline": "/timeline",
        "conflicts": "/conflicts",
        "sources": "/sources",
        "source": f"/sources/{source.name}",
        "forecast": f"/forecast/{QUICK_PROGRAMME}",
        "add": "/add",
        "journal": "/journal",
        "accounts": "/accounts",
    }


def drawn(page: Page) -> None:
    """Waits until the charts of a page stand."""
    for chart in page.locator("[data-chart], [data-chart-of]").all():
        chart.locator("svg").first.wait_for(state="attached")


def serious(page: Page) -> list[str]:
    """What axe-core finds that keeps someone from using the page."""
    found = Axe().run(page, options=AXE_RULES).response["violations"]
    return [
        f"{rule['id']}: {node['target']} {node['failureSummary']}"
        for rule in found
        if rule["impact"] in ("serious", "critical")
        for node in rule["nodes"][:3]
    ]


@pytest.mark.parametrize(("scheme", "width"), SIZES)
def test_every_page_can_be_used_by_all_and_fits_its_screen(serve: Serve, visit: Visit, scheme: str, width: int) -> None:
    served = serve()
    served.book.decide("accept", served.book.standings(served.book.search(ReportSearch()).reports[0].id)[0].claim.id)
    page = visit(f"{served.address}/", width=width, height=800, scheme=scheme).page
    faults: dict[str, list[str]] = {}
    for name, path in addresses(served).items():
        page.goto(served.address + path)
        drawn(page)
        faults[name] = serious(page)
        beyond = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        if beyond > 0:
            faults[name].append(f"is {beyond} px wider than {width}")
        if page.locator("h1").count() != 1:
            faults[name].append("has not one main heading")
    assert {name: found for name, found in faults.items() if found} == {}


def test_an_empty_casebook_says_what_to_do_next(serve: Serve, visit: Visit) -> None:
    served = serve(empty=True)
    page = visit(f"{served.address}/").page
    for path in (
        "/",
        "/reports",
        "/findings",
        "/timeline",
        "/conflicts",
        "/sources",
        "/forecast",
        "/journal",
        "/accounts",
    ):
        page.goto(served.address + path)
        empty = page.locator(".empty")
        assert empty.count() == 1, path
        assert empty.locator("a, code").count() >= 1, f"{path} does not say what to do next"
        assert serious(page) == [], path


def test_pages_for_signing_in_and_for_trouble_can_be_used_by_all(serve: Serve, visit: Visit) -> None:
    served = serve(accounts=True)
    page = visit(f"{served.address}/reports").page
    assert serious(page) == []
    page.get_by_label("Name").fill("analyst")
    page.get_by_label("Password").fill("correct horse battery")
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url("**/reports")
    page.goto(f"{served.address}/nowhere")
    assert "no page at /nowhere" in page.locator("main").inner_text()
    assert serious(page) == []
    page.get_by_role("link", name="Change your password").click()
    page.wait_for_url("**/password")
    assert serious(page) == []


def test_the_whole_of_a_page_can_be_reached_by_keys(serve: Serve, visit: Visit) -> None:
    served = serve()
    page = visit(f"{served.address}/findings").page
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    page.keyboard.press("Enter")
    page.keyboard.press("j")
    page.keyboard.press("j")
    focused = page.evaluate("document.activeElement.getAttribute('href')")
    assert focused == page.locator("[data-rows] .title").nth(1).get_attribute("href")
    page.keyboard.press("Enter")
    page.wait_for_url(f"**{focused}")
    page.keyboard.press("?")
    assert page.locator("dialog[open]").count() == 1


def test_the_first_load_is_light(serve: Serve) -> None:
    served = serve()
    with httpx.Client(base_url=served.address) as client:
        for name, path in addresses(served).items():
            page = client.get(path)
            assert page.status_code == 200, name
            files = set(re.findall(r'(?:src|href)="(/static/[^"]+)"', page.text)) | {"/static/charts.js"}
            weight = len(page.content) + sum(len(client.get(file).content) for file in files)
            assert weight <= FIRST_LOAD, f"{name} weighs {weight:,} bytes"


def test_every_page_is_json_at_the_same_address(serve: Serve) -> None:
    served = serve()
    with httpx.Client(base_url=served.address) as client:
        for name, path in addresses(served).items():
            address, _, query = path.partition("?")
            wanted = f"{'/overview' if address == '/' else address}.json?{query}"
            answer = client.get(wanted)
            assert answer.status_code == 200, name
            assert answer.headers["content-type"].startswith("application/json"), name
            assert isinstance(answer.json(), dict), name
            shown = re.search(r'<a href="([^"]+\.json[^"]*)">This page as JSON', client.get(path).text)
            assert shown is not None, name


def test_print_hides_what_is_only_for_the_screen(serve: Serve, visit: Visit) -> None:
    served = serve()
    page = visit(served.address + addresses(served)["finding"]).page
    page.emulate_media(media="print")
    assert not page.locator(".masthead").is_visible()
    assert not page.get_by_role("button", name="Merge").is_visible()
    assert page.locator(".origin").first.is_visible()


@pytest.mark.skipif(not os.environ.get("STOCKTAKE_PICTURES"), reason="set STOCKTAKE_PICTURES=1 to take the pictures")
def test_pictures_for_the_documentation(serve: Serve, visit: Visit) -> None:
    served = serve()
    served.book.forecast("shahed")
    PICTURES.mkdir(exist_ok=True)
    pages = addresses(served) | {"forecast": "/forecast/shahed"}
    for scheme in ("light", "dark"):
        page = visit(f"{served.address}/", width=1280, height=860, scheme=scheme).page
        for name in PICTURED if scheme == "light" else PICTURED_DARK:
            page.goto(served.address + pages[name])
            drawn(page)
            page.wait_for_timeout(300)
            ending = "" if scheme == "light" else "-dark"
            page.screenshot(path=PICTURES / f"{name}{ending}.png")


def test_a_finding_s_page_says_in_the_words_of_why_who_told_whom_and_why_each_is_graded_so(
    serve: Serve, visit: Visit, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    served = serve()
    finding = served.book.find_findings(FindingSearch(sort="origins", limit=1)).findings[0]
    told = served.book.explain(finding)
    monkeypatch.setenv("COLUMNS", "4000")
    assert main(["--casebook", str(served.book.address), "why", finding.id]) == 0
    printed = capsys.readouterr().out
    page = visit(f"{served.address}/findings/{finding.id}").page
    shown = page.locator("main").inner_text()
    words = {path_words(told, claim) for claim in finding.claims} | {term_words(t) for t in told.credibility.terms}
    assert any(" ← " in one for one in words)
    for one in words:
        assert one in printed
        assert one in shown
