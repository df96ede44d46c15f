"""
The login for a registry, from where docker login and podman login keep it.

Nothing of it is ever printed: a `Login` does not show what it holds.
"""

from __future__ import annotations

import base64
import json
import logging
import os
from collections.abc import Iterator, Mapping
from dataclasses import field
from pathlib import Path
from typing import Any

from auditor.exporter.registry.place import Place
from auditor.patterns import lazy_regex
from auditor.records import dataclass

log = logging.getLogger("auditor")

HELPER_SECONDS = 30
"""
How long a credential helper may take.
"""
_HELPER = lazy_regex(r"^[A-Za-z0-9][A-Za-z0-9._-]*$")
_TOKEN_USER = "<token>"
"""
The user's name by which a helper says that it gives an identity token.
"""


@dataclass(frozen=True, slots=True)
class Login:
    """
    What a registry is shown: a user and a password, or a token in their place.
    """

    user: str = field(default="", repr=False)
    password: str = field(default="", repr=False)
    identity: str = field(default="", repr=False)
    """
    A token that gets others (OAuth2's refresh token).
    """
    token: str = field(default="", repr=False)
    """
    A token that the registry itself takes.
    """

    @property
    def basic(self) -> str | None:
        """
        The value of a header for Basic authentication (RFC 7617).
        """
        if not self.user:
            return None
        packed = base64.b64encode(f"{self.user}:{self.password}".encode()).decode()
        return f"Basic {packed}"


def login(place: Place) -> tuple[Login | None, str | None]:
    """
    The login for an image's registry, `None` if there is none; and what kept us from finding one,
    if something did. Files are tried in the order of `files`, and in each the helper comes before
    what the file itself holds.
    """
    trouble = None
    for path in files():
        try:
            config = _read(path)
        except ValueError:
            trouble = trouble or f"{path} is broken"
            continue
        try:
            found = _by_helper(config, place.host)
        except ValueError as error:
            trouble, found = trouble or str(error), None
        found = found or _in_file(config, place)
        if found is not None:
            log.info("the login for %s is from %s", place.host, path)
            return found, None
    return None, trouble


def files() -> Iterator[Path]:
    """
    Where logins may be: what the user named, docker's, podman's.
    """
    if named := os.environ.get("REGISTRY_AUTH_FILE"):
        yield Path(named)
    home = os.path.expanduser("~")  # noqa: PTH111 - Path.home() raises where there is none
    yield Path(os.environ.get("DOCKER_CONFIG") or f"{home}/.docker") / "config.json"
    if runtime := os.environ.get("XDG_RUNTIME_DIR"):
        yield Path(runtime) / "containers/auth.json"
    own = os.environ.get("XDG_CONFIG_HOME") or f"{home}/.config"
    yield Path(own) / "containers/auth.json"


def _read(path: Path) -> Mapping[str, Any]:
    """
    What a file holds, nothing if it is not there. Raises `ValueError`.
    """
    try:
        data = json.loads(path.read_text(encoding="utf-8-sig"))
    except OSError:
        return {}
    except RecursionError as error:
        raise ValueError from error
    if not isinstance(data, dict):
        raise ValueError
    return data


def _by_helper(config: Mapping[str, Any], host: str) -> Login | None:
    """
    What a helper keeps for a host. Raises `ValueError` where it does not say whether it does.
    """
    helpers = config.get("credHelpers")
    known = helpers if isinstance(helpers, dict) else {}
    name = next((known[key] for key in known if key.lower() == host), None)
    name = name or config.get("credsStore")
    if not isinstance(name, str) or not _HELPER.match(name):
        return None
    answer = _answer(f"docker-credential-{name}", host)
    user, secret = _text(answer.get("Username")), _text(answer.get("Secret"))
    if not secret:
        log.info("docker-credential-%s has no login for %s", name, host)
        return None
    return Login(identity=secret) if user == _TOKEN_USER else Login(user, secret)


def _answer(program: str, host: str) -> Mapping[str, Any]:
    # Imported here: few have a helper.
    import subprocess

    try:
        done = subprocess.run(
            [program, "get"], input=host.encode(), capture_output=True, timeout=HELPER_SECONDS
        )
        # NOTE: a helper says that it has no login by failing.
        answer = json.loads(done.stdout) if done.returncode == 0 else {}
    except subprocess.TimeoutExpired as error:
        raise ValueError(f"{program} gave no answer in {HELPER_SECONDS} s") from error
    except OSError as error:
        raise ValueError(f"{program} cannot be run") from error
    except (ValueError, RecursionError) as error:
        raise ValueError(f"{program} gives no JSON") from error
    return answer if isinstance(answer, dict) else {}


def _in_file(config: Mapping[str, Any], place: Place) -> Login | None:
    auths = config.get("auths")
    if not isinstance(auths, dict):
        return None
    known = {_key(key): entry for key, entry in auths.items() if isinstance(key, str)}
    for name in _names(place):
        entry = known.get(name)
        found = _entry(entry) if isinstance(entry, dict) else None
        if found is not None:
            return found
    return None


def _names(place: Place) -> Iterator[str]:
    """
    Podman keeps logins for single repositories and namespaces too: the nearest one counts.
    """
    parts = [place.host, *place.repository.split("/")]
    for count in range(len(parts), 0, -1):
        yield "/".join(parts[:count])


def _key(text: str) -> str:
    """
    Old files name the whole URL of the registry's API. Hosts are as they were typed.
    """
    name = (text.partition("://")[2] or text).lower()
    host, _, rest = name.partition("/")
    return host if rest.strip("/") in ("", "v1", "v2") else name.rstrip("/")


def _entry(entry: Mapping[str, Any]) -> Login | None:
    user, password = _text(entry.get("username")), _text(entry.get("password"))
    if packed := _text(entry.get("auth")):
        try:
            text = base64.b64decode(packed).decode()
        except ValueError:
            text = ""
        # NOTE: docker pads what it packs with zeros.
        user, _, password = text.rstrip("\0").partition(":")
    found = Login(
        user, password, _text(entry.get("identitytoken")), _text(entry.get("registrytoken"))
    )
    return found if found != Login() else None


def _text(value: object) -> str:
    """
    What can be sent; nothing in place of anything else.
    """
    try:
        return value if isinstance(value, str) and value.encode() else ""
    except UnicodeEncodeError:
        return ""
