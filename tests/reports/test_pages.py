"""A page in, the article out: none of the buttons, forms, boxes and neighbours that stand around it."""

from __future__ import annotations

import datetime as dt

import pytest

from stocktake import reports

from .making import PARAGRAPHS, page, taken

BOILERPLATE = {
    "share bar by class": '<div class="share-bar"><a href=#>Share on Facebook</a> <a href=#>Telegram</a></div>',
    "share list in BEM": '<ul class="article__share-tools"><li>Tweet</li><li>Copy link</li></ul>',
    "camel case": '<div class="socialShareButtons">Spread the word among your friends</div>',
    "by id": '<div id="related-stories"><h3>More</h3><p>The mayor opens a bridge over the harbour.</p></div>',
    "newsletter": '<section class="newsletter-signup"><p>Our best stories, every morning in your inbox.</p></section>',
    "comment form": "<form><h4>What do you think?</h4><p>Your address stays with us.</p><textarea></textarea></form>",
    "comments": '<ol class="comment-list"><li>Bob says: I counted 400 of them myself!</li></ol>',
    "cookie notice": '<div class="cookie-consent"><p>We value your privacy, and 300 partners of ours do too.</p></div>',
    "navigation": "<nav><a href=/>Front page</a><a href=/war>War</a></nav>",
    "footer": "<footer><p>Printed by the Harbour Press. All rights reserved.</p></footer>",
    "advertisement": '<div class="ad-slot advert"><p>Barges, bought and sold: call the lock house.</p></div>',
    "tags": '<p class="tags">Tagged: drones, industry</p>',
    "author box": '<div class="author-bio"><p>Jo writes about rivers and what floats on them.</p></div>',
    "script": "<script>var text = 'Russia launched 9,999 drones';</script>",
    "read more line": "<p>Read more: The winter that never ended</p>",
    "sign-up line": "<p>Sign up for our evening letter</p>",
    "copyright line": "<p>© 2024 Northern Wire</p>",
    "byline": '<p class="byline">By Jo Rivers</p>',
    "leave a comment": "<p>Leave a comment</p>",
}


@pytest.mark.parametrize("piece", BOILERPLATE.values(), ids=BOILERPLATE.keys())
@pytest.mark.parametrize("inside", [True, False], ids=["inside the article", "after it"])
def test_boilerplate_is_no_text(piece: str, inside: bool) -> None:
    body = "".join(f"<p>{p}</p>" for p in PARAGRAPHS)
    article = f"<article><h1>Launches rise</h1>{body}{piece if inside else ''}</article>{'' if inside else piece}"
    raw = f"<html><head><title>Launches rise</title></head><body>{article}</body></html>".encode()

    obtained, failures = taken(raw, "a.html")

    assert not failures
    assert obtained[0].report.text.split("\n") == ["Launches rise", *PARAGRAPHS]


def test_lists_tables_breaks_and_footnotes_become_plain_lines() -> None:
    raw = page(
        "The plant makes<br>drones, officials said.<sup>1</sup> It covers 3 km<sup>2</sup> of ground.",
        around="",
    ).replace(
        b"</article>",
        b"<ul><li>Iran delivered 650 drones.</li><li>Ukraine shot down 540.</li></ul>"
        b"<table><tr><th>Month</th><th>Launched</th></tr><tr><td>October</td><td>283</td></tr></table>"
        b"<p>More is not known<sup><a href='#n2'>[2]</a></sup>, he said.</p></article>",
    )
    assert taken(raw, "a.html")[0][0].report.text.split("\n")[1:] == [
        "The plant makes drones, officials said. It covers 3 km2 of ground.",
        "Iran delivered 650 drones.",
        "Ukraine shot down 540.",
        "Month | Launched",
        "October | 283",
        "More is not known, he said.",
    ]


def test_an_article_beside_long_comments_is_kept() -> None:
    body = "".join(f"<p>{p}</p>" for p in PARAGRAPHS)
    comments = "".join(f"<li>Reader {n}: I have an opinion about launches and here it is.</li>" for n in range(200))
    raw = (
        f'<html><body><div class="has-sidebar"><div class="related"><h1>Launches rise</h1>{body}</div></div>'
        f'<ol class="comment-list">{comments}</ol></body></html>'
    )
    assert taken(raw.encode(), "a.html")[0][0].report.text.split("\n") == ["Launches rise", *PARAGRAPHS]


