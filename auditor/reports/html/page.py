"""
The page: one file with its style and its script, which its content security policy knows by hash.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterator, Sequence
from importlib.resources import files
from typing import TextIO

from auditor import __version__
from auditor.model import Origin, Report, Severity
from auditor.reports.html import parts
from auditor.reports.html.lives import axis
from auditor.reports.html.markup import text
from auditor.reports.terminal import plural


def write_html(reports: Sequence[Report], out: TextIO) -> None:
    """
    See `Format.__call__`.
    """
    for part in _page(reports):
        out.write(part + "\n")


def _page(reports: Sequence[Report]) -> Iterator[str]:
    style, script = _file("style.css"), _file("script.js")
    yield "<!DOCTYPE html>"
    yield '<html lang="en">'
    yield "<head>"
    yield '<meta charset="utf-8">'
    # NOTE: it must come before all that it governs.
    yield f'<meta http-equiv="Content-Security-Policy" content="{_policy(style, script)}">'
    yield '<meta name="viewport" content="width=device-width, initial-scale=1">'
    yield '<meta name="color-scheme" content="light dark">'
    yield '<meta name="referrer" content="no-referrer">'
    yield '<link rel="icon" href="data:,">'
    yield f"<title>{_title(reports)}</title>"
    yield f"<style>{style}</style>"
    yield "</head>"
    yield "<body>"
    yield '<a class="skip" href="#main">Skip to the report</a>'
    yield from _header(reports)
    yield '<main id="main" tabindex="-1">'
    # One filter for all images; with a single image it stands where it is needed.
    filters = list(_filters(reports))
    if len(reports) != 1:
        yield from filters
        filters = []
    for number, report in enumerate(reports):
        yield from _image(report, f"i{number}", filters)
    yield "</main>"
    yield f"<footer><p>layer-auditor {text(__version__)}. This page loads nothing.</p></footer>"
    yield f"<script>{script}</script>"
    yield "</body>"
    yield "</html>"


def _file(name: str) -> str:
    return files(__package__).joinpath(name).read_text(encoding="utf-8").strip()


def _policy(style: str, script: str) -> str:
    return "; ".join(
        [
            "default-src 'none'",
            f"style-src 'sha256-{_hash(style)}'",
            f"script-src 'sha256-{_hash(script)}'",
            "img-src data:",
            "base-uri 'none'",
            "form-action 'none'",
            "require-trusted-types-for 'script'",
            "trusted-types 'none'",
        ]
    )


def _hash(source: str) -> str:
    return base64.b64encode(hashlib.sha256(source.encode()).digest()).decode()


def _title(reports: Sequence[Report]) -> str:
    name = reports[0].reference if len(reports) == 1 else plural(len(reports), "image")
    return f"Layer audit: {text(name)}"


def _header(reports: Sequence[Report]) -> Iterator[str]:
    yield '<header class="top"><p class="brand">Layer audit</p>'
    if len(reports) > 1:
        yield '<nav aria-label="Images"><ul>'
        for number, report in enumerate(reports):
            yield (
                f'<li><a href="#i{number}">{text(report.reference)}</a> '
                f"{parts.tally(report.counts)}</li>"
            )
        yield "</ul></nav>"
    yield "</header>"


def _filters(reports: Sequence[Report]) -> Iterator[str]:
    """
    Shown by the script alone: without one they would do nothing.
    """
    if not any(report.leaks for report in reports):
        return
    yield '<form id="filters" role="search" aria-label="Filter the leaks" hidden>'
    yield (
        '<div class="field text"><label for="text">Text</label><input type="search" id="text" '
        'placeholder="path, detector, instruction  ( / )" autocomplete="off" '
        'spellcheck="false"></div>'
    )
    yield "<fieldset><legend>Severity</legend>"
    for severity in Severity:
        count = sum(leak.severity is severity for report in reports for leak in report.leaks)
        yield (
            f'<label class="chip {severity}"><input type="checkbox" name="severity" '
            f'value="{severity}" checked> {severity} <span class="quiet">{count:,}</span></label>'
        )
    yield "</fieldset>"
    yield from _choice("origin", [(origin.value, origin.value) for origin in Origin])
    yield from _choice("layer", _held(reports))
    yield '<div class="acts"><button type="button" id="clear">Clear</button>'
    yield '<button type="button" id="unfold">Open all</button></div>'
    yield '<p id="status" role="status"></p></form>'


def _choice(name: str, options: Sequence[tuple[str, str]]) -> Iterator[str]:
    yield f'<div class="field"><label for="{name}">{name.capitalize()}</label>'
    yield f'<select id="{name}"><option value="">any</option>'
    yield from (f'<option value="{key}">{told}</option>' for key, told in options)
    yield "</select></div>"


def _held(reports: Sequence[Report]) -> list[tuple[str, str]]:
    """
    The layers that hold leaks, for the filter.
    """
    held = {place.layer for r in reports for leak in r.leaks for place in leak.places}
    layers = sorted(layer for layer in held if layer is not None)
    metadata = [("m", "metadata")] if None in held else []
    return [*metadata, *((str(layer), f"layer {layer}") for layer in layers)]


def _image(report: Report, key: str, filters: Sequence[str]) -> Iterator[str]:
    about = [report.platform, report.source, report.id]
    yield f'<section class="image" id="{key}" aria-labelledby="{key}-name">'
    yield f'<h1 id="{key}-name">{text(report.reference) or "(no name)"}</h1>'
    yield '<p class="about">'
    yield " · ".join(f"<span>{text(part)}</span>" for part in about if part)
    yield "</p>"
    yield from _verdict(report, key)
    yield "<h2>Layers</h2>"
    yield from parts.stack(report, key)
    yield from _leaks(report, key, filters)
    yield f'<h2 id="{key}-ledger">Ledger</h2>'
    yield from parts.ledger(report)
    yield "</section>"


def _verdict(report: Report, key: str) -> Iterator[str]:
    yield '<ul class="verdict" aria-label="Summary">'
    for severity in Severity:
        count = getattr(report.counts, severity.value)
        shown = severity.value if count else "none"
        yield f'<li class="{shown}"><b>{count:,}</b> <span>{severity}</span></li>'
    if report.accepted:
        yield f'<li class="none"><b>{report.accepted:,}</b> <span>accepted</span></li>'
    if report.package:
        yield f'<li class="none"><b>{report.package:,}</b> <span>in package files</span></li>'
    gaps = report.ledger.gaps
    blocking = "high" if any(gap.blocking for gap in gaps) else "none"
    yield (
        f'<li class="{blocking}"><b>{len(gaps):,}</b> '
        f'<span><a href="#{key}-ledger">not looked into</a></span></li>'
    )
    yield "</ul>"


def _leaks(report: Report, key: str, filters: Sequence[str]) -> Iterator[str]:
    yield f'<h2 id="{key}-leaks" tabindex="-1">Leaks</h2>'
    yield from filters
    if report.leaks:
        yield axis(key, len(report.layers))
        yield '<ol class="leaks" role="list">'
        for number, leak in enumerate(report.leaks):
            yield parts.card(leak, number, key, len(report.layers))
        yield "</ol>"
        yield '<p class="empty" hidden>No leak of this image matches the filters.</p>'
    else:
        yield "<p>None.</p>"
    low = any(leak.severity is Severity.LOW for leak in report.leaks)
    if report.counts.low and not low:
        told = plural(report.counts.low, "leak")
        yield f'<p class="quiet">{told} of low severity not listed: audit with --all.</p>'
    if report.accepted_leaks:
        yield from parts.accepted(report.accepted_leaks)
