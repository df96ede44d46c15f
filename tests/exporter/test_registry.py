"""
Images in a registry: what is read of them, and what the registry does not give.
"""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from auditor.cache.shelf import Shelf
from auditor.engine import Request, audit
from auditor.errors import NotAnImage, RegistryUnavailable
from auditor.exporter import SOURCES
from auditor.exporter.base import Blob
from auditor.exporter.registry import client, download, manifests
from auditor.model import Gap, Image, Report
from auditor.oci import documents
from auditor.ranking import Policy
from tests.command import audit as call
from tests.exporter.fake_registry import Answer, Asked, FakeRegistry, serving
from tests.fakes import fakes
from tests.images import Layer, Recipe, oci_folder, oci_members, sha256, to_json

VALUES = fakes()
TOKEN = VALUES["GITHUB_TOKEN"]
PLATFORMS = ("linux/amd64", "linux/arm64")


def simple() -> Recipe:
    """
    An image of two layers.
    """
    files = {"a": b"x" * 5000}
    return Recipe("app:1").step("COPY a /a", files=files).step("RUN b", files={"b": b""})


RECIPE = simple()


def two() -> list[Recipe]:
    """
    An image for two platforms, of which only the base layer is the same.
    """
    return [
        Recipe("app:1", platform=platform)
        .step("COPY base /", files={"base": b"same"})
        .step("COPY own /", files={"own": platform.encode()})
        for platform in PLATFORMS
    ]


@pytest.fixture
def registry(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeRegistry]:
    """
    A registry without images, and nobody's logins.
    """
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setattr(download, "WAITS", (0.0, 0.0, 0.0))
    with serving(FakeRegistry()) as fake:
        yield fake


def blobs(
    registry: FakeRegistry, name: str = "app:1", platform: str | None = None
) -> tuple[dict[str, bytes], list[Gap]]:
    """
    Every blob with its content, and the gaps.
    """
    found: dict[str, bytes] = {}
    gaps: list[Gap] = []
    with SOURCES["registry"].open(f"{registry.host}/{name}", platform) as export:
        for item in export.blobs:
            if isinstance(item, Blob):
                found[item.name] = item.reader.read(1 << 24)
            else:
                gaps.append(item)
    return found, gaps


def describe(registry: FakeRegistry, name: str = "app:1") -> tuple[Image, ...]:
    """
    What the image says of itself.
    """
    return SOURCES["registry"].describe(f"{registry.host}/{name}")


def contents(recipes: Recipe | list[Recipe]) -> dict[str, object]:
    """
    The blobs of a layout.
    """
    members = oci_members(recipes)
    return {name: data for name, data in members.items() if name.startswith("blobs/")}


@pytest.mark.parametrize("recipes", [RECIPE, two(), simple().attest({"a": 1})])
def test_every_blob_comes_once(registry: FakeRegistry, recipes: Recipe | list[Recipe]) -> None:
    """
    What comes out is the layout that was pushed, and nothing is asked for twice.
    """
    registry.push(recipes)
    found, gaps = blobs(registry)
    assert gaps == []
    assert {name: data for name, data in found.items() if name != "index.json"} == contents(recipes)
    assert len(registry.paths()) == len(set(registry.paths()))


def test_by_digest(registry: FakeRegistry) -> None:
    """
    A digest means its image, whatever a tag beside it says.
    """
    registry.push(RECIPE)
    digest = f"sha256:{sha256(registry.answers['/v2/app/manifests/1'].body)}"
    registry.push(two(), "1")
    for name in (f"app@{digest}", f"app:1@{digest}"):
        (image,) = describe(registry, name)
        assert image.id == RECIPE.id


def test_latest_is_meant_without_a_tag(registry: FakeRegistry) -> None:
    """
    As everywhere.
    """
    registry.push(RECIPE, "latest")
    assert describe(registry, "app")[0].id == RECIPE.id


def test_a_deep_name(registry: FakeRegistry) -> None:
    """
    A repository may have many parts.
    """
    registry.push(RECIPE, name="team/sub/app")
    assert blobs(registry, "team/sub/app:1")[1] == []


def test_size_of_all(registry: FakeRegistry) -> None:
    """
    The bytes to come are known before, so that progress can be shown.
    """
    registry.push(RECIPE)
    with SOURCES["registry"].open(f"{registry.host}/app:1") as export:
        assert export.size == sum(len(data) for data in blobs(registry)[0].values())


