"""
Where manifests are found, and what becomes of those that are not.
"""

from __future__ import annotations

import json
from typing import Any

import pytest

from auditor.oci.indexes import INDEX_DEPTH
from auditor.oci.manifests import find
from tests.images import (
    Members,
    Recipe,
    crane_members,
    docker25_members,
    docker_members,
    oci_members,
    podman_members,
    sha256,
    skopeo_dir_members,
    tar_layer,
    to_json,
)
from tests.oci.reading import field_of, gaps, image, images, json_of, layout, put, read, values

LAYOUT = b'{"imageLayoutVersion":"1.0.0"}'


def recipe(tag: str | None = "app:1", platform: str = "linux/amd64", mark: str = "x") -> Recipe:
    """
    An image of two layers.
    """
    return (
        Recipe(tag, platform=platform)
        .step("COPY a /a", files={"a": mark.encode()})
        .step("COPY b /b", files={"b": b"b"})
    )


WRITERS = {
    "docker": docker_members,
    "docker 25": docker25_members,
    "podman": podman_members,
    "crane": crane_members,
    "oci": oci_members,
}


@pytest.mark.parametrize("writer", WRITERS)
def test_every_layout_gives_the_same_image(writer: str) -> None:
    """
    Layers, history, id and platform of a recipe are the same from every layout.
    """
    found = image(WRITERS[writer](recipe()))
    assert found.id == recipe().id
    assert found.platform == "linux/amd64"
    assert [layer.diff_id for layer in found.layers] == recipe().diff_ids
    assert [layer.instruction for layer in found.layers] == ["COPY a /a", "COPY b /b"]
    assert [layer.index for layer in found.layers] == [0, 1]
    assert None not in [layer.blob for layer in found.layers]
    assert len({layer.blob for layer in found.layers}) == 2
    assert found.gaps == ()


def test_skopeo_dir_gives_the_same_image() -> None:
    """
    So does skopeo's `dir:`, whose manifest.json is one manifest.
    """
    found = image(skopeo_dir_members(recipe()))
    assert [layer.diff_id for layer in found.layers] == recipe().diff_ids
    assert found.gaps == ()


@pytest.mark.parametrize("writer", WRITERS)
def test_several_images(writer: str) -> None:
    """
    Several images of an archive are all found, in its order, each with its tag.
    """
    found = images(WRITERS[writer]([recipe("a:1", mark="a"), recipe("b:2", mark="b")]))
    assert [len(i.layers) for i in found] == [2, 2]
    assert [i.reference.rpartition("/")[2] for i in found] == ["a:1", "b:2"]


@pytest.mark.parametrize("writer", WRITERS)
def test_same_layer_twice(writer: str) -> None:
    """
    A layer that occurs twice is two layers of one blob.
    """
    twice = Recipe().step("one", files={"a": b"a"}).step("two", files={"a": b"a"})
    first, second = image(WRITERS[writer](twice)).layers
    assert first.blob == second.blob is not None
    assert [first.instruction, second.instruction] == ["one", "two"]


# --- manifest.json and index.json ------------------------------------------------------------


def test_image_in_both_indexes_is_one() -> None:
    """
    manifest.json and index.json are joined by the config: one image, the tags of both.
    """
    (found,) = find(read(docker25_members(recipe("app:1")))).manifests
    assert found.tags == ["registry.example.com/app:1", "1", "app:1"]
    assert found.layers[0].digest


def test_index_knows_more() -> None:
    """
    An image that manifest.json leaves out is found by the index.
    """
    members = docker25_members([recipe("a:1", mark="a"), recipe("b:2", mark="b")])
    members["manifest.json"] = to_json(json_of(members, "manifest.json")[:1])
    assert len(images(members)) == 2


def test_manifest_json_knows_more() -> None:
    """
    An image that the index leaves out, as Docker 28 does on a save by digests, is found too.
    """
    members = docker25_members([recipe("a:1", mark="a"), recipe("b:2", mark="b")])
    index = json_of(members, "index.json")
    members["index.json"] = to_json({**index, "manifests": index["manifests"][:1]})
    assert [len(i.layers) for i in images(members)] == [2, 2]


@pytest.mark.parametrize("index", [b"{", b"[]", b'{"manifests":3}', b"{}"])
def test_broken_index_beside_a_manifest_json(index: bytes) -> None:
    """
    A broken index.json is told, and does not hide the image of manifest.json.
    """
    members = {**docker25_members(recipe()), "index.json": index}
    found = image(members)
    assert len(found.layers) == 2
    assert ("is no index", True) in gaps(found)


