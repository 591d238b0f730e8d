"""Following sources: what is new is taken once, politely, over any interruption, and what it changes is told."""

from __future__ import annotations

import datetime as dt
import email
import email.policy
import json
import re
import socket
from collections.abc import Callable, Iterator, Sequence
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, Session
from reports.making import page, rss
from reports.serving import Server, served
from russian_model import RUSSIAN, language_model

from stocktake import casebook, watching
from stocktake.casebook import Casebook, Reader
from stocktake.cli import main
from stocktake.vocabulary import Claim, Diagnostics, EventType, Forecast, Period, Quantity, Report, Stance, stable_id
from stocktake.vocabulary import Path as ForecastPath
from stocktake.watching import Kind, Mail, Settings, Source, Watch
from stocktake.watching.changes import shifts

SAID = re.compile(
    r"Russia launched (?P<count>[\d,]+) Shahed drones in October 2023, (?P<source>[^.]+) (?P<verb>said|denied)\."
)


def read(report: Report) -> Sequence[Claim]:
    """A reader that knows one sentence, so that the tests say what there is to find."""
    return [
        Claim(
            id=stable_id("c", report.id, match.start()),
            report=report.id,
            start=match.start(),
            end=match.end(),
            quote=match[0],
            event=EventType.use,
            agent="Russia",
            recipient="Ukraine",
            item="Shahed drones",
            quantity=Quantity(low=float(match["count"].replace(",", "")), high=float(match["count"].replace(",", ""))),
            time=Period(start=dt.date(2023, 10, 1), end=dt.date(2023, 10, 31)),
            sources=(match["source"],),
            stance=Stance.denies if match["verb"] == "denied" else Stance.asserts,
        )
        for match in SAID.finditer(report.text)
    ]


def story(
    count: str = "283", source: str = "the Ukrainian air force", verb: str = "said", title: str = "Launches"
) -> bytes:
    rest = "It gave no other figure for the month, and the ministry did not answer a question about it on the day."
    return page(f"Russia launched {count} Shahed drones in October 2023, {source} {verb}.", rest, title=title)


class Clock:
    """Time that passes only when someone sleeps."""

    def __init__(self) -> None:
        self.seconds = 0.0
        self.slept: list[float] = []

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.seconds += seconds

    def clock(self) -> float:
        return self.seconds

    def now(self) -> dt.datetime:
        return dt.datetime(2024, 1, 1, tzinfo=dt.UTC) + dt.timedelta(seconds=self.seconds)


@pytest.fixture
def server() -> Iterator[Server]:
    with served() as server:
        yield server


@pytest.fixture
def book(tmp_path: Path) -> Iterator[Casebook]:
    with casebook.open(tmp_path / "a.casebook", reader=Reader(read, "test:1")) as book:
        yield book


Watcher = Callable[..., Watch]


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def watch(book: Casebook, tmp_path: Path, clock: Clock) -> Watcher:
    """A new watch on the same casebook and state, as after a restart."""

    def made(*addresses: str, **settings: object) -> Watch:
        sources = tuple(Source(address=address) for address in addresses)
        return Watch(
            book,
            Settings(source=sources, allow_private=True, **settings),  # type: ignore[arg-type]
            tmp_path / "a.watch",
            now=clock.now,
            clock=clock.clock,
            sleep=clock.sleep,
        )

    return made


def entry(url: str, title: str = "Launches") -> str:
    return f"<title>{title}</title><link>{url}</link><description>In short.</description>"


def feed(server: Server, *paths: str, **headers: str) -> str:
    return server.put("/feed.xml", rss(*(entry(server.root + path, path) for path in paths)), **headers)


# ----------------------------------------------------------------------------------------- feeds, pages, folders


def test_what_a_feed_links_to_is_taken_once(server: Server, book: Casebook, watch: Watcher, clock: Clock) -> None:
    address = feed(server, "/1", "/2")
    server.put("/1", story("283"), Content_Type="text/html")
    server.put("/2", story("300", "the ministry"), Content_Type="text/html")

    first = watch(address).look()
    clock.seconds += 1_000
    feed(server, "/2", "/1", "/3")
    server.put("/3", story("310", "an official"), Content_Type="text/html")
    second = watch(address).look()

    assert len(first.added.new) == 2
    assert len(second.added.new) == 1
    assert [path.partition("/")[2] for path in server.asked] == [
        "robots.txt",
        "feed.xml",
        "1",
        "2",
        "robots.txt",
        "feed.xml",
        "3",
    ]
    assert len(list(book.reports())) == 3


