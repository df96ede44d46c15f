"""
What a reference to a registry means.
"""

from __future__ import annotations

import pytest

from auditor.errors import UsageError
from auditor.exporter.registry.place import Place, parse

DIGEST = "sha256:" + "ab" * 32


@pytest.mark.parametrize(
    ("reference", "place"),
    [
        ("registry.example.com/app:1", Place("registry.example.com", "app", "1")),
        ("registry.example.com/app", Place("registry.example.com", "app", "latest")),
        ("r.example.com:5000/a/b-c/d__e:v1_x", Place("r.example.com:5000", "a/b-c/d__e", "v1_x")),
        (f"r.example.com/app@{DIGEST}", Place("r.example.com", "app", DIGEST)),
        (f"r.example.com/app:1@{DIGEST}", Place("r.example.com", "app", DIGEST)),
        ("R.Example.com/app", Place("r.example.com", "app", "latest")),
        ("localhost/app", Place("localhost", "app", "latest")),
        ("[::1]:5000/app:1", Place("[::1]:5000", "app", "1")),
    ],
)  # fmt: skip
def test_what_it_means(reference: str, place: Place) -> None:
    """
    Host, repository, and tag or digest.
    """
    assert parse(reference) == place


@pytest.mark.parametrize(
    "reference",
    ["r.example.com\n/app", "app", "app:1", "team/app:1", "2", "/app", "host_/app", "[:::1]/app"],
)
def test_no_host_is_assumed(reference: str) -> None:
    """
    A name without a host is nobody's.
    """
    with pytest.raises(UsageError, match="names no registry"):
        parse(reference)


def test_an_image_that_is_called_registry() -> None:
    """
    `registry:2` may have been the engine's image of that name: the hint says how to write that.
    """
    with pytest.raises(UsageError) as caught:
        parse("2")
    assert "docker:registry:2" in caught.value.hint


@pytest.mark.parametrize(
    "rest",
    [f"a@{DIGEST}\n", "a:1\n", "a\n", f"a@{DIGEST[:-1]}", "a@blake3:" + "ab" * 32,
     "", "App:1", "a//b", "../../x", "a:", "a:b/c", "a@", "a@sha256:xyz", "a?x=1", "a%2f", "a b"],
)  # fmt: skip
def test_names_that_are_none(rest: str) -> None:
    """
    Nothing of it gets into a URL.
    """
    with pytest.raises(UsageError, match="is no valid name"):
        parse(f"registry.example.com/{rest}")


@pytest.mark.parametrize(
    "rest",
    [
        "@registry.example.com/app:1",
        "@registry.example.com",
        "@x/app",
        f"@r.example.com/app@{DIGEST}",
    ],
)
@pytest.mark.parametrize("begin", ["", "https://", "registry.example.com/"])
def test_a_password_in_it_is_not_shown(begin: str, rest: str) -> None:
    """
    Logins are kept elsewhere, and what stands there is not repeated.
    """
    with pytest.raises(UsageError) as caught:
        parse(f"{begin}alice:wonderland{rest}")
    assert "wonderland" not in f"{caught.value.message} {caught.value.hint}"


@pytest.mark.parametrize(
    ("host", "url"),
    [
        ("registry.example.com", "https://registry.example.com/v2/app"),
        ("10.0.0.1:5000", "https://10.0.0.1:5000/v2/app"),
        ("127.example.com", "https://127.example.com/v2/app"),
        ("localhost.example.com", "https://localhost.example.com/v2/app"),
        ("localhost:5000", "http://localhost:5000/v2/app"),
        ("127.8.9.1:5000", "http://127.8.9.1:5000/v2/app"),
        ("[::1]:5000", "http://[::1]:5000/v2/app"),
    ],
)
def test_only_this_machine_is_asked_in_the_clear(host: str, url: str) -> None:
    """
    All others by https.
    """
    assert parse(f"{host}/app").url == url


@pytest.mark.parametrize(
    ("host", "url", "may"),
    [
        ("r.example.com", "https://cdn.example.com/x", True),
        ("r.example.com", "http://cdn.example.com/x", False),
        ("r.example.com", "http://127.0.0.1/x", False),
        ("r.example.com", "https://127.0.0.1/x", False),
        ("r.example.com", "https://LOCALHOST:8443/x", False),
        ("r.example.com", "https://[::1]/x", False),
        ("127.0.0.1:5000", "https://localhost/x", True),
        ("127.0.0.1:5000", "ftp://localhost/x", False),
        ("r.example.com", "file:///etc/passwd", False),
        ("r.example.com", "", False),
        ("127.0.0.1:5000", "http://127.0.0.1:6000/x", True),
        ("127.0.0.1:5000", "http://cdn.example.com/x", False),
        ("127.0.0.1:5000", "http://cdn.example.com\\@127.0.0.1/x", False),
    ],
)
def test_where_a_registry_may_send_us(host: str, url: str, may: bool) -> None:
    """
    Nowhere in the clear, and from outside to nothing on this machine.
    """
    assert parse(f"{host}/app").may_ask(url) is may
