"""
From documents to images: which are chosen, and what is in them.
"""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from auditor.errors import NotAnImage
from auditor.oci import Documents, assemble
from tests.images import (
    Members,
    Recipe,
    docker25_members,
    docker_members,
    oci_members,
    sha256,
    skopeo_dir_members,
    tar_layer,
    to_json,
)
from tests.oci.reading import gaps, image, images, json_of, layout, put, read, values
from tests.oci.test_manifests import recipe

PLATFORMS = ("linux/amd64", "linux/arm64")


def multi() -> list[Recipe]:
    """
    One tag for two platforms.
    """
    return [recipe("app:1", platform, mark=platform) for platform in PLATFORMS]


# --- which ones ------------------------------------------------------------------------------


def test_all_platforms_are_audited() -> None:
    """
    Without a choice every platform of an index is an image.
    """
    found = images(oci_members(multi()))
    assert [i.platform for i in found] == list(PLATFORMS)
    assert {i.reference for i in found} == {"ref"}


@pytest.mark.parametrize("platform", PLATFORMS)
def test_one_platform(platform: str) -> None:
    """
    A platform chooses its image, which then is the reference itself.
    """
    (found,) = images(oci_members(multi()), platform=platform)
    assert (found.platform, found.reference) == (platform, "ref")


@pytest.mark.parametrize(
    ("mine", "asked", "fits"),
    [
        ("linux/arm/v7", "linux/arm/v7", True),
        ("linux/arm/v7", "linux/arm", True),
        ("linux/arm/v7", "linux/arm/v6", False),
        ("linux/arm", "linux/arm/v7", False),
        ("linux/arm64", "linux/arm", False),
        ("linux/amd64", "linux", True),
    ],
)
def test_variants_of_a_platform(mine: str, asked: str, fits: bool) -> None:
    """
    A variant may be left out, but a part of an architecture's name is no platform.
    """
    os, architecture, *variant = mine.split("/")
    made = recipe(platform=f"{os}/{architecture}").top(
        **({"variant": variant[0]} if variant else {})
    )
    members = docker_members(made)
    if fits:
        assert [i.platform for i in images(members, platform=asked)] == [mine]
    else:
        with pytest.raises(NotAnImage, match="not there for"):
            images(members, platform=asked)


def test_platform_that_is_not_there() -> None:
    """
    The error tells the platforms that there are.
    """
    with pytest.raises(NotAnImage) as caught:
        images(oci_members(multi()), platform="linux/s390x")
    assert caught.value.message == "ref: not there for linux/s390x"
    assert caught.value.hint == "Platforms: linux/amd64, linux/arm64."


@pytest.mark.parametrize(
    ("tag", "found"),
    [
        ("b:2", "b"),
        ("2", "b"),
        ("registry.example.com/b:2", "b"),
        ("a:1", "a"),
        (None, "ab"),
    ],
)
@pytest.mark.parametrize("writer", [oci_members, docker25_members])
def test_tags(tag: str | None, found: str, writer: Any) -> None:
    """
    A tag chooses its images, written in full or without registry and name.
    """
    members = writer([recipe("a:1", mark="a"), recipe("b:2", mark="b")])
    ids = {"a": recipe("a:1", mark="a").id, "b": recipe("b:2", mark="b").id}
    assert [i.id for i in images(members, tag=tag)] == [ids[x] for x in found]


@pytest.mark.parametrize("tag", ["c:3", "a", "a:", ":1", ""])
def test_tag_that_is_not_there(tag: str) -> None:
    """
    The error tells the tags that there are.
    """
    with pytest.raises(NotAnImage) as caught:
        images(docker_members([recipe("a:1"), recipe("b:2", mark="b")]), tag=tag)
    assert caught.value.hint == "It holds: a:1, b:2."


def test_image_without_a_tag() -> None:
    """
    One that was saved by its id has no tag, and goes by its id among others.
    """
    first, second = images(docker_members([recipe(None), recipe("b:2", mark="b")]))
    assert (first.reference, second.reference) == (recipe(None).id, "b:2")


@pytest.mark.parametrize(
    "members",
    [
        {},
        {"x": b"x"},
        {"x.json": b"{}"},
        {"manifest.json": b"[]"},
        {"index.json": layout()},
        {"index.json": b"{}"},
        {"index.json": layout(f"sha256:{'ab' * 32}"), "oci-layout": b"{}"},
        {"manifest.json": b"{broken"},
    ],
)
def test_no_image_at_all(members: Members) -> None:
    """
    What holds no image, an index that points nowhere too, is told so.
    """
    with pytest.raises(NotAnImage, match="ref: no image in it"):
        images(members)


# --- configs ---------------------------------------------------------------------------------