def test_manifest_that_lost_its_layers() -> None:
    """
    Where the OCI manifest names no layers, as one Docker 25 wrote it, manifest.json does.
    """
    members = docker25_members(recipe())
    docker = members.pop("manifest.json")
    index = json_of(members, "index.json")
    name = f"blobs/sha256/{index['manifests'][0]['digest'][7:]}"
    manifest = {**json_of(members, name), "layers": []}
    members["index.json"] = layout(put(members, manifest))
    found = image({**members, "manifest.json": docker})
    assert None not in [layer.blob for layer in found.layers]
    assert len(found.layers) == 2


def test_unknown_keys_of_manifest_json_are_seen() -> None:
    """
    A value under an unknown key of manifest.json is metadata, also of a joined image.
    """
    for writer in (docker_members, docker25_members):
        members = writer(recipe())
        (entry,) = json_of(members, "manifest.json")
        members["manifest.json"] = to_json([{**entry, "Extra": {"x": "seen"}}])
        assert values(image(members))["seen"] == "manifest.Extra.x"


@pytest.mark.parametrize(
    "entry", [None, 3, "x", [], {}, {"Config": None}, {"Config": 3}, {"Layers": ["x"]}]
)
def test_entry_of_manifest_json_that_is_none(entry: object) -> None:
    """
    An entry without a config is told; the others are read.
    """
    members = docker_members(recipe())
    members["manifest.json"] = to_json([entry, *json_of(members, "manifest.json")])
    found = image(members)
    assert len(found.layers) == 2
    assert ("an entry names no config", True) in gaps(found)


@pytest.mark.parametrize("layers", [None, "x", {}, [None], [3]])
def test_layers_of_manifest_json_that_are_none(layers: object) -> None:
    """
    Without names of layers those of the config are missing, not forgotten.
    """
    members = docker_members(recipe())
    (entry,) = json_of(members, "manifest.json")
    members["manifest.json"] = to_json([{**entry, "Layers": layers}])
    assert [layer.blob for layer in image(members).layers] == [None, None]


def test_legacy_configs_are_part_of_the_image() -> None:
    """
    The old config beside a layer is read under the layer's name.
    """
    command = {"Cmd": ["/bin/sh", "-c", "seen"]}
    found = image(docker_members(recipe().top(container_config=command)))
    paths = {f.path for f in found.fields if f.value == "/bin/sh -c seen"}
    assert any(path.startswith("legacy/") for path in paths)
    assert "container_config.Cmd" in paths


def test_exact_argv_of_a_classic_builder() -> None:
    """
    `container_config.Cmd` tells the last step's build args without guessing.
    """
    argv = ["|1", "T=a /bin/sh -c b", "/bin/sh", "-c", "make"]
    made = recipe().step(" ".join(argv)).top(container_config={"Cmd": argv})
    last = image(docker_members(made)).history[-1]
    assert [(v.name, v.value) for v in last.build_args] == [("T", "a /bin/sh -c b")]
    assert last.instruction == "RUN make"


@pytest.mark.parametrize("argv", [["other"], [1, 2], "text", None, []])
def test_container_config_of_another_step(argv: object) -> None:
    """
    An argument list that is not the last step's is not taken for it.
    """
    text = "|1 T=x /bin/sh -c make"
    made = recipe().step(text).top(container_config={"Cmd": argv})
    assert image(docker_members(made)).history[-1].instruction == "RUN make"


# --- indexes ---------------------------------------------------------------------------------


def nested(depth: int) -> Members:
    """
    An image below so many indexes.
    """
    members = oci_members(recipe())
    digest = json_of(members, "index.json")["manifests"][0]["digest"]
    for _ in range(depth):
        digest = put(members, layout(digest))
    return {**members, "index.json": layout(digest)}


@pytest.mark.parametrize("depth", [0, 1, INDEX_DEPTH - 1])
def test_nested_indexes(depth: int) -> None:
    """
    An index may name an index.
    """
    assert len(image(nested(depth)).layers) == 2


def test_indexes_that_nest_too_deep() -> None:
    """
    Below the limit nothing is read, which is told and makes the audit partial.
    """
    everything = find(read(nested(INDEX_DEPTH)))
    assert everything.manifests == []
    assert [(gap.reason, gap.blocking) for gap in everything.gaps] == [
        ("indexes nest too deep", True)
    ]


