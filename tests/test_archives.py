"""
Archives that twenty real tools wrote: each gives a report, and the same image the same leaks.
"""

from __future__ import annotations

import functools
import tarfile
from collections.abc import Callable
from itertools import combinations
from pathlib import Path
from typing import Any

import pytest

from auditor.engine import Request, audit
from auditor.model import Report
from auditor.ranking import Policy
from tests.called import Call, caller

PACKED = Path(__file__).parents[2] / "shared" / "archives.tar.zst"
NAMES = {
    "buildah-1.28-bud-onelayer-oci.tar": [2],
    "buildx-oci-zstd.tar": [10],
    "crane-pull-tarball.tar": [8],
    "ctr-export-estargz.tar": [8],
    "docker-20.10-save-multi.tar": [4, 4, 1],
    "docker-20.10-save-rb-edge-bk.tar": [8],
    "docker-20.10-save-rb-rich-classic.tar": [8],
    "docker-20.10-save-same-layer-twice.tar": [3],
    "docker-28.5-containerd-save-hand-missing-platform.tar": [1],
    "docker-28.5-containerd-save-multi.tar": [9, 10],
    "docker-28.5-containerd-save-rb-bk-inline.tar": [10],
    "docker-28.5-containerd-save-rb-bk-prov-v1.tar": [10],
    "docker-28.5-graphdriver-save-rb-committed.tar": [2],
    "docker-28.5-graphdriver-save-rb-rich-bk.tar": [9],
    "oras-cp-oci-layout": [7, 2],
    "podman-4.3-save-docker-archive-bud-layers.tar": [7],
    "podman-5.8-save-oci-archive-bud-layers.tar": [7],
    "skopeo-1.22-oci-archive-multiplatform.tar": [7, 2],
    "skopeo-1.22-oci-dir-zstdchunked": [7],
    "skopeo-dir": [8],
    "skopeo-docker-archive.tar": [8],
    "skopeo-oci-archive-gzip.tar": [8],
    "skopeo-oci-dir-encrypted": [8],
}
"""
How many layers each of its images has.
"""
ENCRYPTED = "skopeo-oci-dir-encrypted"
MISSING = "docker-28.5-containerd-save-hand-missing-platform.tar"
SAME = {
    "classic builder": [
        ("docker-20.10-save-rb-rich-classic.tar", 0),
        ("crane-pull-tarball.tar", 0),
        ("ctr-export-estargz.tar", 0),
        ("skopeo-dir", 0),
        ("skopeo-docker-archive.tar", 0),
        ("skopeo-oci-archive-gzip.tar", 0),
    ],
    "BuildKit": [
        ("buildx-oci-zstd.tar", 0),
        ("docker-28.5-containerd-save-multi.tar", 1),
        ("docker-28.5-containerd-save-rb-bk-inline.tar", 0),
        ("docker-28.5-containerd-save-rb-bk-prov-v1.tar", 0),
    ],
    "BuildKit, every instruction": [
        ("docker-28.5-graphdriver-save-rb-rich-bk.tar", 0),
        ("docker-28.5-containerd-save-multi.tar", 0),
    ],
    "buildah": [
        ("podman-4.3-save-docker-archive-bud-layers.tar", 0),
        ("podman-5.8-save-oci-archive-bud-layers.tar", 0),
        ("oras-cp-oci-layout", 0),
        ("skopeo-1.22-oci-archive-multiplatform.tar", 0),
        ("skopeo-1.22-oci-dir-zstdchunked", 0),
    ],
    "two builders": [("docker-20.10-save-multi.tar", 0), ("docker-20.10-save-multi.tar", 1)],
}
"""
Images of one Dockerfile, by archive and number.
"""

Audited = Callable[[str], list[Report]]
Find = Callable[[str], Path]