def test_an_entry_s_own_text_is_taken_where_its_page_cannot_be_had(
    server: Server, book: Casebook, watch: Watcher
) -> None:
    looked = watch(feed(server, "/gone")).look()
    assert [report.text for report in book.reports()] == ["/gone\nIn short."]
    assert "404" in looked.failures[0].reason
    assert "own text of it was taken" in looked.failures[0].reason


def test_entries_alone_on_request(server: Server, book: Casebook, watch: Watcher) -> None:
    watch(feed(server, "/1"), articles=False).look()
    assert [report.text for report in book.reports()] == ["/1\nIn short."]
    assert not any(path.endswith("/1") for path in server.asked)


def test_a_page_counts_as_new_when_its_text_changes(
    server: Server, book: Casebook, watch: Watcher, clock: Clock
) -> None:
    address = server.put("/page", story("283"), Content_Type="text/html")
    watch(address).look()
    for changed in (story("283").replace(b"<body>", b"<body><nav>Visitors today: 17</nav>"), story("290")):
        clock.seconds += 1_000
        server.put("/page", changed, Content_Type="text/html")
        watch(address).look()
    assert len(list(book.reports())) == 2


def test_new_and_changed_files_of_a_folder(tmp_path: Path, book: Casebook, watch: Watcher, clock: Clock) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    (folder / "a.html").write_bytes(story("283"))
    counts = []
    for change in (lambda: None, lambda: None, lambda: (folder / "b.html").write_bytes(story("290"))):
        change()
        counts.append(len(watch(str(folder)).look().added.new))
        clock.seconds += 1_000
    assert counts == [1, 0, 1]


def test_a_folder_that_is_not_there_is_named(tmp_path: Path, watch: Watcher) -> None:
    assert "does not exist" in watch(str(tmp_path / "none")).look().failures[0].reason


# ----------------------------------------------------------------------------------------- politeness


def test_a_server_is_asked_only_for_what_is_new(server: Server, watch: Watcher, clock: Clock) -> None:
    address = feed(server, "/1", ETag='"v1"')
    server.put("/1", story(), Content_Type="text/html")
    watch(address).look()
    clock.seconds += 1_000
    again = watch(address).look()
    assert server.conditions == [None, None, None, None, '"v1"']
    assert (again.added.new, again.failures) == ((), ())


def test_the_last_modified_day_serves_where_there_is_no_tag(server: Server, watch: Watcher, clock: Clock) -> None:
    day = "Thu, 02 Nov 2023 10:00:00 GMT"
    address = feed(server, Last_Modified=day)
    server.put("/feed.xml", rss("<title>A</title>"), Last_Modified=day)
    watch(address).look()
    clock.seconds += 1_000
    watch(address).look()
    assert server.conditions[-1] == day


def test_what_robots_txt_closes_is_not_asked_for(server: Server, book: Casebook, watch: Watcher) -> None:
    server.put("/robots.txt", b"User-agent: *\nDisallow: /members/\n")
    server.put("/members/1", story())
    watch(feed(server, "/members/1")).look()
    assert not any("members" in path for path in server.asked)
    assert [report.text for report in book.reports()] == ["/members/1\nIn short."]

    looked = watch(f"{server.root}/members/feed.xml").look()
    assert "robots.txt" in looked.failures[0].reason


def test_a_host_without_rules_now_is_left_alone(server: Server, watch: Watcher) -> None:
    server.put("/robots.txt", status=503)
    assert "503" in watch(feed(server, "/1")).look().failures[0].reason
    assert len(server.asked) == 1


def test_between_two_requests_to_a_host_there_is_a_pause(server: Server, watch: Watcher, clock: Clock) -> None:
    server.put("/robots.txt", b"User-agent: *\nCrawl-delay: 7\n")
    server.put("/1", story())
    watch(feed(server, "/1"), delay=2.0).look()
    assert clock.slept == [7.0, 7.0]