def test_describe_reads_no_layer(registry: FakeRegistry) -> None:
    """
    Manifests and configs tell all of it.
    """
    members = registry.push(two())
    images = describe(registry)
    assert [image.platform for image in images] == list(PLATFORMS)
    assert [image.id for image in images] == [recipe.id for recipe in two()]
    layers = {name for name, data in members.items() if not str(data).startswith("b'{")}
    asked = {path.rpartition(":")[2] for path in registry.paths("/blobs/")}
    assert asked and not any(name.rpartition("/")[2] in asked for name in layers)


def test_one_platform_of_an_index(registry: FakeRegistry) -> None:
    """
    Layers of another platform are not fetched; shared ones are.
    """
    registry.push(two())
    found, gaps = blobs(registry, platform="linux/arm64")
    assert gaps == []
    own = {name for name in found if not found[name].startswith(b"{")}
    (other, arm) = (contents(one) for one in two())
    layers = {name for name, data in arm.items() if not str(data).startswith("b'{")}
    assert own == layers != set(other)


@pytest.mark.parametrize("platform", PLATFORMS)
def test_audit_of_one_platform(registry: FakeRegistry, platform: str) -> None:
    """
    The one that was asked for, without a gap, under the name that was typed.
    """
    registry.push(two())
    (report,) = audit(Request(f"registry:{registry.host}/app:1", platform=platform))
    assert (report.platform, report.ledger.gaps) == (platform, ())
    assert report.reference == f"registry:{registry.host}/app:1"


def test_audit_of_all_platforms(registry: FakeRegistry) -> None:
    """
    Without a choice every platform is an image of that name.
    """
    registry.push(two())
    name = f"registry:{registry.host}/app:1"
    reports = audit(Request(name, all_platforms=True))
    assert [(r.platform, r.reference, r.ledger.gaps) for r in reports] == [
        (platform, name, ()) for platform in PLATFORMS
    ]


def test_a_platform_that_is_not_there(registry: FakeRegistry) -> None:
    """
    Tells those that there are, and fetches nothing.
    """
    registry.push(two())
    with pytest.raises(NotAnImage) as caught:
        blobs(registry, platform="linux/s390x")
    assert "linux/arm64" in caught.value.hint


def test_a_platform_that_was_never_pushed(registry: FakeRegistry) -> None:
    """
    An index may name one: a gap, which blocks where all platforms are asked for.
    """
    registry.push(two())
    index = json.loads(registry.answers["/v2/app/manifests/1"].body)
    del registry.answers[f"/v2/app/manifests/{index['manifests'][1]['digest']}"]
    name = f"registry:{registry.host}/app:1"
    for is_all in (False, True):
        (report,) = audit(Request(name, all_platforms=is_all))
        assert any("linux/arm64" in gap.reason for gap in report.ledger.gaps)
        assert any(gap.blocking for gap in report.ledger.gaps) == is_all


def test_a_base_for_several_platforms(registry: FakeRegistry) -> None:
    """
    The base of each platform is the one for that platform.
    """
    registry.push(two())
    registry.push([one.step("RUN more", files={"more": b"x"}) for one in two()], "2")
    name = f"registry:{registry.host}/app"
    reports = audit(Request(f"{name}:2", base=f"{name}:1"))
    assert [report.ledger.gaps for report in reports] == [(), ()]
    assert [[row.layer.origin.value for row in r.layers] for r in reports] == [
        ["base", "base", "own"]
    ] * 2


def test_values_of_the_metadata_are_followed(registry: FakeRegistry) -> None:
    """
    A password in the environment is found in the layers, where it looks like nothing.
    """
    value = "correct-horse-" + VALUES["DB_PASSWORD"][-6:]
    recipe = Recipe("app:1").env("DB_PASSWORD", value)
    registry.push(recipe.step("COPY x /x", files={"x": f"see {value} there\n".encode()}))
    (report,) = audit(Request(f"registry:{registry.host}/app:1", policy=Policy(list_all=True)))
    assert "/x" in {place.path for leak in report.leaks for place in leak.places}