def test_loop_of_indexes() -> None:
    """
    Indexes that name each other end, and what stands beside them is read.
    """
    members = oci_members(recipe())
    digest = json_of(members, "index.json")["manifests"][0]["digest"]
    # No index can name its own digest, but a lying name can.
    one, two = "11" * 32, "22" * 32
    members[f"blobs/sha256/{one}"] = layout(f"sha256:{two}", f"sha256:{one}")
    members[f"blobs/sha256/{two}"] = layout(f"sha256:{one}", digest)
    members["index.json"] = layout(f"sha256:{one}")
    assert len(image(members).layers) == 2


def test_index_that_names_itself_only() -> None:
    """
    A loop without an image holds none.
    """
    loop = layout(f"sha256:{'11' * 32}")
    members: Members = {"index.json": loop, f"blobs/sha256/{'11' * 32}": loop}
    assert find(read(members)).manifests == []


def test_same_digest_twice() -> None:
    """
    A manifest named twice is one image, with the tags of both descriptors.
    """
    members = oci_members(recipe("app:1"))
    (descriptor,) = json_of(members, "index.json")["manifests"]
    other = {**descriptor, "annotations": {"org.opencontainers.image.ref.name": "latest"}}
    members["index.json"] = layout(descriptor, other, descriptor)
    (found,) = find(read(members)).manifests
    assert found.tags == ["registry.example.com/app:1", "1", "latest"]


@pytest.mark.parametrize("descriptor", [None, 3, "x", [], {}, {"digest": 3}, {"digest": None}])
def test_descriptor_that_is_none(descriptor: Any) -> None:
    """
    A descriptor without a digest does not hide those beside it.
    """
    members = oci_members(recipe())
    (good,) = json_of(members, "index.json")["manifests"]
    members["index.json"] = to_json({"manifests": [descriptor, good]})
    assert len(image(members).layers) == 2


@pytest.mark.parametrize(
    ("keys", "reason"),
    [
        ({"platform": {"os": "linux", "architecture": "arm64"}}, "platform linux/arm64 is not in "
         "the archive"),
        ({"platform": {"os": "linux", "architecture": "arm", "variant": "v7"}},
         "platform linux/arm/v7 is not in the archive"),
        ({"annotations": {"vnd.docker.reference.type": "attestation-manifest"}},
         "the attestation-manifest is named but not in the archive"),
        ({}, "the index names a manifest that is not there"),
    ],
)  # fmt: skip
def test_manifest_that_is_not_there(keys: dict[str, Any], reason: str) -> None:
    """
    A platform or attestation that was not exported is told, and is no failure.
    """
    members = oci_members(recipe())
    (good,) = json_of(members, "index.json")["manifests"]
    absent = {"digest": f"sha256:{'ab' * 32}", **keys}
    members["index.json"] = layout(good, absent)
    found = image(members)
    assert len(found.layers) == 2
    assert gaps(found) == [(reason, False)]


@pytest.mark.parametrize("data", [b"no JSON at all", b"{broken"])
def test_manifest_that_is_no_json(data: bytes) -> None:
    """
    A manifest that is there and cannot be read makes the audit partial.
    """
    members = oci_members(recipe())
    (good,) = json_of(members, "index.json")["manifests"]
    members["index.json"] = layout(good, put(members, data))
    assert [blocking for _, blocking in gaps(image(members))] == [True]


def test_manifest_that_is_a_list() -> None:
    """
    So does one of the wrong kind.
    """
    members = oci_members(recipe())
    (good,) = json_of(members, "index.json")["manifests"]
    members["index.json"] = layout(good, put(members, [1]))
    assert gaps(image(members)) == [("is no manifest", True)]


@pytest.mark.parametrize("what", ["manifest", "config"])
def test_digest_that_is_wrong(what: str) -> None:
    """
    A manifest or config with another digest than stated is read, and told.
    """
    members = oci_members(recipe())
    name = next(
        name
        for name, data in members.items()
        if isinstance(data, bytes) and (b'"layers":[' in data) == (what == "manifest")
        and (b'"rootfs"' in data) == (what == "config") and name.startswith("blobs/")
        and data.startswith(b"{")
    )  # fmt: skip
    data = members[name]
    assert isinstance(data, bytes)
    members[name] = data + b" "
    found = image(members)
    assert len(found.layers) == 2
    stated = f"sha256:{name.rpartition('/')[2]}"
    assert gaps(found) == [
        (f"the {what}'s digest is sha256:{sha256(data + b' ')}, not {stated}", False)
    ]