def test_a_source_is_looked_at_again_after_its_interval(server: Server, watch: Watcher, clock: Clock) -> None:
    address = feed(server)
    server.put("/feed.xml", rss("<title>A</title>"))
    assert watch(address, interval=600.0).look().sources == 1
    clock.seconds += 300
    assert watch(address, interval=600.0).look().sources == 0
    clock.seconds += 300
    assert watch(address, interval=600.0).look().sources == 1


def test_a_clock_that_was_ahead_keeps_no_source_waiting(server: Server, watch: Watcher, clock: Clock) -> None:
    address = feed(server)
    server.put("/feed.xml", rss("<title>A</title>"))
    clock.seconds = 400 * 86_400.0
    assert watch(address, interval=600.0).look().sources == 1
    clock.seconds = 0.0
    assert watch(address, interval=600.0).look().sources == 1
    assert watch(address, interval=600.0).look().sources == 0


def test_a_failing_source_is_asked_ever_less_often(server: Server, watch: Watcher, clock: Clock) -> None:
    address = server.put("/feed.xml", status=500)
    waits = []
    for _ in range(5):
        watching_now = watch(address, interval=60.0)
        watching_now.look()
        waits.append(watching_now.seconds_until_due())
        clock.seconds += waits[-1]
    assert waits == [60.0, 120.0, 240.0, 480.0, 960.0]


def test_a_server_s_own_wish_to_wait_is_kept(server: Server, watch: Watcher) -> None:
    watched = watch(server.put("/feed.xml", status=429, Retry_After="7200"), interval=60.0)
    assert "looked at again in 2 hours" in watched.look().failures[0].reason
    assert watched.seconds_until_due() == 7_200


def test_one_source_that_fails_keeps_no_other_from_being_read(server: Server, watch: Watcher) -> None:
    server.put("/1", story())
    looked = watch(f"{server.root}/none", feed(server, "/1")).look()
    assert (len(looked.failures), len(looked.added.new)) == (1, 1)


# ----------------------------------------------------------------------------------------- interruptions


def test_a_watch_that_was_killed_goes_on(server: Server, book: Casebook, watch: Watcher, tmp_path: Path) -> None:
    """Killed after the first page was added and before anything was remembered: nothing is lost or doubled."""
    address = feed(server, "/1", "/2")
    server.put("/1", story("283"))
    server.put("/2", story("300"))

    class Killed(BaseException):
        pass

    interrupted = watch(address)

    def die(seconds: float) -> None:
        if any(path.endswith("/1") for path in server.asked):
            raise Killed

    interrupted._sleep = die  # type: ignore[assignment]
    with pytest.raises(Killed):
        interrupted.look()
    assert len(list(book.reports())) == 1

    looked = watch(address).look()
    assert len(looked.added.new) == 1
    assert [change.kind for change in looked.changes].count(Kind.report) == 2, "what was added before the kill is told"
    assert watch(address, interval=0.0).look().changes == ()
    assert len(list(book.reports())) == 2
    assert sum(path.endswith("/1") for path in server.asked) == 1


def test_a_state_that_is_no_state_is_named(tmp_path: Path, watch: Watcher) -> None:
    (tmp_path / "a.watch").write_text("not JSON")
    with pytest.raises(watching.StateError, match="--state"):
        watch(str(tmp_path))


# ----------------------------------------------------------------------------------------- what changed


def test_new_findings_changed_grades_and_conflicts_are_told(tmp_path: Path, watch: Watcher, clock: Clock) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    told = []
    for name, raw in {
        "a": story("283", "the Ukrainian air force"),
        "b": story("283", "the British Ministry of Defence", title="London agrees"),
        "c": story("900", "the Russian Ministry of Defence", title="Another number"),
    }.items():
        (folder / f"{name}.html").write_bytes(raw)
        told.append(watch(str(folder)).look().changes)
        clock.seconds += 1_000
    kinds = [[change.kind for change in changes] for changes in told]
    assert kinds[0] == [Kind.report, Kind.finding]
    assert kinds[1] == [Kind.report, Kind.grade]
    assert Kind.conflict in kinds[2]
    assert "283" in told[0][1].text
    assert "→" in told[1][1].text
    words = watching.in_words(told[0])
    assert words.startswith("New report\n  ")
    assert "New finding\n  Russia" in words