def test_attestations(registry: FakeRegistry) -> None:
    """
    Statements are metadata, and found in.
    """
    registry.push(simple().attest({"args": {"build-arg:T": TOKEN}}))
    (report,) = audit(Request(f"registry:{registry.host}/app:1"))
    (leak,) = report.leaks
    assert [place.path.split(".")[0] for place in leak.places] == ["attestation/0"]
    assert report.ledger.gaps == ()


def test_what_verbose_says(registry: FakeRegistry) -> None:
    """
    Nothing that moves a cursor, and nothing of what libraries say of broken answers.
    """
    name = "\x1b[31mred"
    registry.push(simple().annotate(**{"org.opencontainers.image.base.name": name}))
    for path, answer in registry.answers.items():
        if "/blobs/" in path:
            size = f"{len(answer.body):x}".encode()
            answer.body = size + b"\r\n" + answer.body + b"\r\n0\r\n\r\n"
            # Both, which urllib3 warns of.
            answer.headers = {"Transfer-Encoding": "chunked"}
    ran = call("-v", f"registry:{registry.host}/app:1")
    assert ran.code == 0
    assert "the base image \\x1b[31mred is not at hand" in ran.err
    assert "Received response" not in ran.err and "\x1b" not in ran.err


# --- what is not given -----------------------------------------------------------------------


def digest_of(registry: FakeRegistry) -> str:
    """
    The digest of the manifest that the tag means.
    """
    return f"sha256:{sha256(registry.answers['/v2/app/manifests/1'].body)}"


def layer_path(recipe: Recipe, index: int) -> str:
    """
    Where a layer is asked for.
    """
    manifest = next(
        json.loads(data)
        for data in oci_members(recipe).values()
        if isinstance(data, bytes) and b'"layers":' in data
    )
    return f"/v2/app/blobs/{manifest['layers'][index]['digest']}"


def test_a_layer_that_is_missing(registry: FakeRegistry) -> None:
    """
    A gap that blocks, and the other layers are audited.
    """
    registry.push(RECIPE)
    del registry.answers[layer_path(RECIPE, 0)]
    _, gaps = blobs(registry)
    assert [(gap.reason, gap.blocking) for gap in gaps] == [("the registry does not have it", True)]
    (report,) = audit(Request(f"registry:{registry.host}/app:1"))
    assert len(report.layers) == 2
    assert any(gap.blocking and gap.layer == 0 for gap in report.ledger.gaps)


def test_a_foreign_layer(registry: FakeRegistry) -> None:
    """
    Content that is elsewhere is not fetched from there: a gap.
    """
    kind = "application/vnd.docker.image.rootfs.foreign.diff.tar.gzip"
    recipe = Recipe("app:1").step("COPY a /a", files={"a": b""})
    recipe.layers.append(Layer(recipe.layers[0].tar + bytes(512), kind))
    registry.push(recipe)
    manifest = json.loads(registry.answers["/v2/app/manifests/1"].body)
    manifest["layers"][1]["urls"] = [f"http://{registry.host}/elsewhere"]
    registry.manifest(to_json(manifest))
    del registry.answers[layer_path(recipe, 1)]
    (report,) = audit(Request(f"registry:{registry.host}/app:1"))
    assert "is foreign: its content is elsewhere" in {gap.reason for gap in report.ledger.gaps}
    assert registry.paths("elsewhere") == []


@pytest.mark.parametrize("status", [403, 429, 500])
def test_a_config_that_is_refused(registry: FakeRegistry, status: int) -> None:
    """
    The layers are audited all the same, and the gap blocks.
    """
    registry.push(RECIPE)
    registry.answers[f"/v2/app/blobs/{RECIPE.id}"] = Answer(status=status)
    (report,) = audit(Request(f"registry:{registry.host}/app:1"))
    assert len(report.layers) == 2
    assert any(gap.blocking and "registry" in gap.reason for gap in report.ledger.gaps)


@pytest.mark.parametrize("failures", [1, 1000])
def test_documents_are_asked_for_twice(registry: FakeRegistry, failures: int) -> None:
    """
    As long as that helps: a registry that is gone is not waited for at each of them.
    """
    registry.push(two())
    left = [failures]

    def gate(asked: Asked) -> Answer | None:
        if asked.path.endswith("/1") or not left[0]:
            return None
        left[0] -= 1
        return Answer(status=503)

    registry.gate = gate
    if failures == 1:
        assert blobs(registry)[1] == []
    else:
        with pytest.raises(RegistryUnavailable, match="status 503"):
            blobs(registry)
    assert len(registry.paths()) == (9 if failures == 1 else 4)


