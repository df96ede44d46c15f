"""
Values given to secret-sounding names, in every form that an image holds them.
"""

from __future__ import annotations

import base64
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from auditor.detectors import assigned
from auditor.detectors.assigned import AssignedDetector
from auditor.detectors.assignments import Reader, bare, commands, quoted, urls, worth
from auditor.detectors.assignments.bare import BARE
from auditor.detectors.assignments.base import CORE, Pair, Spot, lowered, matches
from auditor.detectors.assignments.headers import HEADERS
from auditor.detectors.assignments.places import Kind, Place
from auditor.detectors.assignments.quoted import QUOTED
from auditor.detectors.prefilter import PLAIN
from auditor.detectors.prefilter.literals import fold
from auditor.model import Confidence, Finding, Reading, Text

CERTAIN, LIKELY, POSSIBLE = Confidence
PASS = "hunter2" + "xyz!"
RANDOM = "3hjd4ims6eymhju2" + "ox5j1a25"


def found(path: str, content: str) -> list[Finding]:
    """
    What is found in a text of that path.
    """
    return list(AssignedDetector().scan([Text(path, content)]))


def sure(path: str, content: str) -> list[str]:
    """
    The values that are likely secrets or better.
    """
    return [f.secret.reveal() for f in found(path, content) if f.confidence is not POSSIBLE]


@pytest.mark.parametrize(
    ("path", "line"),
    [
        ("/app/.env", "DB_PASSWORD={}"),
        ("/app/.env", "export DB_PASSWORD='{}' # the old one"),
        ("/app/.env.production", 'DB_PASSWORD="{}"'),
        ("/app/entrypoint.sh", "export DB_PASSWORD={}"),
        ("/app/entrypoint.sh", "PGPASSWORD={} psql -h db.example.com"),
        ("/app/Dockerfile", "ENV DB_PASSWORD={}"),
        ("/app/Dockerfile", "ENV DB_PASSWORD {}"),
        ("/app/Dockerfile", "ENV A=b DB_PASSWORD={} C=d"),
        ("/app/Dockerfile", 'CMD ["serve", "--password", "{}"]'),
        ("/app/application.properties", "spring.datasource.password={}"),
        ("/app/application.properties", "spring.datasource.password = \\\n    {}"),
        ("/app/app.ini", "[db]\npassword = {} ; the old one"),
        ("/app/config.yaml", "db:\n  password: {} # the old one"),
        ("/app/config.yaml", "db:\n  password: >-\n    {}"),
        ("/app/config.yaml", "env:\n  - name: DB_PASSWORD\n    value: {}"),
        ("/app/compose.yaml", "environment:\n  - DB_PASSWORD={}"),
        ("/app/settings.json", '{{"db": {{"password": "{}", "port": 1}}}}'),
        ("/app/settings.json", '{{"env": ["DB_PASSWORD={}", "A=b"]}}'),
        ("/app/task.json", '{{"name": "DB_PASSWORD", "value": "{}"}}'),
        ("/app/app.toml", 'db-password = "{}"'),
        ("/app/web.config", '<add key="DbPassword" value="{}"/>'),
        ("/app/pom.xml", "<password>{}</password>"),
        ("/app/pom.xml", "<password>\n  {}\n</password>"),
        ("/app/server.xml", '<Resource password="{}" user="a"/>'),
        ("/app/redis.conf", "requirepass {}"),
        ("/app/settings.py", 'DATABASES = {{"PASSWORD": "{}"}}'),
        ("/app/wp-config.php", "define('DB_PASSWORD', '{}');"),
        ("history[1].created_by", "RUN DB_PASSWORD={} make"),
    ],
)
def test_a_value_is_found_whole_where_settings_stand(path: str, line: str) -> None:
    """Quotes, comments, commas and blanks around it are no part of it."""
    assert sure(path, line.format(PASS)) == [PASS]