def test_many_changes_are_counted_rather_than_listed() -> None:
    changes = [watching.Change(kind=Kind.finding, id=str(n), text=f"finding {n}") for n in range(100)]
    words = watching.in_words(changes)
    assert words.startswith("New findings (100)")
    assert words.endswith("and 60 more")


def forecast(*median: float, half: float = 100.0) -> Forecast:
    months = ("2024-01", "2024-02", "2024-03")
    bands = {"80": (tuple(m - half for m in median), tuple(m + half for m in median))}
    return Forecast(
        programme="drones",
        title="Drones",
        as_of=dt.date(2024, 2, 1),
        history="2024-02",
        seed=0,
        paths=(ForecastPath(name="stock", months=months, median=median, bands=bands),),
        targets=(),
        observations=(),
        diagnostics=Diagnostics(r_hat=1.0, ess=400, acceptance=0.8, divergent=0, draws=400),
    )


@pytest.mark.parametrize(
    ("after", "threshold", "told"),
    [
        ((1_000.0, 1_050.0, 1_100.0), 0.5, None),
        ((1_000.0, 1_050.0, 1_250.0), 0.5, "stock in 2024-03: 1,100 → 1,250 (median; 0.8 widths"),
        ((1_000.0, 1_050.0, 1_250.0), 1.0, None),
        ((5_000.0, 1_050.0, 1_100.0), 0.5, None),
    ],
    ids=["the same", "shifted", "below the threshold", "shifted in what is past"],
)
def test_a_forecast_s_shift_is_measured_in_widths_of_its_interval(
    after: tuple[float, ...], threshold: float, told: str | None
) -> None:
    found = list(shifts(forecast(1_000.0, 1_050.0, 1_100.0), forecast(*after), threshold))
    assert [told in change.text for change in found if told] == [True] * (told is not None)
    assert bool(found) is (told is not None)


# ----------------------------------------------------------------------------------------- whom to tell


def test_a_webhook_gets_what_changed_and_gets_it_later_if_it_was_down(
    server: Server, tmp_path: Path, watch: Watcher, clock: Clock
) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    (folder / "a.html").write_bytes(story())
    hook = server.put("/hook", status=503)
    down = watch(str(folder), webhook=hook).look()
    assert "sent with the next look" in down.failures[0].reason

    server.put("/hook", status=204)
    clock.seconds += 1_000
    assert watch(str(folder), webhook=hook).look().failures == ()
    clock.seconds += 1_000
    watch(str(folder), webhook=hook).look()

    assert len(server.posted) == 1
    message = json.loads(server.posted[0])
    assert message["casebook"] == "a.casebook"
    assert [change["kind"] for change in message["changes"]] == ["report", "finding"]
    assert message["text"].startswith("New report\n")


def test_a_webhook_inside_the_network_is_refused(server: Server, book: Casebook, tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "a.html").write_bytes(story())
    settings = Settings(source=(Source(address=str(tmp_path / "in")),), webhook=server.put("/hook", status=204))
    looked = Watch(book, settings, tmp_path / "a.watch").look()
    assert "this machine itself" in looked.failures[0].reason
    assert server.posted == []


class Letterbox:
    """Takes letters as a mail server does, from those who sign in as `desk` where that is asked."""

    def __init__(self) -> None:
        self.letters: list[tuple[list[str], EmailMessage]] = []
        self.passwords: list[bytes] = []

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        assert isinstance(envelope.content, bytes)
        letter = email.message_from_bytes(envelope.content, policy=email.policy.default)
        assert isinstance(letter, EmailMessage)
        self.letters.append((envelope.rcpt_tos, letter))
        return "250 taken"

    def __call__(self, server: SMTP, session: Session, envelope: Envelope, mechanism: str, given: Any) -> AuthResult:
        self.passwords.append(given.password)
        known = (given.login, given.password) == (b"desk", b"a long secret")
        return AuthResult(success=known, handled=False)


@pytest.fixture
def letterbox() -> Letterbox:
    return Letterbox()