@pytest.mark.parametrize("kind", ["blobs", "manifests"])
def test_a_document_that_is_another(registry: FakeRegistry, kind: str) -> None:
    """
    What is not what its digest says is looked into, and the gap blocks.
    """
    registry.push(two())
    mark = b'"rootfs"' if kind == "blobs" else b'"layers":'
    wrong = next(
        answer
        for path, answer in registry.answers.items()
        if f"/{kind}/sha256" in path and mark in answer.body
    )
    wrong.body += b"\n"
    _, gaps = blobs(registry)
    assert ("is not what its digest says", True) in {(gap.reason, gap.blocking) for gap in gaps}


def test_a_root_that_is_another(registry: FakeRegistry) -> None:
    """
    An image by digest is that image or none.
    """
    registry.push(RECIPE)
    digest = "sha256:" + "1" * 64
    registry.answers[f"/v2/app/manifests/{digest}"] = registry.answers["/v2/app/manifests/1"]
    with pytest.raises(RegistryUnavailable, match="is not sha256:1111"):
        blobs(registry, f"app@{digest}")


def test_a_layer_that_is_another(registry: FakeRegistry, tmp_path: Path) -> None:
    """
    Scanned, and in the ledger; nothing of it passes for known the next time.
    """
    registry.push(RECIPE, compression="none")
    wrong = f"/v2/app/blobs/{RECIPE.diff_ids[0]}"
    kept = registry.answers[wrong]
    registry.answers[wrong] = Answer(kept.body.replace(b"xxx", b"yyy"))
    (report,) = cached(f"registry:{registry.host}/app:1", tmp_path)
    assert any("digest" in gap.reason and gap.layer == 0 for gap in report.ledger.gaps)
    # What users will get was not looked into.
    assert any(gap.blocking for gap in report.ledger.gaps)
    registry.answers[wrong] = kept
    (report,) = cached(f"registry:{registry.host}/app:1", tmp_path)
    assert report.ledger.gaps == ()


@pytest.mark.parametrize(
    "body", [b"", b"<html>", b"[]", b"{}", b'{"schemaVersion":2,"manifests":[]}']
)
def test_no_image(registry: FakeRegistry, body: bytes) -> None:
    """
    Something else than a manifest.
    """
    registry.answers["/v2/app/manifests/1"] = Answer(body)
    with pytest.raises(NotAnImage) as caught:
        blobs(registry)
    assert "\n" not in caught.value.message


@pytest.mark.parametrize("digest", ["", "sha256:../../x", "sha256:zz", 5, None])
def test_digests_that_are_none(registry: FakeRegistry, digest: object) -> None:
    """
    What is no digest is not asked for.
    """
    registry.push(RECIPE)
    manifest = json.loads(registry.answers["/v2/app/manifests/1"].body)
    manifest["layers"][0]["digest"] = digest
    registry.manifest(to_json(manifest))
    _, gaps = blobs(registry)
    assert [gap.blocking for gap in gaps] == [True]
    assert not any("x" in path.rpartition("/")[2] for path in registry.paths("/blobs/"))


def test_a_digest_that_nobody_computes(registry: FakeRegistry) -> None:
    """
    What has it is read, and the ledger says that it may be something else.
    """
    registry.push(RECIPE)
    manifest = json.loads(registry.answers["/v2/app/manifests/1"].body)
    for descriptor in (manifest["config"], manifest["layers"][1]):
        stored = registry.answers[f"/v2/app/blobs/{descriptor['digest']}"]
        descriptor["digest"] = "blake3:" + descriptor["digest"][7:]
        registry.answers[f"/v2/app/blobs/{descriptor['digest']}"] = stored
    registry.manifest(to_json(manifest))
    (report,) = audit(Request(f"registry:{registry.host}/app:1"))
    told = [gap for gap in report.ledger.gaps if "its digest is not verified" in gap.reason]
    assert [gap.layer for gap in told] == [None, 1]
    assert report.ledger.files == 2


