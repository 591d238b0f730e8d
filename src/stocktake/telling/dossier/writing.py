"""Lays a dossier out: one HTML file that needs nothing else, the same as Markdown, or a PDF of the HTML."""

from __future__ import annotations

import datetime as dt
import errno
import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Callable
from importlib import resources
from pathlib import Path

import jinja2
from markupsafe import Markup

from stocktake.telling import formats
from stocktake.telling.dossier.building import Dossier
from stocktake.telling.titles import finding_title
from stocktake.telling.whole import whole

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "chrome")


def write(dossier: Dossier, path: Path) -> None:
    """Write the dossier to `path`; its ending says the form. ValueError names the forms there are."""
    form = FORMATS.get(path.suffix.lower())
    if form is None:
        raise ValueError(f"{path.name} ends in none of {', '.join(FORMATS)}: give one of these")
    with whole(path) as place:
        form(dossier, place)


def html(dossier: Dossier) -> str:
    """The dossier as one HTML file."""
    css = Markup(_text("dossier.css"))
    charts = [{"svg": Markup(chart.svg), "caption": chart.caption} for chart in dossier.charts]
    page = _environment(autoescape=True).get_template("dossier.html.j2")
    return page.render(d=dossier, css=css, charts=charts)


def markdown(dossier: Dossier) -> str:
    """The dossier as Markdown."""
    return _environment(autoescape=False).get_template("dossier.md.j2").render(d=dossier)


def _write_pdf(dossier: Dossier, path: Path) -> None:
    browser = next((found for name in BROWSERS if (found := shutil.which(name))), None)
    if browser is None:
        raise ValueError(
            f"a PDF needs one of {', '.join(BROWSERS)} on this machine; install one (Debian: chromium), "
            "or write .html and print it from a browser"
        )
    with tempfile.TemporaryDirectory() as folder:
        page = Path(folder) / "dossier.html"
        page.write_text(html(dossier), encoding="utf-8")
        command = [
            browser,
            *("--headless", "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking"),
            *(f"--user-data-dir={folder}/profile", "--no-pdf-header-footer", f"--print-to-pdf={path.resolve()}"),
            page.as_uri(),
        ]
        done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    written = path.read_bytes() if path.exists() else b""
    if done.returncode == 0 and not written.rstrip().endswith(b"%%EOF"):  # it does not say that the disk is full
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(path))
    if done.returncode != 0:
        raise ValueError(f"{browser} could not make the PDF: {done.stderr.strip()[-300:]}")


def _text(name: str) -> str:
    return resources.files("stocktake.telling.dossier").joinpath(name).read_text("utf-8")


def _environment(*, autoescape: bool) -> jinja2.Environment:
    environment = jinja2.Environment(
        loader=jinja2.FunctionLoader(_text), autoescape=autoescape, undefined=jinja2.StrictUndefined
    )
    environment.filters.update(
        day=_day, number=formats.number, probability=formats.probability, title=finding_title, md=_markdown_safe
    )
    environment.tests["web"] = _is_web
    return environment


def _is_web(url: str | None) -> bool:
    """Whether an address may become a link: a report can call itself anything, `javascript:` too."""
    return bool(url) and re.fullmatch(r"https?://[^\s<>\"']+", url or "") is not None


def _day(day: dt.date | None) -> str:
    return day.isoformat() if day else "undated"


def _markdown_safe(text: str) -> str:
    """Text of a report as Markdown that shows it and does nothing else."""
    folded = " ".join(text.split()).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return re.sub(r"([\\`*_\[\]#|!~])", r"\\\1", folded)


FORMATS: dict[str, Callable[[Dossier, Path], object]] = {
    ".html": lambda dossier, path: path.write_text(html(dossier), encoding="utf-8"),
    ".md": lambda dossier, path: path.write_text(markdown(dossier), encoding="utf-8"),
    ".pdf": _write_pdf,
}