@pytest.mark.parametrize(
    "line",
    [
        'api_token = "{}"', 'api_token: str = "{}"', 'var apiToken string = "{}"',
        "apiToken := `{}`",
        'String apiToken = "{}";', '$apiToken .= "{}";', 'System.setProperty("API_TOKEN", "{}")',
        '"apiToken" => "{}"', 'config["api_token"] = "{}"', 'client.set_token("{}")',
    ],
)  # fmt: skip
def test_a_random_value_is_likely_in_programs_too(line: str) -> None:
    """Nobody types 24 random characters as an example of a token."""
    assert sure("/app/main.go", line.format(RANDOM)) == [RANDOM]


def test_references_in_xml_are_resolved() -> None:
    """An ampersand is five characters there, and not so in the secret."""
    line = f"<password>{PASS}&amp;&lt;&#49;</password>"
    assert sure("/app/pom.xml", line) == [f"{PASS}&<1"]


def test_a_word_in_a_program_is_possible_at_most() -> None:
    """Programs are full of such words."""
    assert [f.confidence for f in found("/app/main.py", 'password = "admin123"')] == [POSSIBLE]
    assert found("/app/main.py", 'password = "letmein"') == []


@pytest.mark.parametrize(
    "value",
    [
        "$DB_PASSWORD", "${DB_PASSWORD:-}", "{{ db_password }}", "<your password>", "%(password)s",
        "process.env.DB_PASSWORD", "os.environ['DB_PASSWORD']", "getenv('DB_PASSWORD')", "********",
        "/run/secrets/db", "https://vault.example.com/db", "vault:secret/db#pw", "string",
        "null",
        "required", "userPassword", "ENC[AES256_GCM,data:abc]", "1.2.3", "files systemd",
    ],
)  # fmt: skip
@pytest.mark.parametrize("form", ["password: {}", "DB_PASSWORD={}"])
def test_a_value_that_is_none_is_not_reported(form: str, value: str) -> None:
    """References, templates, masks, types and names are no secrets."""
    assert sure("/app/config.yaml", form.format(value)) == []


@pytest.mark.parametrize(
    "path",
    ["/app/tests/config.yaml", "/app/config.example.yaml", "/app/.env.sample", "/app/README.md",
     "/app/examples/.env", "/usr/share/doc/x/config.yaml"],
)  # fmt: skip
def test_what_is_shown_is_possible_at_most(path: str) -> None:
    """Tests, examples, templates and manuals show how it is done."""
    assert sure(path, f"DB_PASSWORD={PASS}\n") == []


def test_translations_hold_words() -> None:
    """The word for a password is none."""
    assert (
        found("/app/locales/de.json", '{"password": "Passwort", "token": "Marke eingeben"}') == []
    )


@pytest.mark.parametrize(
    ("command", "value"),
    [
        ("curl -su bob:{} https://api.example.com/", PASS),
        ("curl --user 'bob:{}' https://api.example.com/", PASS),
        ("sshpass -p '{}' ssh db.example.com", PASS),
        ("mysql -u root -p{} app", PASS),
        ("docker login -u bob -p {} registry.example.com", PASS),
        ("skopeo copy --src-creds bob:{} a b", PASS),
        ("redis-cli -a {} ping", PASS),
        ("echo 'root:{}' | chpasswd", PASS),
        ("echo {} | docker login -u bob --password-stdin", PASS),
        ("psql -c \"ALTER USER bob WITH PASSWORD '{}'\"", PASS),
        ("openssl rsa -passin pass:{} -in k.pem", PASS),
        ("keytool -storepass {} -list", PASS),
        ("kubectl create secret generic x --from-literal=password={}", PASS),
        ("serve --api-token {}", RANDOM),
        ("serve --password {}", f"s-{PASS}"),
        ("curl -H 'Authorization: Bearer {}' https://api.example.com/", RANDOM),
        ("curl -H 'X-Api-Key: {}' https://api.example.com/", RANDOM),
        ("curl 'https://api.example.com/?a=b&token={}'", RANDOM),
        ("git clone https://bob:{}@git.example.com/x", RANDOM),
        ("serve --db 'Server=db;User Id=sa;Password={};Timeout=3'", RANDOM),
        ("serve --cache redis://:{}@cache.example.com:6379/0", RANDOM),
        ("curl \\\n  -s \\\n  -u bob:{} https://api.example.com/", PASS),
    ],
)
def test_credentials_of_a_command_are_found(command: str, value: str) -> None:
    """Every program has its own way; so have headers, URLs and connection strings."""
    assert sure("/root/.bash_history", command.format(value)) == [value]