def test_indexes_in_circles(registry: FakeRegistry) -> None:
    """
    Indexes that nest without end are left at some depth.
    """
    data = b""
    digest = f"sha256:{'0' * 64}"
    for _ in range(20):
        data = to_json({"schemaVersion": 2, "manifests": [{"digest": digest}]})
        digest = registry.blob(data)
    registry.manifest(data)
    with pytest.raises(NotAnImage):
        blobs(registry)
    assert len(registry.asked) < 12


# --- limits ----------------------------------------------------------------------------------


def test_a_manifest_that_is_too_large(
    registry: FakeRegistry, monkeypatch: pytest.MonkeyPatch
) -> None:
    """
    A document that has no end is not read to it.
    """
    monkeypatch.setattr(client, "DOCUMENT_LIMIT", 1000)
    registry.answers["/v2/app/manifests/1"] = Answer(b"{" + b" " * 5000)
    with pytest.raises(NotAnImage, match="is larger than"):
        blobs(registry)


def test_a_config_that_is_too_large(
    registry: FakeRegistry, monkeypatch: pytest.MonkeyPatch
) -> None:
    """
    It is not kept, and looked into as it passes.
    """
    recipe = Recipe("app:1").env("A", TOKEN).env("LONG", "x " * 5000)
    registry.push(recipe.step("COPY", files={"a": b""}))
    monkeypatch.setattr(documents, "DOCUMENT_LIMIT", 8000)
    (report,) = audit(Request(f"registry:{registry.host}/app:1", policy=Policy(list_all=True)))
    assert any(gap.blocking for gap in report.ledger.gaps)
    assert [place.path.split("/")[0] for leak in report.leaks for place in leak.places]


def test_too_many_documents(registry: FakeRegistry, monkeypatch: pytest.MonkeyPatch) -> None:
    """
    An index of thousands is read in part, and the ledger says so.
    """
    monkeypatch.setattr(manifests, "DOCUMENT_COUNT", 3)
    registry.push(two())
    _, gaps = blobs(registry)
    assert any("over 3 documents" in gap.reason and gap.blocking for gap in gaps)


def test_many_that_are_not_there(registry: FakeRegistry, monkeypatch: pytest.MonkeyPatch) -> None:
    """
    Count too, and the first that is not asked for is told for all that follow it.
    """
    monkeypatch.setattr(manifests, "DOCUMENT_COUNT", 5)
    registry.push(RECIPE)
    index = json.dumps({"manifests": [{"digest": f"sha256:{n:064x}"} for n in range(1000)]})
    index = index.replace("[", f'[{{"digest": "{digest_of(registry)}"}}, ', 1)
    registry.manifest(index.encode())
    _, gaps = blobs(registry)
    assert len(registry.paths("/manifests/")) == 5
    assert [gap.blocking for gap in gaps] == [False] * 3 + [True]


def test_documents_fill_no_memory(registry: FakeRegistry, monkeypatch: pytest.MonkeyPatch) -> None:
    """
    However many large ones an index names.
    """
    monkeypatch.setattr(manifests, "DOCUMENTS_LIMIT", 10_000)
    registry.push(RECIPE)
    large = [registry.blob(b'{"a": "%s"}' % (b"%d" % n * 3000)) for n in range(10)]
    index = {"manifests": [{"digest": digest} for digest in (digest_of(registry), *large)]}
    registry.manifest(to_json(index))
    _, gaps = blobs(registry)
    assert 3 < len(registry.paths("/manifests/")) < 7
    assert ["no more are asked for" in gap.reason for gap in gaps if gap.blocking] == [True]


# --- schema 1 --------------------------------------------------------------------------------


def schema1() -> tuple[bytes, bytes, bytes]:
    """
    An image as old registries keep it: the layer, the manifest, and its signed form.
    """
    layer = RECIPE.layers[0].tar
    step = {"id": "1", "os": "linux", "container_config": {"Cmd": ["ADD x", f"T={TOKEN}"]}}
    payload = to_json(
        {
            "schemaVersion": 1,
            "name": "app",
            "tag": "1",
            "fsLayers": [{"blobSum": f"sha256:{sha256(layer)}"}],
            "history": [{"v1Compatibility": json.dumps(step)}],
        }
    )
    length = payload.rindex(b"}")

    def packed(data: bytes) -> str:
        return base64.urlsafe_b64encode(data).decode().rstrip("=")

    header = {"formatLength": length, "formatTail": packed(payload[length:])}
    signatures = [{"protected": packed(to_json(header))}]
    signed = payload[:length] + b',"signatures":' + to_json(signatures) + b"}"
    return layer, payload, signed