def test_annotations_are_seen() -> None:
    """
    Annotations of index, descriptor, manifest and layer, and unknown keys, are metadata.
    """
    made = recipe().annotate(manifest="in-manifest")
    made.raw_layer("x", tar_layer([]), annotations={"layer": "in-layer"})
    members = oci_members(made)
    (descriptor,) = json_of(members, "index.json")["manifests"]
    descriptor |= {"annotations": {"a": "in-descriptor"}, "urls": ["in-urls"], "data": "in-data"}
    members["index.json"] = layout(descriptor, annotations={"a": "in-index"}, unknown="in-unknown")
    found = values(image(members))
    assert found["in-manifest"] == "manifest.annotations.manifest"
    assert found["in-layer"] == "manifest.layers[2].annotations.layer"
    assert {v: found[v] for v in found if v.startswith("in-") and found[v].startswith("index")} == {
        "in-index": "index.annotations.a",
        "in-descriptor": "index.annotations.a",
        "in-urls": "index.urls[0]",
        "in-data": "index.data",
        "in-unknown": "index.unknown",
    }


# --- attestations ----------------------------------------------------------------------------

PREDICATE = {
    "invocation": {"parameters": {"args": {"build-arg:TOKEN": "in-attestation"}}},
    "materials": [{"uri": "https://me:in-uri@git.example.com/x"}],
}


def test_attestation_of_the_old_style() -> None:
    """
    A manifest that an annotation marks is no image; its statements are metadata.
    """
    found = image(oci_members(recipe().attest(PREDICATE)))
    seen = field_of(found, "in-attestation")
    assert seen.name == "TOKEN"
    assert seen.path.startswith("attestation/0.predicate.invocation.parameters.args.")
    assert found.gaps == ()


def new_style(members: Members, statement: bytes, **keys: Any) -> Members:
    """
    With an attestation manifest as BuildKit writes it from version 0.32 on.
    """
    (good,) = json_of(members, "index.json")["manifests"]
    manifest = {
        "artifactType": "application/vnd.docker.attestation.manifest.v1+json",
        "config": {
            "mediaType": "application/vnd.oci.empty.v1+json",
            "digest": put(members, {}),
            "size": 2,
        },
        "layers": [
            {"mediaType": "application/vnd.in-toto+json", "digest": put(members, statement)}
        ],
        "subject": good,
        **keys,
    }
    # Without the annotation of the old style, to be told by itself.
    members["index.json"] = layout(good, put(members, manifest))
    return members


def test_attestation_of_the_new_style() -> None:
    """
    One that only its media types mark is no image either.
    """
    members = new_style(oci_members(recipe()), to_json({"predicate": PREDICATE}))
    found = image(members)
    assert field_of(found, "in-attestation").path.startswith("attestation/0.")
    assert found.gaps == ()


def test_statement_that_is_missing() -> None:
    """
    A statement that is not in the archive is told.
    """
    statement = to_json({"predicate": PREDICATE})
    members = new_style(oci_members(recipe()), statement)
    del members[f"blobs/sha256/{sha256(statement)}"]
    assert gaps(image(members)) == [("the statement is not in the archive", False)]


@pytest.mark.parametrize("statement", [b"{broken", b"no JSON"])
def test_statement_that_is_no_json(statement: bytes) -> None:
    """
    A statement that does not parse is told.
    """
    members = new_style(oci_members(recipe()), statement)
    assert [reason for reason, _ in gaps(image(members))] == ["the statement is not JSON"]


@pytest.mark.parametrize("keys", [
    {"config": None}, {"config": 3}, {"config": "x"}, {"annotations": 3}, {"annotations": ["x"]},
])  # fmt: skip
def test_attestation_with_odd_keys(keys: dict[str, Any]) -> None:
    """
    An attestation manifest of odd JSON is read as far as it goes.
    """
    members = new_style(oci_members(recipe()), to_json({"predicate": PREDICATE}), **keys)
    assert "in-attestation" in values(image(members))