@pytest.mark.parametrize(
    "command",
    ["mysql -u root -p app", "docker login -u bob --password-stdin", "curl -u bob https://x.example.com",
     "mkdir -p /app/data", "curl -H 'Authorization: Bearer $TOKEN' x", "sshpass -p $PASS ssh x"],
)  # fmt: skip
def test_a_command_without_a_credential_has_none(command: str) -> None:
    """A flag that asks, a variable, a directory."""
    assert sure("/root/.bash_history", command) == []


def test_lines_count_from_one_whatever_ends_them() -> None:
    """Windows and old Macs end lines in their own way."""
    text = Text("/app/.env", f"A=1\r\nB=2\rDB_PASSWORD={PASS}\r\n", first_line=10)

    assert [f.line for f in AssignedDetector().scan([text])] == [12]


@pytest.mark.parametrize("pattern, command", commands._COMPILED)
def test_what_a_command_asks_for_is_on_its_lines(
    pattern: re.Pattern[str], command: commands.Command
) -> None:
    """No line is passed over for a word that is missing, whatever the case of its letters."""

    @given(st.from_regex(re.compile(pattern.pattern, re.ASCII)))
    @settings(max_examples=20, suppress_health_check=list(HealthCheck))
    def lines_hold_its_words(line: str) -> None:
        folded = fold(line)

        assert commands._has_any(command.program, folded)
        assert commands._has_any(command.option, folded)

    lines_hold_its_words()


NAMES = ("auth", "Auth", "AUTH", "or", "Or", "OR", "ors", "ed", "ity", "ization", "er", "o", "s",
         "token", "Key", "_", "-", ".", "db", "password", "é", "1")  # fmt: skip


@given(st.lists(st.sampled_from(NAMES), min_size=1, max_size=5).map("".join))
@example("Co-Authored-by")
@example("AuthOrganization")
@example("author_token")
def test_a_line_is_passed_over_only_if_no_name_on_it_means_a_secret(name: str) -> None:
    """Whose changes a changelog tells is an author of each; authorization is something else."""
    place = Place(Kind.UNKNOWN)
    for reader, line in ((BARE, f"{name}: x7x7"), (QUOTED, f'{name} = "x7x7"')):
        told = [pair.name for pair in reader.read(Spot.of(line, place)) if worth._means(pair.name)]
        assert not told or any(pattern.search(line) for pattern in reader.patterns)


@pytest.mark.parametrize("line", ["Author: Bob <bob@example.com>", "  Co-authored-by: Bob Doe"])
def test_authors_are_not_looked_at(line: str) -> None:
    """Every changelog has thousands of them."""
    assert not assigned.prefilter(False).hits(line.encode())


@pytest.mark.parametrize(
    "line", ["the multi-pass mode", "a splay-tree-key remove", "libgpg-error", "Author: | Bob"]
)
def test_words_with_hyphens_are_no_options(line: str) -> None:
    """An option stands apart from what is before it; a block stands at the end of its line."""
    assert not assigned.prefilter(False).hits(line.encode())


@pytest.mark.parametrize("name", ["Authorization", "AUTHORİZATİON", "authorızation"])
def test_letters_that_stand_for_others_hide_no_header(name: str) -> None:
    """What a pattern takes for a letter without case is taken for it everywhere."""
    line = f"{name}: Bearer {RANDOM}"

    assert [pair.value for pair in HEADERS.read(Spot.of(line, Place(Kind.SHELL)))] == [RANDOM]


