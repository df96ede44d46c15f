"""
`docker audit`: the command as a plugin of the docker client.

See docs of docker/cli, cli-plugins. The client asks every plugin for its metadata whenever it
shows its help, so nothing that takes time is imported before it is known what is asked for.
"""

from __future__ import annotations

import os
import sys
from collections.abc import MutableMapping, Sequence
from pathlib import Path
from typing import NoReturn

from auditor import __version__

NAME = "audit"
METADATA = "docker-cli-plugin-metadata"
WITH_VALUE = {
    "-H": "host", "--host": "host",
    "-c": "context", "--context": "context",
    "--config": "config",
    "-l": "level", "--log-level": "level",
    "--tlscacert": "ca", "--tlscert": "cert", "--tlskey": "key",
}  # fmt: skip
"""
Options of the docker client that take a value.
"""
WITHOUT_VALUE = {"-D": "debug", "--debug": "debug", "--tls": "tls", "--tlsverify": "verify"}
_TRUE = ("", "1", "t", "true", "yes")


def main() -> NoReturn:
    """
    The entry point: `docker-audit`.
    """
    arguments = sys.argv[1:]
    if arguments[:1] == [METADATA]:
        print(_metadata())
        sys.exit(0)
    try:
        given, rest = split(arguments)
        verbose = obey(given, os.environ)
    except ValueError as error:
        print(f"audit: {error}\nhint: See docker --help for its options.", file=sys.stderr)
        sys.exit(2)
    if rest[:1] in (["__complete"], ["__completeNoDesc"]):
        complete(rest[1:], described=rest[0] == "__complete")
    if rest[:2] == ["help", NAME]:
        rest = [NAME, "--help"]
    from auditor import cli

    options = ["--verbose"] if verbose else []
    cli.main([*options, *(rest[1:] if rest[:1] == [NAME] else rest)], f"docker {NAME}")


def _metadata() -> str:
    about = "Find every secret that an image gives away, layer by layer"
    return (
        '{"SchemaVersion": "0.1.0", "Vendor": "layer-auditor", '
        f'"Version": "{__version__}", "ShortDescription": "{about}"}}'
    )


def split(arguments: Sequence[str]) -> tuple[dict[str, str], list[str]]:
    """
    Options of the docker client, which stand before the plugin's name, and what follows them.
    Raises `ValueError` for one that is not known.
    """
    given: dict[str, str] = {}
    rest = list(arguments)
    while rest and rest[0].startswith("-"):
        word = rest.pop(0)
        if not word.startswith("--") and len(word) > 2:
            # Short ones may be written in one word: -DH host, -H=host, -Hhost.
            word, more = word[:2], word[2:]
            if word in WITHOUT_VALUE:
                rest.insert(0, f"-{more}")
                given[WITHOUT_VALUE[word]] = ""
                continue
            word = f"{word}={more.removeprefix('=')}"
        name, equals, value = word.partition("=")
        if name in WITHOUT_VALUE:
            given[WITHOUT_VALUE[name]] = value
        elif name in WITH_VALUE and (equals or rest):
            key = WITH_VALUE[name]
            if key == "host" and key in given:
                raise ValueError("only one --host can be given")
            given[key] = value if equals else rest.pop(0)
        else:
            raise ValueError(f"docker's option {name} is not known, or has no value")
    return given, rest


def obey(given: MutableMapping[str, str], environment: MutableMapping[str, str]) -> bool:
    """
    Tell the options of the docker client to all that looks for an engine, by the variables that
    mean the same; whether to say what is being done. Raises `ValueError` for a contradiction.
    """
    if "host" in given and "context" in given:
        raise ValueError("--host and --context exclude each other")
    if "config" in given:
        environment["DOCKER_CONFIG"] = given["config"]
    if "host" in given:
        host = given["host"]
        environment["DOCKER_HOST"] = host if "://" in host else f"tcp://{host}"
    if "context" in given:
        environment["DOCKER_CONTEXT"] = given["context"]
        # NOTE: the default context is what DOCKER_HOST says; any other goes before it.
        if given["context"] != "default":
            environment.pop("DOCKER_HOST", None)
    _obey_tls(given, environment)
    return _is_on(given, "debug") or given.get("level") == "debug"


def _is_on(given: MutableMapping[str, str], key: str) -> bool:
    return key in given and given[key].lower() in _TRUE


def _obey_tls(given: MutableMapping[str, str], environment: MutableMapping[str, str]) -> None:
    files = {f"{key}.pem": given[key] for key in ("ca", "cert", "key") if key in given}
    verify = _is_on(given, "verify")
    if not files and not verify and not _is_on(given, "tls"):
        return
    environment["DOCKER_TLS_VERIFY"] = "1" if verify else ""
    home = environment.get("DOCKER_CONFIG") or str(Path.home() / ".docker")
    folder = environment.get("DOCKER_CERT_PATH") or home
    environment["DOCKER_CERT_PATH"] = _linked(files, folder) if files else folder


def _linked(files: MutableMapping[str, str], folder: str) -> str:
    """
    A folder in which the files have the names that the variable expects. Only links, so that no
    key is copied; gone when the command ends.
    """
    import atexit
    import shutil
    import tempfile

    made = tempfile.mkdtemp(prefix="docker-audit-")
    atexit.register(shutil.rmtree, made, ignore_errors=True)
    for name in ("ca.pem", "cert.pem", "key.pem"):
        target = Path(files.get(name) or Path(folder) / name).absolute()
        if not target.is_file():
            raise ValueError(f"{target}: no such file")
        try:
            (Path(made) / name).symlink_to(target)
        except OSError as error:
            raise ValueError(f"{target}: cannot be linked: {error.strerror}") from error
    return made


def complete(words: Sequence[str], described: bool) -> NoReturn:
    """
    Answer the docker client's completion: a line an item, and a last one that says whether files
    may follow.
    """
    from auditor import cli

    _, rest = split(words[:-1])
    items = cli.complete(rest[1:], words[-1] if words else "")
    for item in items:
        if item.type == "plain":
            print(f"{item.value}\t{item.help}" if described and item.help else item.value)
    print(":0" if any(item.type == "file" for item in items) else ":4")
    sys.exit(0)


if __name__ == "__main__":
    main()