@pytest.mark.parametrize("data", [b"{broken", b"no JSON", b"\x1f\x8bgzip", b""])
@pytest.mark.parametrize("writer", [docker_members, oci_members, skopeo_dir_members])
def test_config_that_is_no_json(data: bytes, writer: Any) -> None:
    """
    A config that cannot be read makes the audit partial, and hides no layer.
    """
    found = image(writer(recipe().config_json(data)))
    assert [layer.blob is not None for layer in found.layers] == [True, True]
    assert [blocking for _, blocking in gaps(found)] == [True]


@pytest.mark.parametrize("data", [[], [1], [[{"a": "b"}]]])
def test_config_that_is_a_list(data: object) -> None:
    """
    So does a config that is no object.
    """
    found = image(docker_members(recipe().config_json(data)))
    assert len(found.layers) == 2
    assert gaps(found) == [("the config is no object", True)]


def test_config_that_is_missing() -> None:
    """
    So does a config that is not there.
    """
    members = docker_members(recipe())
    del members[f"{recipe().id[7:]}.json"]
    found = image(members)
    assert len(found.layers) == 2
    assert gaps(found) == [("the config is missing", True)]


@pytest.mark.parametrize(
    "config",
    [
        {"config": None},
        {"config": []},
        {"config": "x"},
        {"rootfs": None},
        {"rootfs": []},
        {"rootfs": {"diff_ids": None}},
        {"rootfs": {"diff_ids": "x"}},
        {"config": {"Env": None, "Labels": []}},
        {"config": {"Env": {"a": 1}, "Labels": "x"}},
        {"config": {"Env": [None, 3, {"a": "b"}], "Labels": {"a": None, "b": [1]}}},
        {"history": 3, "os": 3, "architecture": None, "variant": []},
        {},
    ],
)
def test_config_of_odd_json(config: object) -> None:
    """
    Keys of the wrong kind cost no layer.
    """
    assert len(image(docker_members(recipe().config_json(config))).layers) == 2


# --- layers ----------------------------------------------------------------------------------


def test_more_layers_than_diff_ids() -> None:
    """
    A layer that only the manifest names is there, and the difference is told.
    """
    found = image(oci_members(recipe().top(rootfs={"diff_ids": recipe().diff_ids[:1]})))
    assert [layer.diff_id for layer in found.layers] == [recipe().diff_ids[0], None]
    assert [layer.blob is not None for layer in found.layers] == [True, True]
    assert gaps(found) == [("the manifest names 2 layers, the config 1", False)]


def test_more_diff_ids_than_layers() -> None:
    """
    A layer that only the config names is there without a blob.
    """
    more = [*recipe().diff_ids, f"sha256:{'ab' * 32}"]
    found = image(oci_members(recipe().top(rootfs={"diff_ids": more})))
    assert [layer.diff_id for layer in found.layers] == more
    assert [layer.blob is not None for layer in found.layers] == [True, True, False]
    assert gaps(found) == [("the manifest names 2 layers, the config 3", False)]


@pytest.mark.parametrize("odd", [None, 3, {}, []])
def test_diff_id_that_is_none(odd: object) -> None:
    """
    A diff_id that is no text keeps the others in their places.
    """
    diff_ids = [odd, recipe().diff_ids[1]]
    found = image(oci_members(recipe().top(rootfs={"diff_ids": diff_ids})))
    assert [layer.diff_id for layer in found.layers] == [None, recipe().diff_ids[1]]


@pytest.mark.parametrize("writer", [docker_members, oci_members, docker25_members])
def test_blob_that_is_missing(writer: Any) -> None:
    """
    A layer whose blob is not in the archive keeps its place and digest.
    """
    members = writer(recipe())
    name = image(members).layers[0].blob
    assert name is not None
    del members[name]
    first, second = image(members).layers
    assert first.blob is None and second.blob is not None
    assert first.diff_id == recipe().diff_ids[0]


def test_foreign_layer() -> None:
    """
    A foreign layer is known by its media type.
    """
    kind = "application/vnd.docker.image.rootfs.foreign.diff.tar.gzip"
    made = Recipe().step("base", media_type=kind).step("COPY a /a", files={"a": b"a"})
    members = oci_members(made)
    del members[image(members).layers[0].blob or ""]
    first, second = image(members).layers
    assert (first.blob, first.media_type) == (None, kind)
    assert second.blob is not None


@pytest.mark.parametrize("layer", [None, 3, "x", []])
def test_layer_of_a_manifest_that_is_none(layer: object) -> None:
    """
    A layer descriptor of the wrong kind does not move those above it to another place.
    """
    members = oci_members(recipe())
    (descriptor,) = json_of(members, "index.json")["manifests"]
    manifest = json_of(members, f"blobs/sha256/{descriptor['digest'][7:]}")
    manifest["layers"][0] = layer
    members["index.json"] = layout(put(members, manifest))
    first, second = image(members).layers
    assert first.blob is None
    assert second.blob == f"blobs/sha256/{manifest['layers'][1]['digest'][7:]}"
    assert second.instruction == "COPY b /b"


