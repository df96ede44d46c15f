"""
JSON files whose structure tells what is secret: composer's auth.json, Terraform state, docker,
keysets of Tink.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import Any

from auditor.detectors.credential_files.base import CredentialFile, Found
from auditor.detectors.names import sounds_secret
from auditor.detectors.placeholders import is_example, is_reference
from auditor.patterns import lazy_regex

LARGEST = 4 << 20
"""
Larger files are read line by line only, in characters.
"""
SHORTEST = 4
DEEPEST = 8
"""
So deep in a document a key may lie.
"""
_COMPOSER = ("-oauth", "-token", "bearer", "custom-headers")


def _parsed(lines: Sequence[str]) -> dict[str, Any]:
    text = "\n".join(lines)
    if len(text) > LARGEST:
        return {}
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        return {}
    return value if isinstance(value, dict) else {}


def _found(lines: Sequence[str], value: object, name: str, reason: str) -> Iterator[Found]:
    if not isinstance(value, str) or len(value) < SHORTEST:
        return
    if is_reference(value) or is_example(value):
        return
    written = json.dumps(value)[1:-1]
    line = next((n for n, line in enumerate(lines, 1) if written in line or value in line), 1)
    yield Found(value, name, line, reason)


def read_composer(lines: Sequence[str], path: str) -> Iterator[Found]:
    """
    Tokens by host: `{"github-oauth": {"example.com": "…"}}`.
    """
    for section, hosts in _parsed(lines).items():
        if section.endswith(_COMPOSER) and isinstance(hosts, dict):
            for host, value in hosts.items():
                token = value.get("token") if isinstance(value, dict) else value
                yield from _found(lines, token, section, f"a token for {host}")


def read_state(lines: Sequence[str], path: str) -> Iterator[Found]:
    """
    Outputs of a Terraform state that are marked as sensitive, or named so.
    """
    outputs = _parsed(lines).get("outputs")
    for name, output in outputs.items() if isinstance(outputs, dict) else ():
        if isinstance(output, dict) and (output.get("sensitive") or sounds_secret(name)):
            yield from _found(lines, output.get("value"), name, f"the sensitive output {name}")


def read_docker(lines: Sequence[str], path: str) -> Iterator[Found]:
    """
    Identity and registry tokens of a docker config; `auth` is read wherever it stands.
    """
    auths = _parsed(lines).get("auths")
    for registry, entry in auths.items() if isinstance(auths, dict) else ():
        for name in ("identitytoken", "registrytoken"):
            if isinstance(entry, dict):
                yield from _found(lines, entry.get(name), name, f"a token for {registry}")


def read_keyset(lines: Sequence[str], path: str) -> Iterator[Found]:
    """
    Keys that encrypt, sign or authenticate; public ones and those that a key store wraps are none.
    """
    for key in _keys(_parsed(lines), 0):
        if key.get("keyMaterialType") in ("SYMMETRIC", "ASYMMETRIC_PRIVATE"):
            kind = str(key.get("typeUrl")).rpartition(".")[2]
            yield from _found(lines, key.get("value"), kind, f"a key of Tink: {kind}")


def _keys(held: object, depth: int) -> Iterator[dict[str, Any]]:
    if isinstance(held, dict):
        key = held.get("keyData")
        if isinstance(key, dict):
            yield key
            return
        held = list(held.values())
    for one in held if isinstance(held, list) and depth < DEEPEST else ():
        yield from _keys(one, depth + 1)


COMPOSER = CredentialFile("Composer Token", lazy_regex(r"(?:^|/)auth\.json$"), read_composer)
STATE = CredentialFile("Terraform State", lazy_regex(r"\.tfstate(?:\.backup)?$"), read_state)
DOCKER = CredentialFile(
    "Registry Credentials",
    lazy_regex(
        r"(?:^|/)(?:\.docker/config\.json|\.dockercfg|\.dockerconfigjson|auth\.json|kaniko/.*\.json)$"
    ),
    read_docker,
)
KEYSET = CredentialFile(
    "Tink Key", lazy_regex(r"\.json$"), read_keyset, mark=lazy_regex(rb"google\.crypto\.tink\.")
)
