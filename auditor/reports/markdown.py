"""
Markdown for a comment on a pull request, or for the summary of a job.

Whatever comes from the image stands in code: there it makes no markup, mentions nobody, links
nothing and refers to no issue or commit.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import TextIO

from auditor.model import Leak, Origin, Place, Report, Severity
from auditor.patterns import lazy_regex
from auditor.reports.places import fate, spot, where
from auditor.reports.terminal import plain, plural, shorten, size

COMMENT = 65_536
"""
GitHub refuses a longer comment, in characters. Bytes are counted here, which are never fewer.
"""
PLACES = 8
"""
How many places of a leak are told one by one.
"""
LAYERS = 25
"""
How many layers are told one by one.
"""
GAPS = 10
TEXT = 300
"""
The longest name in a comment, in characters.
"""
_ROOM = 400
"""
What the sentence takes that says what was left out, in bytes.
"""
_MARKS = {
    Severity.CRITICAL: "🟥",
    Severity.HIGH: "🟧",
    Severity.MEDIUM: "🟨",
    Severity.LOW: "⬜",
}
# Seven letters of a to f may be a commit, which GitHub links.
_WORD = lazy_regex(r"(?!\(?[a-f]{7})\(?[A-Za-z][A-Za-z'-]*[.,;:)!?]*")


def write_markdown(reports: Sequence[Report], out: TextIO) -> None:
    """
    See `Format.__call__`.
    """
    out.write(page(reports, COMMENT))


def page(reports: Sequence[Report], limit: int) -> str:
    """
    All reports in at most `limit` bytes. What does not fit is counted; the worst comes first.
    """
    heads = [_head(report) for report in reports]
    feet = [_ledger(report) for report in reports]
    room = limit - sum(map(_bytes, [*heads, *feet])) - _ROOM * max(len(reports), 1)
    if room < 0:
        return _bare(reports, limit)
    parts = []
    for report, head, foot in zip(reports, heads, feet, strict=True):
        told = []
        advice = ""
        for leak in report.leaks:
            text = _leak(leak, leak.advice == advice)
            advice = leak.advice
            if _bytes(text) > room:
                break
            room -= _bytes(text)
            told.append(text)
        lost = len(report.leaks) - len(told)
        if lost:
            told.append(f"**{lost} more leaks** do not fit here; see the full report.\n")
        parts.append("\n".join([head, *told, foot]))
    return "\n".join(parts)


def _bytes(text: str) -> int:
    return len(text.encode()) + 1


def _bare(reports: Sequence[Report], limit: int) -> str:
    """
    One line for each image, where even their layers are too much.
    """
    lines, room = ["## Secrets in container images", ""], limit - _ROOM
    for number, report in enumerate(reports):
        line = f"- {code(report.reference)}: {_counts(report)}"
        room -= _bytes(line)
        if room < 0:
            lines.append(f"- and {len(reports) - number} more images")
            break
        lines.append(line)
    return "\n".join(lines) + "\n"


def code(text: str, *, in_table: bool = False) -> str:
    """
    Any text as a code span: a fence longer than any run of backticks in it.
    """
    text = shorten(text, TEXT)
    if not text:
        return "(empty)"
    fence = "`" * (1 + max(map(len, re.findall("`+", text)), default=0))
    if text.startswith("`") or text.endswith("`"):
        text = f" {text} "
    # GitHub takes | for the end of a cell even in code.
    return f"{fence}{text}{fence}".replace("|", "\\|" if in_table else "|")


def prose(text: str) -> str:
    """
    A sentence in which only plain words are text; paths, flags, names and links become code.
    """
    parts: list[str] = []
    held: list[str] = []
    for word in plain(text).split():
        if _WORD.fullmatch(word):
            if held:
                parts.append(_code_words(held))
                held = []
            parts.append(word)
        else:
            # A keyword belongs to what follows it: RUN --mount=…
            if not held and parts and parts[-1].isalpha() and parts[-1].isupper():
                held.append(parts.pop())
            held.append(word)
    if held:
        parts.append(_code_words(held))
    return " ".join(parts)


def _code_words(words: Sequence[str]) -> str:
    """
    Words as one code span, with the full stop of the sentence behind it.
    """
    text = " ".join(words)
    bare = text.rstrip(".,;:)")
    return code(bare) + text[len(bare) :] if bare else text


def block(text: str, language: str = "") -> str:
    """
    Any lines as a code block.
    """
    lines = [plain(line) for line in text.split("\n")]
    longest = max((len(run) for line in lines for run in re.findall("`+", line)), default=0)
    fence = "`" * max(3, longest + 1)
    return "\n".join([f"{fence}{language}", *lines, fence])


def _counts(report: Report) -> str:
    counts = report.counts
    told = [f"{getattr(counts, s.value)} {s.value}" for s in Severity if getattr(counts, s.value)]
    text = ", ".join(told) or "no leaks"
    if any(gap.blocking for gap in report.ledger.gaps):
        text += ", audited in part"
    return text + (f", {report.accepted} accepted" if report.accepted else "")


def _mark(report: Report) -> str:
    """
    A sign for all of it. What was not read is worse than a leak of low severity.
    """
    if report.worst and report.worst.at_least(Severity.MEDIUM):
        return _MARKS[report.worst]
    if any(gap.blocking for gap in report.ledger.gaps):
        return "⚠️"
    return _MARKS[report.worst] if report.worst else "✅"


def _head(report: Report) -> str:
    about = [report.platform, report.source, report.id[:19]]
    lines = [
        f"## {_mark(report)} {code(report.reference)}: {_counts(report)}",
        "",
        " · ".join(code(part) for part in about if part),
        "",
        *_layers(report),
    ]
    hidden = report.counts.low and not any(leak.severity is Severity.LOW for leak in report.leaks)
    if hidden:
        lines += [f"Not listed: {plural(report.counts.low, 'leak')} of low severity (`--all`).", ""]
    return "\n".join(lines)


def _layers(report: Report) -> Iterator[str]:
    """
    The layers that leak, worst first.
    """
    rows = sorted(report.layers, key=lambda row: (-row.score, row.layer.index))
    leaking = [row for row in rows if row.score]
    metadata = report.metadata_counts
    if not leaking and not any(getattr(metadata, s.value) for s in Severity):
        return
    yield "| layer | instruction | size | critical | high | medium | low |"
    yield "|--:|---|--:|--:|--:|--:|--:|"
    if any(getattr(metadata, s.value) for s in Severity):
        cells = _cells(metadata)
        yield f"| metadata | history, config, labels, attestations | | {cells} |"
    for row in leaking[:LAYERS]:
        text = row.layer.instruction or row.layer.created_by or "(unknown instruction)"
        base = "(base) " if row.layer.origin is Origin.BASE else ""
        told = base + code(shorten(text, 100), in_table=True)
        yield f"| {row.layer.index} | {told} | {size(row.size)} | {_cells(row.leaks)} |"
    if len(leaking) > LAYERS:
        yield f"| | and {len(leaking) - LAYERS} more layers with leaks | | | | | |"
    yield ""


def _cells(counts: object) -> str:
    return " | ".join(str(getattr(counts, s.value) or "") for s in Severity)


def _leak(leak: Leak, again: bool) -> str:
    shown = code(leak.preview)
    if leak.secret:
        shown += f" {code(leak.secret.reveal())}"
    first = leak.places[0]
    mark = f"{_MARKS[leak.severity]} {leak.severity.value.upper()}"
    lines = [
        f"### {mark} {prose(leak.detector)} {shown}",
        "",
        *_places(leak.places[:PLACES]),
    ]
    if len(leak.places) > PLACES:
        lines.append(f"- and {plural(len(leak.places) - PLACES, 'more place')}")
    why = "; ".join(leak.reasons)
    lines += ["", f"*{leak.confidence} · {leak.exposure} · {leak.origin}*: {prose(why)}", ""]
    lines += ["Fix: as above." if again else prose(leak.advice), ""]
    if leak.fix:
        file = f" (line {first.dockerfile_line})" if first.dockerfile_line else ""
        lines += [f"Instead{file}:", "", block(leak.fix, "dockerfile"), ""]
    if leak.rotate:
        lines += [f"Replace the secret at {code(leak.rotate)}", ""]
    if leak.proof:
        lines += ["<details><summary>Proof</summary>", "", block(leak.proof, "sh"), "",
                  "</details>", ""]  # fmt: skip
    return "\n".join([*lines, f"<sub>id {code(leak.id)}</sub>", ""])


def _places(places: Sequence[Place]) -> Iterator[str]:
    instruction = None
    for place in places:
        # An instruction that wrote many files is told once.
        known = not place.instruction or place.instruction == instruction
        by = "" if known else f" ← {code(shorten(place.instruction or '', 120))}"
        line = f" (Dockerfile line {place.dockerfile_line})" if place.dockerfile_line else ""
        yield f"- {where(place)}: {code(spot(place))}, {fate(place)}{by}{line}"
        instruction = place.instruction


def _ledger(report: Report) -> str:
    ledger = report.ledger
    read = f"Read: {len(report.layers)} layers, {ledger.files} files, {size(ledger.bytes)}."
    if not ledger.gaps:
        return f"{read} Nothing was left out.\n"
    gaps = sorted(ledger.gaps, key=lambda gap: not gap.blocking)
    lines = [f"{read} **Not looked into** ({len(gaps)}):", ""]
    for gap in gaps[:GAPS]:
        holder = "" if gap.layer is None else f"layer {gap.layer} "
        mark = "**not read:** " if gap.blocking else ""
        lines.append(f"- {mark}{holder}{code(gap.path)}: {prose(gap.reason)}")
    if len(gaps) > GAPS:
        lines.append(f"- and {len(gaps) - GAPS} more")
    return "\n".join([*lines, ""])
