"""
The parts of the page: the stack of layers, a leak, the ledger.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from auditor.model import Counts, Gap, LayerRow, Leak, Origin, Report, Severity
from auditor.patterns import lazy_regex
from auditor.reports.html.lives import glance, lives
from auditor.reports.html.markup import lines, link, text
from auditor.reports.places import fate, spot, where
from auditor.reports.terminal import plural, shorten, size

OPEN = 5
"""
How many leaks of an image stand open at first.
"""
_ASIDE = lazy_regex(r"(?<=\.) (?=Chosen: |Deleting or |If this image was )")
GAPS = 500
"""
How many gaps of one kind are told one by one.
"""


def tally(counts: Counts) -> str:
    """
    Leaks by severity as small badges.
    """
    parts = [
        f'<span class="badge {s.value}"><b>{getattr(counts, s.value):,}</b> {s.value}</span>'
        for s in Severity
        if getattr(counts, s.value)
    ]
    return " ".join(parts) or '<span class="badge none">no leaks</span>'


def _worst(counts: Counts) -> str:
    return next((s.value for s in Severity if getattr(counts, s.value)), "none")


def stack(report: Report, key: str) -> Iterator[str]:
    """
    The image as a stack: what is no layer on top, then the layers, the base at the bottom.
    """
    largest = max((row.size for row in report.layers), default=0)
    yield '<ol class="stack" role="list">'
    metadata = report.metadata_counts
    yield (
        f'<li class="slab metadata {_worst(metadata)}">'
        f'<a href="#{key}-leaks" data-pick="m"><span class="index">meta</span>'
        ' <span class="instruction">history, config, labels, attestations</span>'
        f' <span class="weight"></span> <span class="tally">{tally(metadata)}</span></a></li>'
    )
    for row in reversed(report.layers):
        yield _slab(row, largest, key)
    yield "</ol>"


def _slab(row: LayerRow, largest: int, key: str) -> str:
    instruction = row.layer.instruction or row.layer.created_by or "(unknown instruction)"
    base = '<span class="base">base</span> ' if row.layer.origin is Origin.BASE else ""
    weight = "missing" if row.layer.blob is None else size(row.size)
    width = round(100 * row.size / largest) if largest else 0
    return (
        f'<li class="slab {_worst(row.leaks)}">'
        f'<a href="#{key}-leaks" data-pick="{row.layer.index}">'
        f'<span class="index"><span class="quiet">layer </span>{row.layer.index}</span>'
        f' <span class="instruction">{base}<code>{text(shorten(instruction, 400))}</code></span>'
        f' <span class="weight">{text(weight)}<svg viewBox="0 0 100 3" width="100" height="3" '
        f'preserveAspectRatio="none" aria-hidden="true"><rect width="{width}" height="3"/></svg>'
        f'</span> <span class="tally">{tally(row.leaks)}</span></a></li>'
    )


def card(leak: Leak, number: int, key: str, layers: int) -> str:
    """
    One leak: a line that tells it, and all that is known of it.
    """
    first = leak.places[0]
    held = dict.fromkeys("m" if p.layer is None else str(p.layer) for p in leak.places)
    more = f" +{len(leak.places) - 1}" if len(leak.places) > 1 else ""
    opened = " open" if number < OPEN else ""
    name = f"{key}-{number}"
    return (
        f'<li class="leak {leak.severity}" id="{key}-{text(leak.id)}-{number}" '
        f'data-severity="{leak.severity}" data-origin="{leak.origin}" '
        f'data-layers="{" ".join(held)}">'
        f"<details{opened}><summary>"
        f'<span class="pill {leak.severity}">{leak.severity}</span> '
        f'<span class="what"><b>{text(leak.detector)}</b> <code>{text(leak.preview)}</code></span> '
        f'<span class="spot">{where(first)} <code>{text(shorten(spot(first), 160))}</code>{more} '
        f'<span class="fate">{text(fate(first))}</span></span>'
        f"{glance(leak, name, key, layers)}"
        f'</summary><div class="body">{_body(leak, name, key, layers)}</div></details></li>'
    )


def _body(leak: Leak, name: str, key: str, layers: int) -> str:
    drawn = lives(leak, name, key, layers)
    parts = [f"<div><h3>Life, from base to top</h3>{drawn}</div>", "<dl>"]
    if leak.secret:
        parts.append(_row("Secret", f"<pre>{lines(leak.secret.reveal())}</pre>"))
    facts = "".join(
        f"<span>{fact}</span> " for fact in (leak.confidence, leak.exposure, leak.origin)
    )
    reasons = "; ".join(text(reason) for reason in leak.reasons)
    parts.append(_row("Why", f'<p><span class="facts">{facts}</span>{reasons}</p>'))
    parts.append(_row("Fix", _paragraphs(leak.advice)))
    if leak.fix:
        parts.append(_row("Instead", f"<pre>{lines(leak.fix)}</pre>"))
    if leak.rotate:
        parts.append(_row("Rotate", f"<p>{link(leak.rotate)}</p>"))
    if leak.proof:
        parts.append(_row("Proof", f"<pre>{lines(leak.proof)}</pre>"))
    parts.append(_row("Id", f'<p><code class="id">{text(leak.id)}</code></p>'))
    return "".join([*parts, "</dl>"])


def _paragraphs(advice: str) -> str:
    """
    What to do, then why so and what holds for every leak, in smaller type.
    """
    first, *rest = _ASIDE.split(advice)
    return "".join([f"<p>{text(first)}</p>", *(f'<p class="aside">{text(r)}</p>' for r in rest)])


def _row(name: str, value: str) -> str:
    return f"<div><dt>{name}</dt><dd>{value}</dd></div>"


def accepted(leaks: Sequence[Leak]) -> Iterator[str]:
    """
    What the baseline accepts, in short.
    """
    yield f'<details class="more"><summary>{plural(len(leaks), "accepted leak")}</summary><ul>'
    for leak in leaks:
        first = leak.places[0]
        yield (
            f"<li>{leak.severity}: {text(leak.detector)}, {where(first)} "
            f"<code>{text(spot(first))}</code> <code>{text(leak.id)}</code></li>"
        )
    yield "</ul></details>"


def ledger(report: Report) -> Iterator[str]:
    """
    What was read, and each kind of gap with what it concerns; those that block first.
    """
    held = report.ledger
    yield (
        f"<p>Read: {plural(len(report.layers), 'layer')}, {plural(held.files, 'file')}, "
        f"{size(held.bytes)}. "
    )
    if not held.gaps:
        yield "Nothing was left out.</p>"
        return
    yield f"<strong>{plural(len(held.gaps), 'gap')}</strong>: this was not looked into.</p>"
    kinds: dict[tuple[bool, str], list[Gap]] = {}
    for gap in sorted(held.gaps, key=lambda gap: not gap.blocking):
        kinds.setdefault((gap.blocking, gap.reason), []).append(gap)
    for (blocking, reason), gaps in kinds.items():
        mark = '<span class="pill high">not read</span> ' if blocking else ""
        yield (
            f'<details class="gap"{" open" if blocking else ""}><summary>{mark}{text(reason)} '
            f'<span class="quiet">{plural(len(gaps), "place")}</span></summary><ul>'
        )
        for gap in gaps[:GAPS]:
            holder = "" if gap.layer is None else f"layer {gap.layer} "
            yield f"<li>{holder}<code>{text(gap.path)}</code></li>"
        if len(gaps) > GAPS:
            yield f"<li>and {len(gaps) - GAPS:,} more</li>"
        yield "</ul></details>"