@pytest.fixture
def post_office(letterbox: Letterbox) -> Iterator[Callable[..., str]]:
    """Starts a mail server on this machine; gives its host and port."""
    running: list[Controller] = []

    def start(**options: Any) -> str:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        running.append(Controller(letterbox, hostname="127.0.0.1", port=port, **options))
        running[-1].start()
        return f"127.0.0.1:{port}"

    yield start
    for controller in running:
        controller.stop()


@pytest.fixture
def inbox(tmp_path: Path, samples: Path) -> Path:
    """A folder with one report to watch."""
    folder = tmp_path / "in"
    folder.mkdir()
    (folder / "a.txt").write_bytes((samples / "2022-10-28-steppe-monitor.txt").read_bytes())
    return folder


def once(tmp_path: Path, inbox: Path, *options: str) -> int:
    return main(["--casebook", str(tmp_path / "b.casebook"), "watch", str(inbox), "--once", "--interval=0", *options])


def test_mail_goes_to_each_address_of_the_command_line(
    tmp_path: Path, inbox: Path, letterbox: Letterbox, post_office: Callable[..., str]
) -> None:
    server = f"smtp://{post_office()}"
    options = ("--mail", "a@desk.example", "--mail", "b@desk.example", "--mail-from", "watch@desk.example")
    assert once(tmp_path, inbox, *options, "--smtp", server) == 0
    ((to, letter),) = letterbox.letters
    assert to == ["a@desk.example", "b@desk.example"]
    assert letter["From"] == "watch@desk.example"
    assert re.fullmatch(r"Stocktake: \d+ changes in b\.casebook", letter["Subject"])
    assert letter["Date"] is not None
    assert "Steppe Monitor, 2022-10-28: More than 300 Shaheds shot down in six weeks" in letter.get_content()
    assert once(tmp_path, inbox, *options, "--smtp", server) == 0
    assert len(letterbox.letters) == 1, "nothing new, nothing told"


def test_the_server_and_the_password_come_from_the_environment(
    tmp_path: Path,
    inbox: Path,
    letterbox: Letterbox,
    post_office: Callable[..., str],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    where = post_office(authenticator=letterbox, auth_require_tls=False)
    monkeypatch.setenv("STOCKTAKE_SMTP_URL", f"smtp://desk@{where}")
    monkeypatch.setenv("STOCKTAKE_SMTP_PASSWORD", "wrong")
    assert once(tmp_path, inbox, "--mail", "a@desk.example") == 1
    complaint = capsys.readouterr().err
    assert where in complaint
    assert "the message is kept" in complaint
    monkeypatch.setenv("STOCKTAKE_SMTP_PASSWORD", "a long secret")
    assert once(tmp_path, inbox, "--mail", "a@desk.example") == 0
    ((to, letter),) = letterbox.letters
    assert (to, letter["From"]) == (["a@desk.example"], "a@desk.example")


def test_mail_beyond_this_machine_goes_under_tls_or_not_at_all(
    tmp_path: Path, watch: Watcher, letterbox: Letterbox, post_office: Callable[..., str]
) -> None:
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "a.html").write_bytes(story())
    host, _, port = post_office().partition(":")
    mail = Mail(to=("a@desk.example",), sender="w@desk.example", host=host, port=int(port), starttls=True)
    looked = watch(str(tmp_path / "in"), mail=mail).look()
    assert "STARTTLS" in looked.failures[0].reason
    assert letterbox.letters == []


