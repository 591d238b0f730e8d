"""Every change that a person makes in the browser, made there by mouse and keys, and seen in the casebook after."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect
from served import QUICK_PROGRAMME, Served, Watched

from stocktake.casebook.browsing import FindingSearch
from stocktake.casebook.programmes import forecasts
from stocktake.casebook.search import ReportSearch
from stocktake.vocabulary import Claim, Finding

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
    assert served.book.last_entry(claim.id) == 0


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
    number = served.book.last_entry(claim)
    page = visit(f"{served.address}/journal").page
    expect(page.locator("main tbody tr").first).to_contain_text("someone else")
    page.get_by_role("button", name=f"Undo entry {number}").click()
    expect(page.locator("#said")).to_contain_text("Undone")
    assert not served.book.is_rejected(claim)
    expect(page.locator("main tbody tr").first).to_contain_text(f"entry {number}")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_theme_is_switched_and_kept(serve: Serve, visit: Visit, scheme: str) -> None:
    served = serve(empty=True)
    page = visit(f"{served.address}/reports", scheme=scheme).page
    before = page.evaluate("getComputedStyle(document.body).backgroundColor")
    page.locator("#theme").click()
    page.reload()
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") != before


def a_finding(served: Served, *, claims: int) -> Finding:
    """The finding with the most origins that has at least so many claims."""
    found = served.book.find_findings(FindingSearch(sort="origins", limit=100)).findings
    return next(finding for finding in found if len(finding.claims) >= claims)


def test_findings_are_merged_with_a_reason_and_parted_again(serve: Serve, visit: Visit) -> None:
    served = serve()
    found = served.book.find_findings(FindingSearch(sort="origins", limit=100)).findings
    first = found[0]
    other = next(f for f in found[1:] if f.event == first.event and f.modality == first.modality)
    page = visit(f"{served.address}/findings/{first.id}").page
    page.locator("#other").fill(f"{served.address}/findings/{other.id}")
    page.get_by_label("Reason to merge").fill("one shipment, told twice")
    page.get_by_role("button", name="Merge").click()
    expect(page.locator("#said")).to_contain_text("Merged")
    merged = served.book.finding(first.claims[0])
    assert set(other.claims) <= set(merged.claims)
    page.get_by_role("button", name="Undo").click()
    expect(page.locator("#said")).to_contain_text("Undone")
    assert set(served.book.finding(first.claims[0]).claims) == set(first.claims)


def test_claims_are_split_off_a_finding(serve: Serve, visit: Visit) -> None:
    served = serve()
    finding = a_finding(served, claims=4)
    page = visit(f"{served.address}/findings/{finding.id}").page
    chosen = page.get_by_label("Choose this claim to split off").last
    claim = chosen.get_attribute("value")
    chosen.check()
    page.get_by_label("Reason to split").fill("of another month")
    page.get_by_role("button", name="Split off the chosen").click()
    expect(page.locator("#said")).to_contain_text("Split off")
    assert claim is not None
    apart = served.book.finding(claim)
    assert claim in apart.claims
    assert claim not in served.book.finding(next(c for c in finding.claims if c not in apart.claims)).claims


def test_merging_with_what_is_not_there_is_told(serve: Serve, visit: Visit) -> None:
    served = serve()
    finding = a_finding(served, claims=2)
    page = visit(f"{served.address}/findings/{finding.id}").page
    page.locator("#other").fill("nothing like it")
    page.get_by_label("Reason to merge").fill("?")
    page.get_by_role("button", name="Merge").click()
    expect(page.get_by_role("alert")).to_contain_text("nothing like it")
    assert "merge" not in {entry.action for entry in served.book.journal()}


def test_a_source_is_graded_and_the_second_grader_refused(serve: Serve, visit: Visit) -> None:
    served = serve()
    source = served.book.sources()[0]
    pages = [visit(f"{served.address}/sources/{source.name}").page for _ in range(2)]
    for page, letter in zip(pages, "BE", strict=True):
        page.get_by_label("New grade").select_option(letter)
        page.get_by_label("Reason").fill("its figures were borne out")
        page.get_by_role("button", name="Grade").click()
    expect(pages[0].locator("#said")).to_contain_text("Graded")
    expect(pages[1].get_by_role("alert")).to_contain_text("someone was faster")
    graded = next(s for s in served.book.sources() if s.name == source.name)
    assert graded.grade == "B"
    expect(pages[0].locator(".inspector .grade").first).to_have_text("B")


def test_a_slider_moves_the_forecast(serve: Serve, visit: Visit) -> None:
    served = serve()
    page = visit(f"{served.address}/forecast/{QUICK_PROGRAMME}").page
    page.wait_for_selector("[data-chart-of][data-drawn] svg")
    figures = page.locator("#figures tbody")
    before = figures.inner_text()
    slider = page.locator("[data-lever='imports.stop'] input")
    slider.focus()
    page.keyboard.press("Home")
    expect(page.locator("#scenario")).to_contain_text("imports.stop=")
    assert figures.inner_text() != before
    assert "set=imports.stop" in page.url
    page.reload()
    page.wait_for_selector("[data-chart-of][data-drawn] svg")
    expect(page.locator("#scenario")).to_contain_text("imports.stop =")
    page.get_by_role("link", name="Back to the forecast").click()
    assert figures.inner_text() == before


def test_a_forecast_is_made_on_its_page(serve: Serve, visit: Visit) -> None:
    served = serve()
    served.book.decide("reject", served.book.standings(some_report(served))[0].claim.id)
    with served.book.writing() as connection:
        connection.execute(forecasts.delete())
    page = visit(f"{served.address}/forecast/{QUICK_PROGRAMME}").page
    page.get_by_role("button", name="Make the forecast").click()
    expect(page.locator("#said")).to_contain_text("made anew")
    assert served.book.forecast_last(QUICK_PROGRAMME) is not None


def test_the_timeline_is_brushed_and_a_mark_leads_to_its_finding(serve: Serve, visit: Visit) -> None:
    served = serve()
    page = visit(f"{served.address}/timeline", height=1500).page
    page.wait_for_selector("#timeline[data-drawn] svg")
    chart = page.locator("#timeline svg")
    labels = page.locator("#timeline .role-axis-label text")
    before = labels.all_text_contents()
    box = chart.bounding_box()
    assert box is not None
    strip = box["y"] + box["height"] - 45
    page.mouse.move(box["x"] + box["width"] * 0.3, strip)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] * 0.6, strip, steps=5)
    page.mouse.up()
    expect(labels).not_to_have_text(before)

    page.goto(f"{served.address}/timeline?event=transfer&by=party")
    page.wait_for_selector("#timeline[data-drawn] svg")
    marks = page.locator("#timeline .mark-symbol path").all()
    inside = next(mark for mark in marks if (at := mark.bounding_box()) is not None and at["x"] > 100)
    inside.click(force=True)
    page.wait_for_url("**/findings/*")


def test_what_changed_since_the_last_visit_is_told(serve: Serve, visit: Visit) -> None:
    served = serve()
    watched = visit(f"{served.address}/")
    page = watched.page
    assert page.locator(".since").count() == 0
    old = (dt.datetime.now(dt.UTC) - dt.timedelta(hours=2)).isoformat()
    page.context.add_cookies([{"name": "stocktake_visit", "value": f"|{old}|{old}", "url": served.address}])
    served.book.decide("reject", served.book.standings(some_report(served))[0].claim.id)
    page.reload()
    expect(page.locator(".since")).to_contain_text(f"{len(list(served.book.journal()))} decisions were made")


def test_a_report_without_a_day_is_given_one(serve: Serve, visit: Visit) -> None:
    served = serve(empty=True)
    page = visit(f"{served.address}/add").page
    page.locator("[name=text]").fill("Iran delivered 400 drones to Russia last month, officials in Kyiv said.")
    page.get_by_role("button", name="Add the text").click()
    page.locator("#happened a.title").click()
    report = served.book.search(ReportSearch()).reports[0]
    assert report.published is None
    form = page.locator(".describing")
    form.get_by_label("Published").fill("2023-03-10")
    form.get_by_label("Reason").fill("the printed edition")
    form.get_by_role("button").click()
    expect(page.locator("#said")).to_contain_text("day or outlet was changed")
    assert served.book.report(report.id).published == dt.date(2023, 3, 10)