def _zstd() -> Any:
    try:
        from compression import zstd  # type: ignore[import-not-found, unused-ignore]
    except ImportError:
        from backports import zstd  # type: ignore[no-redef, unused-ignore]
    return zstd


@pytest.fixture(scope="session")
def find(tmp_path_factory: pytest.TempPathFactory) -> Find:
    """
    Gives the path of an archive; all are unpacked once.
    """
    if not PACKED.is_file():
        pytest.skip(f"{PACKED.name} is not beside the repository: {PACKED}")
    folder = tmp_path_factory.mktemp("archives")
    with _zstd().open(PACKED) as stream, tarfile.open(fileobj=stream, mode="r|") as packed:
        packed.extractall(folder, filter="data")
    (top,) = folder.iterdir()
    return lambda name: top / name


@pytest.fixture(scope="session")
def audited(find: Find) -> Audited:
    """
    Audits an archive once, with every leak and the plain secrets.
    """

    @functools.cache
    def reports(name: str) -> list[Report]:
        return audit(Request(str(find(name)), policy=Policy(list_all=True, show_secrets=True)))

    return reports


@pytest.fixture
def call(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Call:
    """
    Calls the command in this process.
    """
    return caller(monkeypatch, capsys)


_LOST = "config.Healthcheck."
"""
OCI's config has no health check, so tools that convert to it leave it out.
"""


def leaks(report: Report) -> set[tuple[str, str, int | None]]:
    """
    Secret, path and layer of every place that no conversion of the format takes away.
    """
    return {
        (leak.secret.reveal(), place.path, place.layer)
        for leak in report.leaks
        for place in leak.places
        if leak.secret
        and (place.layer is not None or place.path.startswith(("config.", "history[")))
        and not place.path.startswith(_LOST)
    }


def test_every_archive_is_listed(find: Find) -> None:
    """
    An archive that is added is tested too.
    """
    folder = find("x").parent
    assert sorted(p.name for p in folder.iterdir() if p.name != "README.md") == sorted(NAMES)


@pytest.mark.parametrize("name", NAMES)
def test_archive_gives_a_report(name: str, audited: Audited) -> None:
    """
    Every image of an archive is reported with all its layers, in which files were read.
    """
    reports = audited(name)
    assert [len(report.layers) for report in reports] == NAMES[name]
    assert [row.layer.index for row in reports[0].layers] == list(range(NAMES[name][0]))
    if name != ENCRYPTED:
        assert all(report.ledger.files for report in reports)
        assert all(row.size for report in reports for row in report.layers)


@pytest.mark.parametrize("name", [name for name in NAMES if name not in (ENCRYPTED, MISSING)])
def test_nothing_of_an_archive_is_left_out(name: str, audited: Audited) -> None:
    """
    What a tool wrote is read whole, and its digests are right.
    """
    assert [report.ledger.gaps for report in audited(name)] == [()] * len(NAMES[name])


@pytest.mark.parametrize("name", [name for name in NAMES if name != ENCRYPTED])
def test_instructions_are_known(name: str, audited: Audited) -> None:
    """
    Each layer is told with what made it.
    """
    told = [row.layer.instruction for report in audited(name) for row in report.layers]
    assert not [text for text in told if not text or "unknown" in text]


@pytest.mark.parametrize(
    ("one", "other"), [pair for group in SAME.values() for pair in combinations(group, 2)]
)
def test_same_image_has_the_same_leaks(
    one: tuple[str, int], other: tuple[str, int], audited: Audited
) -> None:
    """
    One Dockerfile through different tools gives the same secrets at the same places.
    """
    first, second = (leaks(audited(name)[number]) for name, number in (one, other))
    assert first
    assert first == second


@pytest.mark.parametrize("group", [name for name in SAME if name != "two builders"])
def test_same_image_has_the_same_fingerprints(group: str, audited: Audited) -> None:
    """
    So a baseline of one serves for the other.
    """
    marks = [
        {
            (leak.secret.reveal(), leak.fingerprint)
            for leak in audited(name)[number].leaks
            if leak.secret
            and not all(p.path.startswith(("attestation/", _LOST)) for p in leak.places)
        }
        for name, number in SAME[group]
    ]
    assert marks[0]
    assert all(other == marks[0] for other in marks)


def test_provenance_tells_more(audited: Audited) -> None:
    """
    An attestation of mode=max gives away what the image itself does not.
    """
    plain, proven = (
        {leak.secret.reveal() for report in audited(name) for leak in report.leaks if leak.secret}
        for name in ("docker-28.5-containerd-save-rb-bk-inline.tar",
                     "docker-28.5-containerd-save-rb-bk-prov-v1.tar")
    )  # fmt: skip
    assert plain < proven
    paths = {
        place.path
        for report in audited("docker-28.5-containerd-save-rb-bk-prov-v1.tar")
        for leak in report.leaks
        for place in leak.places
    }
    assert any(path.startswith("attestation/") for path in paths)


def test_classic_build_args_with_every_trap(audited: Audited) -> None:
    """
    The nastiest build args come back whole from a real history.
    """
    for name in (
        "docker-20.10-save-rb-rich-classic.tar",
        "podman-5.8-save-oci-archive-bud-layers.tar",
    ):
        (report,) = audited(name)
        rows = [row.layer.instruction for row in report.layers]
        assert not [text for text in rows if "SPACED" in text or "/bin/sh -c fake" in text]
        assert any(text.startswith("RUN rm ") for text in rows)


def test_deleted_secret_is_still_there(audited: Audited) -> None:
    """
    A file that a later layer removed is told with the layer that did.
    """
    (report,) = audited("docker-20.10-save-rb-rich-classic.tar")
    (place,) = {
        place for leak in report.leaks for place in leak.places if place.path == "/app/secret.txt"
    }
    assert (place.layer, place.state, place.removed_by) == (2, "deleted", 7)


def test_commit_message_leaks(audited: Audited) -> None:
    """
    A secret in the message of `docker commit` is found in the history.
    """
    (report,) = audited("docker-28.5-graphdriver-save-rb-committed.tar")
    assert report.leaks


def test_encrypted_layers(find: Find, call: Call) -> None:
    """
    Layers that cannot be read make the audit partial, unless leaks decide before.
    """
    ran = call("-f", "json", "--fail-on", "never", find(ENCRYPTED))
    assert ran.code == 4
    gaps = ran.image["ledger"]["gaps"]
    assert [(gap["layer"], gap["reason"]) for gap in gaps] == [
        (index, "is encrypted") for index in range(8)
    ]
    assert call("--fail-on", "high", find(ENCRYPTED)).code == 1


def test_missing_platform(find: Find, call: Call) -> None:
    """
    A platform that the archive names and does not hold is in the ledger, and fails nothing.
    """
    ran = call("-f", "json", find(MISSING))
    assert ran.code == 0
    (gap,) = ran.image["ledger"]["gaps"]
    assert gap["reason"] == "platform linux/arm64 is not in the archive"
    assert call("--strict", find(MISSING)).code == 4
    assert call("--platform", "linux/arm64", find(MISSING)).code == 3


def test_standard_input(find: Find, call: Call) -> None:
    """
    A real archive through a pipe gives the same leaks as from its file, but that a value of the
    metadata is not followed into the layers: a stream names its metadata last.
    """
    path = find("docker-28.5-graphdriver-save-rb-rich-bk.tar")
    piped = call("-f", "json", "-", stdin=path.read_bytes()).image
    filed = call("-f", "json", path).image
    assert [leak["fingerprint"] for leak in piped["leaks"]] == [
        leak["fingerprint"] for leak in filed["leaks"]
    ]
    for one, other in zip(piped["leaks"], filed["leaks"], strict=True):
        assert [place for place in one["places"] if place not in other["places"]] == []