@pytest.mark.parametrize(
    ("url", "fields"),
    [
        ("smtp://localhost", {"host": "localhost", "port": 25, "user": None, "tls": False, "starttls": False}),
        ("smtp://a%40b@mail.example:587", {"host": "mail.example", "port": 587, "user": "a@b", "starttls": True}),
        ("smtps://desk@mail.example", {"port": 465, "user": "desk", "tls": True, "starttls": False}),
    ],
)
def test_a_mail_server_s_address(url: str, fields: dict[str, object]) -> None:
    assert watching.mail_server(url).items() >= fields.items()


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--mail", "desk"], "'desk' is no mail address; write it like desk@example.org"),
        (["--mail", "a@b.example", "--smtp", "mail.example:587"], "is no mail server; write it like smtp://USER@HOST"),
        (["--mail", "a@b.example", "--smtp", "smtp://u:p@mail.example"], "does not go into its address"),
        (["--mail-from", "a@b.example"], "--mail is missing"),
    ],
)
def test_mail_options_that_cannot_be_served(
    tmp_path: Path, inbox: Path, options: list[str], words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert once(tmp_path, inbox, *options) == 2
    assert words in " ".join(capsys.readouterr().err.replace("│", " ").split())


def test_a_language_model_reads_what_is_new(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "a.txt").write_text(f"Новости дня\n\n{RUSSIAN}\n")
    monkeypatch.setenv("STOCKTAKE_LLM_CACHE", str(tmp_path / "answers"))
    with language_model() as url:
        options = ("--reader", "llm", "--llm-url", url, "--llm-model", "reader", "--llm-price", "2,4")
        assert once(tmp_path, tmp_path / "in", *options) == 0
    printed = capsys.readouterr()
    assert "New finding\n" in printed.out
    assert "model: 1 call, 0 kept answers, 0 fallbacks" in printed.err
    assert "cost 4.00" in printed.err


def test_mail_that_cannot_go_out_is_kept(tmp_path: Path, watch: Watcher) -> None:
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "a.html").write_bytes(story())
    mail = Mail(to=("a@desk.example",), sender="watch@desk.example", host="127.0.0.1", port=1)
    looked = watch(str(tmp_path / "in"), mail=mail).look()
    assert looked.failures[0].name == "127.0.0.1:1"
    assert "New finding" in json.loads((tmp_path / "a.watch").read_text())["undelivered"]["mail"][0]


# ----------------------------------------------------------------------------------------- settings, command

BAD_SETTINGS = [
    ("source = 7", "source"),
    ("interval = -1", "interval is -1"),
    ("webhook = 'file:///x'", "http or https"),
    ("colour = 'red'", "colour"),
    ('[mail]\nto = ["desk"]\nsender = "a@b.example"', "'desk' is no mail address"),
    ('[mail]\nto = ["a@b.example"]\nsender = "a@b.example"\nhost = "m.example"\nuser = "desk"', "unencrypted"),
    ("[[source]]\noutlet = 'x'", "address"),
    ("= x", "not TOML"),
]


@pytest.mark.parametrize(("text", "words"), BAD_SETTINGS)
def test_settings_that_cannot_be_used_say_why(tmp_path: Path, text: str, words: str) -> None:
    (tmp_path / "watch.toml").write_text(text)
    with pytest.raises(watching.SettingsError, match=words):
        watching.read_settings(tmp_path / "watch.toml")


def test_paths_in_a_settings_file_are_beside_it(tmp_path: Path) -> None:
    (tmp_path / "watch.toml").write_text(
        'interval = 60\n[[source]]\naddress = "in"\noutlet = "Desk"\n[[source]]\naddress = "https://a.example/feed"\n'
        '[mail]\nto = ["a@b.example"]\nsender = "c@d.example"\n'
    )
    settings = watching.read_settings(tmp_path / "watch.toml")
    assert [source.address for source in settings.source] == [str(tmp_path / "in"), "https://a.example/feed"]
    assert settings.source[0].outlet == "Desk"
    assert settings.mail is not None


def test_the_command_adds_tells_and_has_nothing_to_do_the_second_time(
    tmp_path: Path, samples: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "a.txt").write_bytes((samples / "2022-10-28-steppe-monitor.txt").read_bytes())
    arguments = ["--casebook", str(tmp_path / "b.casebook"), "watch", str(tmp_path / "in"), "--once", "--interval", "0"]
    assert main(arguments) == 0
    first = capsys.readouterr().out
    assert "New report\n  Steppe Monitor, 2022-10-28: More than 300 Shaheds shot down in six weeks" in first
    assert "New finding" in first
    assert main(arguments) == 0
    assert "Nothing new in 1 source." in capsys.readouterr().out
    (tmp_path / "in" / "b.bin").write_bytes(b"\x00\x01")
    assert main([*arguments, "--jsonl"]) == 1
    assert "b.bin" in capsys.readouterr().err


def test_the_command_needs_something_to_follow(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--casebook", str(tmp_path / "b.casebook"), "watch"]) == 2
    assert "nothing to follow" in " ".join(capsys.readouterr().err.split())
