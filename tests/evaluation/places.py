"""
The same secret wherever an image holds it: as a line of a file, in the config, in the history.
"""

from __future__ import annotations

import json
from collections.abc import Callable

from auditor.fields import scan_field
from auditor.model import Finding
from auditor.oci.history import entries
from auditor.oci.metadata import config_fields, history_fields
from tests.evaluation.looking import look

Planted = Callable[[str, str], list[Finding]]
"""
Name and value in, what is found out.
"""
_AWS_ID = "AKIA" + "QYLPMN5HHHFPZAM2"


def in_file(path: str, form: str) -> Planted:
    """
    A file whose text holds `{name}` and `{value}`.
    """

    def planted(name: str, value: str) -> list[Finding]:
        text = form.replace("{name}", name).replace("{value}", value)
        return look(path, text.encode())

    return planted


def in_json(path: str, indent: int | None) -> Planted:
    """
    An image's config as a file: an element of its `Env`.
    """

    def planted(name: str, value: str) -> list[Finding]:
        env = ["PATH=/usr/bin:/bin", f"{name}={value}", "LANG=C.UTF-8"]
        return look(path, json.dumps({"config": {"Env": env}}, indent=indent).encode())

    return planted


def in_config(name: str, value: str) -> list[Finding]:
    """
    The config of the audited image itself.
    """
    config = {"config": {"Env": ["PATH=/usr/bin:/bin", f"{name}={value}"]}}
    found = [item for field in config_fields(config) for item in scan_field(field)]
    return [item for item in found if isinstance(item, Finding)]


def in_history(name: str, value: str) -> list[Finding]:
    """
    A build arg that a RUN was given, as the history tells it.
    """
    raw = [{"created_by": f"RUN |1 {name}={value} /bin/sh -c make install # buildkit"}]
    history = entries({"history": raw})
    found = [i for field in history_fields(history, raw, (name,)) for i in scan_field(field)]
    return [item for item in found if isinstance(item, Finding)]


NAMED: dict[str, Planted] = {
    "Dockerfile ENV k=v": in_file("/app/Dockerfile", "FROM x\nENV {name}={value}\nRUN make\n"),
    'Dockerfile ENV k="v"': in_file("/app/Dockerfile", 'FROM x\nENV {name}="{value}"\n'),
    "image config Env": in_config,
    "image config as a file": in_json("/app/image.json", None),
    "image config as a file, indented": in_json("/app/image.json", 2),
    "history RUN |1 k=v": in_history,
    ".env": in_file("/app/.env", "DEBUG=1\n{name}={value}\nPORT=80\n"),
    ".env below an AWS id": in_file("/app/.env", f"AWS_ID={_AWS_ID}\n{{name}}={{value}}\n"),
    "application.properties": in_file("/app/application.properties", "a.b=c\n{name}={value}\n"),
    "app.ini with [section]": in_file("/app/app.ini", "[main]\nport = 80\n{name} = {value}\n"),
    "config.yaml unquoted": in_file("/app/config.yaml", "app:\n  port: 80\n  {name}: {value}\n"),
    "settings.json": in_file("/app/settings.json", '{\n  "port": 80,\n  "{name}": "{value}"\n}\n'),
    "settings.py": in_file("/app/settings.py", 'import os\n\n{name} = "{value}"\n'),
    "export unquoted": in_file("/app/entrypoint.sh", "#!/bin/sh\nexport {name}={value}\nexec x\n"),
    "export quoted": in_file("/app/entrypoint.sh", '#!/bin/sh\nexport {name}="{value}"\nexec x\n'),
}
"""
The places where a name tells.
"""
PLACES: dict[str, Planted] = {
    **NAMED,
    "Dockerfile ARG k=v": in_file("/app/Dockerfile", "FROM x\nARG {name}={value}\n"),
    ".env that INI cannot read": in_file("/app/.env", "just words\n{name}={value}\n"),
    ".env.production": in_file("/app/.env.production", "{name}={value}\n"),
    "app.conf without section": in_file("/app/app.conf", "port = 80\n{name} = {value}\n"),
    ".bash_history curl header": in_file(
        "/root/.bash_history", 'curl -H "Authorization: Bearer {value}" https://api.example.com/\n'
    ),
    "bare token file": in_file("/app/token", "{value}\n"),
    "/run/secrets/*.txt": in_file("/run/secrets/app.txt", "{value}\n"),
    "url query": in_file("/root/.bash_history", "curl https://api.example.com/x?token={value}\n"),
}
"""
And those where only the value does.
"""
