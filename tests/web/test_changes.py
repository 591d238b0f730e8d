"""Every change that a person makes in the browser, made there by mouse and keys, and seen in the casebook after."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from conftest import Served, Watched
from playwright.sync_api import Page, expect

from stocktake.casebook.search import ReportSearch
from stocktake.vocabulary import Claim

Serve = Callable[..., Served]
Visit = Callable[..., Watched]


def some_report(served: Served) -> str:
    """The report with the most claims."""
    found = served.book.search(ReportSearch(limit=100)).reports
    return max(found, key=lambda report: report.claims).id


def open_claim(served: Served, visit: Visit, number: int = 0) -> tuple[Page, Claim]:
    report = some_report(served)
    claim = served.book.standings(report)[number].claim
    return visit(f"{served.address}/reports/{report}?claim={claim.id}").page, claim


def test_keys_walk_accept_reject_and_undo(serve: Serve, visit: Visit) -> None:
    served = serve()
    report = some_report(served)
    claims = [standing.claim.id for standing in served.book.standings(report)]
    page = visit(f"{served.address}/reports/{report}").page
    page.keyboard.press("j")
    page.wait_for_url(f"**/*claim={claims[0]}")
    page.keyboard.press("j")
    page.wait_for_url(f"**/*claim={claims[1]}")
    page.keyboard.press("k")
    page.wait_for_url(f"**/*claim={claims[0]}")

    page.keyboard.press("a")
    expect(page.locator("#said")).to_contain_text("Accepted")
    expect(page.locator("#inspector .tag.accepted")).to_have_text("checked")
    page.keyboard.press("r")
    expect(page.locator("#said")).to_contain_text("Rejected")
    assert served.book.is_rejected(claims[0])
    page.keyboard.press("u")
    expect(page.locator("#said")).to_contain_text("Undone")
    assert not served.book.is_rejected(claims[0])
    assert [entry.action for entry in served.book.journal(claims[0])] == ["accept", "reject", "undo"]


def test_a_claim_is_corrected_with_a_reason(serve: Serve, visit: Visit) -> None:
    served = serve()
    page, claim = open_claim(served, visit)
    page.keyboard.press("e")
    form = page.locator(f"form[action='/claims/{claim.id}/set']")
    form.locator("[name=agent]").fill("Belarus")
    form.locator("[name=quantity]").fill("≥ 6,000 drones / year")
    form.locator("[name=time]").fill("2022-08 … 2023-02-06")
    form.locator("[name=reason]").fill("the second paragraph says so")
    form.get_by_role("button").click()
    expect(page.locator("#said")).to_contain_text("Corrected")
    expect(page.locator("#inspector .slots")).to_contain_text("Belarus")
    after = served.book.claim(claim.id)
    assert (after.agent, after.quantity.low, after.quantity.per, after.confidence) == ("Belarus", 6000, "year", 1.0)
    (entry,) = served.book.journal(claim.id)
    assert set(entry.value) == {"agent", "quantity", "time"}
    assert entry.reason == "the second paragraph says so"


def test_what_does_not_fit_is_told_and_the_form_keeps_what_was_typed(serve: Serve, visit: Visit) -> None:
    served = serve()
    page, claim = open_claim(served, visit)
    page.keyboard.press("e")
    form = page.locator(f"form[action='/claims/{claim.id}/set']")
    form.locator("[name=quantity]").fill("lots")
    form.get_by_role("button").click()
    expect(page.locator("#inspector [role=alert]")).to_contain_text("'lots' is no quantity")
    expect(form.locator("[name=quantity]")).to_have_value("lots")
    assert not list(served.book.journal())


def test_a_missed_claim_is_added_by_selecting_its_words(serve: Serve, visit: Visit) -> None:
    served = serve()
    report = some_report(served)
    before = len(served.book.standings(report))
    page = visit(f"{served.address}/reports/{report}").page
    text = served.book.report(report).text
    word = page.locator(".reading p").nth(2)
    word.dblclick(position={"x": 20, "y": 12})
    page.locator("#selecting button").click()
    adding = page.locator("#adding")
    expect(adding.locator("[name=quote]")).not_to_have_value("")
    quote = adding.locator("[name=quote]").input_value()
    assert quote in text
    assert len(quote) > 20
    adding.locator("[name=event]").select_option("meeting")
    adding.locator("[name=agent]").fill("Iran")
    adding.get_by_role("button").click()
    expect(page.locator("#said")).to_contain_text("Added")
    after = served.book.standings(report)
    assert len(after) == before + 1
    assert any(s.claim.event.value == "meeting" and s.claim.quote == quote and s.claim.agent == "Iran" for s in after)


def test_the_second_of_two_analysts_is_refused_and_sees_what_changed(serve: Serve, visit: Visit) -> None:
    served = serve()
    first, claim = open_claim(served, visit)
    second, _ = open_claim(served, visit)
    first.keyboard.press("e")
    form = first.locator(f"form[action='/claims/{claim.id}/set']")
    form.locator("[name=agent]").fill("Belarus")
    form.get_by_role("button").click()
    expect(first.locator("#said")).to_contain_text("Corrected")

    second.keyboard.press("r")
    alert = second.locator("#inspector [role=alert]")
    expect(alert).to_contain_text("someone was faster")
    expect(alert).to_contain_text("Belarus")
    assert not served.book.is_rejected(claim.id)
    second.keyboard.press("r")
    expect(second.locator("#said")).to_contain_text("Rejected")
    assert served.book.is_rejected(claim.id)


def test_without_scripts_links_and_forms_do_the_same(serve: Serve, browser: Any) -> None:
    served = serve()
    report = some_report(served)
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{served.address}/reports/{report}")
    page.locator(".reading a.claim").first.click()
    claim = page.url.split("claim=")[1]
    page.get_by_role("button", name="Accept").click()
    expect(page.locator("#said")).to_contain_text("Accepted")
    assert [entry.action for entry in served.book.journal(claim)] == ["accept"]
    page.goto(f"{served.address}/add")
    page.locator("[name=text]").fill("Iran has delivered 100 drones to Russia, officials in Kyiv said on Monday.")
    page.get_by_role("button", name="Add the text").click()
    expect(page.locator("#happened")).to_contain_text("1 report added")
    context.close()


def test_files_are_added_with_progress_and_failures_named(serve: Serve, visit: Visit, tmp_path: Path) -> None:
    served = serve(empty=True)
    (tmp_path / "story.txt").write_text(
        "Harbour Courier\n3 May 2023\n\nIran has delivered 400 drones to Russia, officials in Kyiv said.\n"
    )
    (tmp_path / "empty.txt").write_text("")
    page = visit(f"{served.address}/add").page
    page.locator("#files").set_input_files([tmp_path / "story.txt", tmp_path / "empty.txt"])
    page.get_by_role("button", name="Add the files").click()
    expect(page.locator("#happened h2")).to_have_text("1 report added")
    expect(page.locator("#happened .failed")).to_contain_text("empty.txt")
    page.locator("#happened a.title").click()
    expect(page.locator(".reading")).to_contain_text("Iran has delivered 400 drones")


def test_an_address_in_the_private_network_is_refused_as_by_add(serve: Serve, visit: Visit) -> None:
    served = serve(empty=True)
    page = visit(f"{served.address}/add").page
    page.locator("[name=address]").fill(f"{served.address}/reports")
    page.get_by_role("button", name="Fetch and add").click()
    expect(page.locator("#happened .failed")).to_contain_text("private")
    assert served.book.search(ReportSearch()).total == 0


def test_a_decision_is_undone_in_the_journal(serve: Serve, visit: Visit) -> None:
    served = serve()
    claim = served.book.standings(some_report(served))[0].claim.id
    served.book.decide("reject", claim, reason="twice", author="someone else")
    page = visit(f"{served.address}/journal").page
    expect(page.locator("main tbody tr")).to_contain_text("someone else")
    page.get_by_role("button", name="Undo entry 1").click()
    expect(page.locator("#said")).to_contain_text("Undone")
    assert not served.book.is_rejected(claim)
    assert page.locator("main tbody tr").count() == 2


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_theme_is_switched_and_kept(serve: Serve, visit: Visit, scheme: str) -> None:
    served = serve(empty=True)
    page = visit(f"{served.address}/reports", scheme=scheme).page
    before = page.evaluate("getComputedStyle(document.body).backgroundColor")
    page.locator("#theme").click()
    page.reload()
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") != before