@pytest.mark.parametrize("layers", [None, 3, "x", [None, 3], {"a": 1}])
def test_marked_attestation_with_odd_layers(layers: object) -> None:
    """
    One that is marked and names no statement is no image, and no crash.
    """
    members = oci_members(recipe())
    (good,) = json_of(members, "index.json")["manifests"]
    marked = {
        "digest": put(members, {"layers": layers}),
        "annotations": {"vnd.docker.reference.type": "attestation-manifest"},
    }
    members["index.json"] = layout(good, marked)
    assert len(image(members).layers) == 2


# --- schema 1 and dir: -----------------------------------------------------------------------


def schema1() -> Members:
    """
    Schema 1 as skopeo keeps it: newest first, configs as JSON in strings.
    """
    blobs = [tar_layer([]), b"second layer"]
    v1 = [
        {"container_config": {"Cmd": ["RUN b"]}, "config": {"Env": ["A=in-env"]},
         "os": "linux", "architecture": "amd64", "author": "in-author"},
        {"container_config": {"Cmd": ["ENV A=in-env"]}, "throwaway": True},
        {"container_config": {"Cmd": ["COPY a /"]}, "comment": "in-comment"},
    ]  # fmt: skip
    sums = [f"sha256:{sha256(data)}" for data in (blobs[1], b"empty", blobs[0])]
    manifest = {
        "schemaVersion": 1,
        "name": "app",
        "tag": "1",
        "architecture": "amd64",
        "fsLayers": [{"blobSum": digest} for digest in sums],
        "history": [{"v1Compatibility": json.dumps(step)} for step in v1],
    }
    return {
        **{sha256(data): data for data in blobs},
        "manifest.json": to_json(manifest),
        "version": b"Directory Transport Version: 1.1\n",
    }


def test_schema_1() -> None:
    """
    Layers of schema 1 come oldest first, empty ones are none, and its configs are read.
    """
    found = image(schema1())
    assert [layer.instruction for layer in found.layers] == ["COPY a /", "RUN b"]
    assert [layer.blob for layer in found.layers] == [
        sha256(tar_layer([])),
        sha256(b"second layer"),
    ]
    assert found.platform == "linux/amd64"
    seen = values(found)
    assert seen["in-env"] == "config.Env.A"
    assert seen["in-author"] == "author"
    assert "in-comment" in seen
    assert found.gaps == ()


@pytest.mark.parametrize("v1", [None, "{broken", "[]", 3])
def test_schema_1_with_broken_configs(v1: object) -> None:
    """
    A broken config of schema 1 leaves the layers.
    """
    members = schema1()
    manifest = json_of(members, "manifest.json")
    manifest["history"] = [{"v1Compatibility": v1}] * 3
    members["manifest.json"] = to_json(manifest)
    assert len(image(members).layers) == 3


@pytest.mark.parametrize("history", [None, [], 3, [None]])
def test_schema_1_without_a_history(history: object) -> None:
    """
    Layers are not lost with the history.
    """
    members = schema1()
    members["manifest.json"] = to_json({**json_of(members, "manifest.json"), "history": history})
    assert len(image(members).layers) == 3


def test_schema_1_values_of_lower_steps_are_seen() -> None:
    """
    What only a lower step's config holds is metadata as well.
    """
    members = schema1()
    manifest = json_of(members, "manifest.json")
    lower = {"container_config": {"Cmd": ["x"], "Env": ["GONE=in-lower"]}}
    manifest["history"][2] = {"v1Compatibility": json.dumps(lower)}
    members["manifest.json"] = to_json(manifest)
    assert "in-lower" in values(image(members))


def test_skopeo_dir_of_an_index() -> None:
    """
    Children of an index lie beside it as `<hex>.manifest.json`.
    """
    members: Members = {}
    children = []
    for platform in ("linux/amd64", "linux/arm64"):
        made = skopeo_dir_members(recipe(platform=platform, mark=platform))
        manifest = made.pop("manifest.json")
        assert isinstance(manifest, bytes)
        members |= {**made, f"{sha256(manifest)}.manifest.json": manifest}
        children.append(f"sha256:{sha256(manifest)}")
    members["manifest.json"] = layout(*children)
    assert [i.platform for i in images(members)] == ["linux/amd64", "linux/arm64"]


def test_manifest_json_that_is_no_json() -> None:
    """
    A broken manifest.json is told.
    """
    everything = find(read({"manifest.json": b"{broken"}))
    assert [(gap.reason, gap.blocking) for gap in everything.gaps] == [("is not JSON", True)]