@pytest.mark.parametrize("is_by_digest", [False, True])
def test_schema_1(registry: FakeRegistry, is_by_digest: bool) -> None:
    """
    Layers and history are had from it; its digest is that of what was signed.
    """
    layer, payload, signed = schema1()
    registry.blob(layer)
    digest = f"sha256:{hashlib.sha256(payload).hexdigest()}"
    for version in ("1", digest):
        registry.answers[f"/v2/app/manifests/{version}"] = Answer(signed)
    name = f"app@{digest}" if is_by_digest else "app:1"
    (report,) = audit(Request(f"registry:{registry.host}/{name}", policy=Policy(list_all=True)))
    assert [row.layer.digest for row in report.layers] == [f"sha256:{sha256(layer)}"]
    assert [leak.severity.name for leak in report.leaks]
    assert not any(gap.blocking for gap in report.ledger.gaps)


# --- the cache -------------------------------------------------------------------------------


def cached(name: str, folder: Path) -> list[Report]:
    """
    An audit that keeps what it learns.
    """
    shelf = Shelf(folder / "cache")
    try:
        return audit(Request(name), shelf=shelf)
    finally:
        shelf.close()


def test_what_is_known_is_not_fetched(registry: FakeRegistry, tmp_path: Path) -> None:
    """
    The second audit of an image asks for its documents alone.
    """
    registry.push(simple().env("T", TOKEN))
    name = f"registry:{registry.host}/app:1"
    first = cached(name, tmp_path)
    layers = [layer_path(RECIPE, 0), layer_path(RECIPE, 1)]
    assert set(layers) <= set(registry.paths())
    registry.asked.clear()
    second = cached(name, tmp_path)
    assert not set(layers) & set(registry.paths())
    assert registry.paths("/manifests/1")
    assert first == second


def test_only_new_layers_are_fetched(registry: FakeRegistry, tmp_path: Path) -> None:
    """
    Of an image on a base that is known.
    """
    registry.push(simple().env("T", TOKEN))
    cached(f"registry:{registry.host}/app:1", tmp_path)
    above = simple().env("T", TOKEN).step("RUN c", files={"c": TOKEN.encode()})
    registry.push(above, "2")
    registry.asked.clear()
    (report,) = cached(f"registry:{registry.host}/app:2", tmp_path)
    asked = [layer_path(above, index) in registry.paths() for index in range(3)]
    assert asked == [False, False, True]
    (fresh,) = audit(Request(f"registry:{registry.host}/app:2"))
    assert report == fresh and report.ledger.gaps == ()


def test_what_is_known_uncompressed(registry: FakeRegistry, tmp_path: Path) -> None:
    """
    Is fetched once, and not again because its stored form is new.
    """
    oci_folder(RECIPE, tmp_path / "layout", compression="none")
    cached(f"oci:{tmp_path}/layout", tmp_path)
    registry.push(RECIPE)
    (report,) = cached(f"registry:{registry.host}/app:1", tmp_path)
    assert len(registry.paths()) == len(set(registry.paths()))
    assert report.ledger.gaps == () and report.ledger.files == 2


def test_a_layer_without_a_size_that_is_empty(registry: FakeRegistry, tmp_path: Path) -> None:
    """
    Did not come; the next time it is asked for again.
    """
    registry.push(RECIPE)
    manifest = json.loads(registry.answers["/v2/app/manifests/1"].body)
    path = f"/v2/app/blobs/{manifest['layers'][0]['digest']}"
    del manifest["layers"][0]["size"]
    registry.manifest(to_json(manifest))
    kept, registry.answers[path] = registry.answers[path], Answer()
    (report,) = cached(f"registry:{registry.host}/app:1", tmp_path)
    assert {gap.reason for gap in report.ledger.gaps if gap.blocking} == {
        "is empty",
        "is not in the archive",
    }
    registry.answers[path] = kept
    (report,) = cached(f"registry:{registry.host}/app:1", tmp_path)
    assert report.ledger.gaps == ()