@pytest.mark.parametrize(
    "frame",
    ['<body class="has-share-buttons">{}</body>', '<div class="main related-layout">{}</div>', "<form>{}</form>"],
)
def test_a_frame_that_is_named_like_boilerplate_is_kept(frame: str) -> None:
    body = "".join(f"<p>{p}</p>" for p in PARAGRAPHS)
    obtained, _ = taken(f"<html><head><title>x</title></head>{frame.format(body)}</html>".encode(), "a.html")
    assert all(p in obtained[0].report.text for p in PARAGRAPHS)


@pytest.mark.parametrize(
    "head",
    [
        '<meta property="article:published_time" content="2024-10-01T23:30:00-05:00">',
        '<meta itemprop="datePublished" content="2024-10-01">',
        '<meta name="dc.date" content="2024-10-01">',
        '<script type="application/ld+json">{"@type": "NewsArticle", "datePublished": "2024-10-01T08:00:00Z"}</script>',
    ],
    ids=["open graph, local day", "microdata", "dublin core", "json-ld"],
)
def test_the_date_is_the_page_s_own(head: str) -> None:
    obtained, _ = taken(page(head=head), "a.html", published=dt.date(1999, 1, 1))
    assert obtained[0].report.published == dt.date(2024, 10, 1)


def test_the_date_in_a_time_element() -> None:
    obtained, _ = taken(page('<time datetime="2024-10-01">1 October</time>', *PARAGRAPHS), "a.html")
    assert obtained[0].report.published == dt.date(2024, 10, 1)


def test_without_a_date_the_one_given_counts_and_else_none() -> None:
    given = dt.date(2024, 10, 2)
    assert taken(page(), "a.html", published=given)[0][0].report.published == given
    assert taken(page(), "a.html")[0][0].report.published is None


def test_a_date_in_the_running_text_or_the_copyright_line_is_not_the_page_s() -> None:
    raw = page(*PARAGRAPHS, "The plant was opened on 3 May 2023, an official said.", around="<p>Copyright 2019</p>")
    assert taken(raw, "a.html")[0][0].report.published is None


def test_outlet_title_and_address() -> None:
    head = (
        '<meta property="og:site_name" content="Northern Wire">'
        '<link rel="canonical" href="https://northern-wire.example/a">'
    )
    report = taken(page(head=head, title="Launches rise"), "a.html", outlet="Somebody else")[0][0].report
    assert (report.outlet, report.title, report.url) == (
        "Northern Wire",
        "Launches rise",
        "https://northern-wire.example/a",
    )
    assert taken(page(), "a.html", outlet="Somebody else")[0][0].report.outlet == "Somebody else"


def test_the_headline_stands_first_and_once() -> None:
    assert taken(page(title="Launches rise"), "a.html")[0][0].report.text.count("Launches rise") == 1
    raw = page(title="Launches rise").replace(b"<h1>Launches rise</h1>", b"")
    assert taken(raw, "a.html")[0][0].report.text.startswith("Launches rise\n")


@pytest.mark.parametrize("charset", ["windows-1251", "koi8-r", "utf-16"])
def test_a_page_in_the_charset_it_declares(charset: str) -> None:
    text = "Россия запустила 30 беспилотников за ночь, сообщили в воздушных силах Украины в среду утром."
    html = f"<html><head><meta charset={charset}><title>Ночь</title></head><body><article><p>{text}</p></article>"
    report = taken(html.encode(charset), "a.html")[0][0].report
    assert text in report.text
    assert report.language == "ru"


def test_a_stray_byte_does_not_lose_a_page() -> None:
    raw = page(*PARAGRAPHS * 5).replace(b"ministry", b"minis\xfftry", 1)
    assert "minis\ufffdtry" in taken(raw, "a.html")[0][0].report.text


def test_the_same_page_is_the_same_report() -> None:
    first, second = taken(page(), "a.html")[0][0], taken(page(), "b.html")[0][0]
    assert first == second
    assert first.raw == page()


def test_every_sample_page_is_its_article_alone(samples) -> None:
    for item in reports.load(samples):
        assert isinstance(item, reports.Obtained), item
        if item.media_type != "text/html":
            continue
        text = item.report.text.lower()
        for word in ("share", "cookie", "subscribe", "sign up", "leave a", "©", "advert", "most read", "related"):
            assert word not in text, f"{item.report.title}: {word}"