def test_letters_that_stand_for_others_are_looked_at_where_they_stand() -> None:
    """On a line of many pages too."""
    filler = "x " * 20_000
    basic = base64.b64encode(f"bob:{PASS}".encode()).decode()

    assert sure("/app/a.sh", f"{filler} authorızation: Basic {basic} {filler}") == [basic]


def test_a_value_far_in_a_long_line_is_found() -> None:
    """Minified files are one line; what lies around a hit is read."""
    filler = "x " * 20_000

    assert sure("/app/a.js", f'{filler} apiToken = "{RANDOM}" {filler}') == [RANDOM]


def test_binaries_and_names_are_left_to_others() -> None:
    """Names mean nothing among millions of strings."""
    text = Text("/app/x", f'api_token = "{RANDOM}"', Reading.TOKENS)

    assert list(AssignedDetector().scan([text])) == []


@pytest.mark.parametrize(
    "line",
    ["secret" * 50_000, "password=" * 20_000, "a://b:" * 20_000, "--token-" * 20_000,
     '"token":' * 20_000,
     "<password>" * 20_000, "?token=" * 20_000, "password='" + "\\" * 100_000, "host=a " * 20_000,
     "curl -u " * 20_000, "echo a" * 20_000, ";pwd=" * 30_000],
)  # fmt: skip
@pytest.mark.parametrize("path", ["/app/run.sh", "/app/a.yaml"])
def test_a_hostile_line_takes_no_hours(
    path: str, line: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever stands on it, each reader is shown a line in pieces, and all of it but twice."""
    shown: Counter[int] = Counter()
    longest = 0

    def watched(number: int, reader: Reader) -> Reader:
        def read(spot: Spot) -> Iterator[Pair]:
            nonlocal longest
            shown[number] += len(spot.line)
            longest = max(longest, len(spot.line))
            yield from reader.read(spot)

        return replace(reader, read=read)

    readers = tuple(watched(number, reader) for number, reader in enumerate(assigned.ALL))
    monkeypatch.setattr(assigned, "ALL", readers)
    found(path, line)

    assert longest <= assigned.LONGEST_LINE
    assert max(shown.values(), default=0) <= 2 * len(line)


@given(st.lists(st.sampled_from(["a", "bc", "\n"])).map("".join), st.data())
def test_a_piece_of_a_line(text: str, draw: st.DataObject) -> None:
    """A line is a piece; of a long one the piece lies around the offset and within the line."""
    data, offset = text.encode(), draw.draw(st.integers(0, len(text)))
    at = max(offset - 1, 0)
    start, end = data.rfind(b"\n", 0, at) + 1, data.find(b"\n", at)
    end = end if end >= 0 else len(data)
    if end - start > 12:
        start, end = max(start, at - 3), min(end, at + 6)

    with pytest.MonkeyPatch.context() as patch:
        for name, size in (("LONGEST_LINE", 12), ("BEFORE", 3), ("BEHIND", 6)):
            patch.setattr(assigned, name, size)
        assert assigned._piece(data, offset) == (start, end)


def test_it_is_the_same_without_hyperscan(monkeypatch: pytest.MonkeyPatch) -> None:
    """The plain prefilter passes the same lines."""
    from auditor.detectors import assigned

    content = (
        f"DB_PASSWORD={PASS}\ncurl -u a:{PASS}x https://u:{RANDOM}@example.com/?token={RANDOM}\n"
    )
    fast = found("/app/run.sh", content)
    monkeypatch.setenv(PLAIN, "1")
    assigned.prefilter.cache_clear()
    plain = found("/app/run.sh", content)
    monkeypatch.undo()
    assigned.prefilter.cache_clear()

    assert fast and plain == fast


@pytest.mark.parametrize(
    ("url", "value"),
    [
        ("postgres://bob:s2Tf2k@rLMy@db.example.com:5432/x", "s2Tf2k@rLMy"),
        ("https://bob:s2Tf2krLMy@git.example.com/x@v1.2", "s2Tf2krLMy"),
        ("mongodb://bob:s2Tf2krLMy@a.example.com:1,bob:s2Tf2krLMy@b.example.com:2", "s2Tf2krLMy"),
    ],
)
def test_a_password_may_hold_the_sign_that_ends_it(url: str, value: str) -> None:
    """Of two signs before the host the last one ends it, as in browsers."""
    found = [f.secret.reveal() for f in AssignedDetector().scan([Text("/app/x.conf", url)])]

    assert value in found


@pytest.mark.parametrize(
    ("value", "expected"),
    [("HPOhv3" + "6M76uX", Confidence.LIKELY), ("Passw0" + "rd1234", Confidence.POSSIBLE)],
)
def test_a_drawn_password_in_a_program(value: str, expected: Confidence) -> None:
    """Nobody thinks of it, though it is short; what somebody thought of may be an example."""
    text = Text("/app/main.go", f'var passphrase = "{value}"\n')

    assert [f.confidence for f in AssignedDetector().scan([text])] == [expected]


@pytest.mark.parametrize(
    "pattern", ["gh[pousr]_[A-Za-z0-9]{36}", "(?<!x)tok3n", r"tok3n-\\d{8}", "r8_{ALNUM}{{37}}"]
)
def test_a_pattern_of_secrets_is_none(pattern: str) -> None:
    """Programs that look for tokens, or check them, name what they look for."""
    text = Text("/app/main.py", f'ACCESS_TOKEN = "{pattern}"\n')

    assert not list(AssignedDetector().scan([text]))


PARTS = (
    "pass", "password", "passwd", "pwd", "secret", "token", "cred", "credentials", "bearer", "key",
    "a", "Z", "9", "_", ".", "-", " ", "api_key", "a.key", "salt", "dsn", "webhook", "conn",
    "connection_string", "_pat", "pepper", "auth", "=", ":", "=>", "'", '"', "\\", "value", "(",
    "://", "https", "user:", "@", "example.com", "/", "#", ";", "//", " # ", "\u017f", "\u0130",
    "x" * 40,
)  # fmt: skip


@pytest.mark.parametrize("pattern", [re.compile(CORE), quoted._ASSIGNED, bare._ASSIGNED])
@given(parts=st.lists(st.sampled_from(PARTS), max_size=120), padding=st.sampled_from([0, 300]))
@example([f"{part} " for part in PARTS], 300)
def test_names_on_a_long_line_are_those_of_the_pattern(
    pattern: re.Pattern[str], parts: list[str], padding: int
) -> None:
    """Where no word of theirs stands it matches nowhere."""
    line = lowered("".join(parts) + "-" * padding)

    assert [m.span() for m in matches(pattern, line)] == [m.span() for m in pattern.finditer(line)]


@given(st.lists(st.sampled_from(PARTS), max_size=40).map("".join))
@example("a" * 40 + "://u:pw@h a://x+y://u:pw@h")
def test_users_of_urls_are_those_of_the_pattern(line: str) -> None:
    """Where no scheme ends it matches nowhere."""
    expected = [match.span() for match in urls._USER.finditer(line)]

    assert [match.span() for match in urls._with_user(line)] == expected


@given(st.lists(st.sampled_from(PARTS), max_size=20).map("".join))
@example("value # comment")
@example("value //")
@example("# comment")
@example("x// y ;")
def test_a_comment_ends_a_value(rest: str) -> None:
    """A sign with a blank or nothing on both sides, of some formats with anything behind it."""
    for pattern, sign in ((bare._COMMENT, r"(?:[#;]|//)(?:\s|$)"), (bare._TIGHT_COMMENT, "#")):
        expected = re.sub(rf"(?:^|\s){sign}.*$", "", rest)

        assert rest[: bare._end(pattern, rest)].strip() == expected.strip()