def test_history_that_says_more() -> None:
    """
    More steps than layers: all instructions are unknown, no layer is lost.
    """
    made = recipe().history([{"created_by": str(number)} for number in range(5)])
    found = image(docker_members(made))
    assert [layer.instruction for layer in found.layers] == ["(unknown instruction)"] * 2
    assert [layer.history for layer in found.layers] == [None, None]


def test_layer_is_told_with_its_history() -> None:
    """
    A layer knows its history entry and that entry's text as it stands.
    """
    made = Recipe().env("A", "b").step("RUN |1 T=x /bin/sh -c make # buildkit")
    (layer,) = image(docker_members(made)).layers
    assert layer.history == 1
    assert layer.created_by == "RUN |1 T=x /bin/sh -c make # buildkit"
    assert layer.instruction == "RUN make"


# --- the rest --------------------------------------------------------------------------------


def test_base_by_annotation_and_label() -> None:
    """
    The base image is named by annotations, else by labels.
    """
    name, digest = "org.opencontainers.image.base.name", "org.opencontainers.image.base.digest"
    made = recipe().set_label(name, "label").set_label(digest, "sha256:aa").annotate(
        **{name: "annotation"}
    )  # fmt: skip
    found = image(oci_members(made))
    assert (found.base_name, found.base_digest) == ("annotation", "sha256:aa")
    assert image(oci_members(recipe())).base_name is None


def test_unreferenced_json_is_seen() -> None:
    """
    JSON that nothing names is given away too, and is told by its name.
    """
    found = image(oci_members(recipe().blob(to_json({"a": "left-over"}))))
    name = f"blobs/sha256/{sha256(to_json({'a': 'left-over'}))}"
    assert values(found)["left-over"] == f"unreferenced/{name}.a"


def test_referenced_json_is_not_unreferenced() -> None:
    """
    What manifests name is not told a second time as a left-over.
    """
    for writer in (docker_members, docker25_members, oci_members):
        found = images(writer([*multi(), recipe("x:1").attest({"a": "b"})]))
        paths = [field.path for one in found for field in one.fields]
        assert not [path for path in paths if path.startswith("unreferenced/")]


def test_what_belongs_to_no_image_is_told_once() -> None:
    """
    Left-overs of an archive of several images are the first one's.
    """
    made = [recipe("a:1"), recipe("b:2", mark="b").blob(to_json({"a": "left-over"}))]
    first, second = images(oci_members(made))
    assert "left-over" in values(first)
    assert "left-over" not in values(second)


def test_engine_knows_the_argv() -> None:
    """
    Argument lists that the engine told go before those of the config.
    """
    made = recipe().step("|1 T=a b c").top(container_config={"Cmd": ["|1", "T=a", "b", "c"]})
    (found,) = assemble(read(docker_members(made)), "ref", exact={2: ["|1", "T=a b", "c"]})
    assert [v.value for v in found.history[2].build_args] == ["a b"]


def test_embedded_surrogates_do_no_harm() -> None:
    """
    Names that are no UTF-8 are carried through.
    """
    made = recipe().step("COPY caf\udce9 /", entries=[]).config_json
    config = b'{"history":[{"created_by":"x\\ud800"}],"rootfs":{"diff_ids":["\xff"]}}'
    assert image(docker_members(made(config))).history[0].created_by == "x\ud800"


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                ["manifests", "layers", "config", "digest", "mediaType", "annotations", "platform",
                 "Config", "Layers", "RepoTags", "fsLayers", "history", "rootfs", "diff_ids",
                 "v1Compatibility", "created_by", "Env", "Labels", "container_config", "Cmd",
                 "vnd.docker.reference.type", "os", "architecture"]
            ),
            inner,
            max_size=4,
        )
        | st.just(f"sha256:{sha256(b'{}')}")
        | st.just("x.json")
    ),
    max_leaves=15,
)  # fmt: skip


@settings(suppress_health_check=[HealthCheck.too_slow], max_examples=200)
@given(st.dictionaries(
    st.sampled_from(["index.json", "manifest.json", "x.json", "repositories", "y/json"]),
    json_values,
))  # fmt: skip
def test_any_json_gives_images_or_an_error(documents: dict[str, object]) -> None:
    """
    Whatever the documents say, there are images or there is a clear error.
    """
    held = Documents()
    for name, value in documents.items():
        held.add(name, to_json(value))
    held.add("z", b"{}")
    held.saw("layer", f"sha256:{sha256(tar_layer([]))}")
    try:
        found = assemble(held, "ref")
    except NotAnImage as error:
        assert error.message == "ref: no image in it"
    else:
        assert all(one.reference for one in found)
