"""
How sure a match is: `certain` where its structure can be verified without asking anyone,
`likely` for a provider's format, `possible` for the rest. Each judgement comes with its reason.
"""

from __future__ import annotations

import base64
import json
import re
import zlib
from collections.abc import Callable

from auditor.detectors.chosen import is_complex, is_made_up
from auditor.detectors.keys import judge_key
from auditor.detectors.placeholders import is_encrypted, is_example, is_reference
from auditor.model import Confidence
from auditor.patterns import lazy_regex

Judgement = tuple[Confidence, str]

_GENERIC = frozenset({"Secret Keyword", "Base64 High Entropy String", "Hex High Entropy String"})
_ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
_HEADERS = frozenset(
    {"alg", "enc", "typ", "cty", "kid", "jku", "jwk", "x5u", "x5c", "x5t", "crit", "zip", "apu",
     "apv", "epk", "p2s", "p2c", "ppt"}
)  # fmt: skip
"""
What the header of a JSON Web Token may hold.
"""
_SIGNATURES = {"HS256": 43, "HS384": 64, "HS512": 86, "ES256": 86, "ES384": 128, "EdDSA": 86}
"""
How long signatures are in base64 without padding, in characters.
"""
_SHORTEST_RSA = 171
"""
The same of RSA at least, whose keys have 1024 bits and more.
"""
_CREDENTIAL_FILE = lazy_regex(
    r"(?:\.env(?:\.[^/]+)?|[^/]+\.env|\.npmrc|\.yarnrc(?:\.yml)?|\.pypirc|\.netrc|_netrc|"
    r"pip\.conf|\.pgpass|\.my\.cnf|\.git-credentials|\.htpasswd|\.dockercfg|credentials|"
    r"\.docker/config\.json|\.aws/[^/]+|\.kube/config|kubeconfig|settings\.xml|"
    r"(?:credentials?|creds|passwords?|passwd|tokens?|logins?|apikeys?|api_keys?)\.(?:txt|csv)|"
    r"containers/auth\.json|\.boto|\.s3cfg|rclone\.conf|\.mc/config\.json|\.passwd-s3fs|"
    r"\.cargo/credentials(?:\.toml)?|\.gem/credentials|gh/hosts\.yml|\.config/hub|\.sentryclirc|"
    r"application_default_credentials\.json|gcloud/[^/]*credentials[^/]*|\.vault_pass(?:word)?|"
    r"vault[_-]pass(?:word)?(?:\.txt)?|gradle\.properties|nuget\.config|NuGet\.Config|auth\.json|"
    r"\.htaccess\.users|shadow-?|gshadow-?|\.pip/pip\.conf|\.bundle/config|\.terraformrc|"
    r"\.databrickscfg|\.snowsql/config|\.dbt/profiles\.yml|\.azure/[^/]+|\.doctl/[^/]+|"
    r"\.cloudflared/[^/]+|\.fly/config\.yml|\.edgerc|\.ovftool|\.muttrc|\.msmtprc|\.mailrc|"
    r"\.esmtprc|\.smbcredentials|\.cifs|\.ftpconfig|\.remote-sync\.json|sftp(?:-config)?\.json|"
    r"filezilla\.xml|sitemanager\.xml|\.openrc|openrc\.sh|clouds\.ya?ml|wgetrc|\.curlrc|\.netrc\.gpg|"
    r"secrets?\.(?:ya?ml|json|toml|ini|txt|properties)|\.vault-token|\.bash_history|\.git/config|"
    r"wp-config\.php|terraform\.tfstate|.*\.tfvars)$"
)
"""
The names of such files, some with the folder that they are in.
"""


def judge(secret_type: str, value: str, line: str, path: str) -> Judgement:
    """
    The confidence that `value`, matched by a plugin on `line` of `path`, is a secret.
    """
    if secret_type in _GENERIC:
        return _generic(secret_type, value, path)
    special = _SPECIAL.get(secret_type)
    judgement = special(value, line, path) if special else None
    if judgement is None:
        judgement = Confidence.LIKELY, f"has the format of: {secret_type}"
    if judgement[0] is Confidence.LIKELY and is_example(value):
        return Confidence.POSSIBLE, f"has the format of: {secret_type}, but looks like an example"
    return judgement


def is_credential_file(path: str) -> bool:
    """
    Whether a file of that name is there to hold credentials.
    """
    name = path.rfind("/") + 1
    folder = path.rfind("/", 0, max(name - 1, 0)) + 1
    return bool(_CREDENTIAL_FILE.match(path, name) or _CREDENTIAL_FILE.match(path, folder))


def _generic(secret_type: str, value: str, path: str) -> Judgement:
    if secret_type == "Secret Keyword":
        plain = not is_reference(value) and not is_example(value) and len(value) >= 4
        if plain and is_credential_file(path):
            return Confidence.LIKELY, "a value for a secret name in a credentials file"
        if is_complex(value) and not is_encrypted(value):
            return Confidence.LIKELY, "a value too complex to be a word, for a secret name"
        return Confidence.POSSIBLE, "a value for a name that may mean a secret"
    return Confidence.POSSIBLE, "looks random"


def base62_checksum(body: str) -> str:
    """
    The checksum of GitHub's and npm's tokens: CRC-32 in base 62, six digits, see
    https://github.blog/2021-04-05-behind-githubs-new-authentication-token-formats/
    """
    number, digits = zlib.crc32(body.encode()), ""
    while number:
        number, digit = divmod(number, 62)
        digits = _ALPHABET[digit] + digits
    return digits.rjust(6, "0")


def _checksummed(value: str, line: str, path: str) -> Judgement | None:
    _, _, body = value.partition("_")
    if len(body) >= 30 and base62_checksum(body[:-6]) == body[-6:]:
        return Confidence.CERTAIN, "its checksum is right"
    return None


def _drawn(value: str, line: str, path: str) -> Judgement | None:
    if is_made_up(value):
        return Confidence.POSSIBLE, "the format fits, but there is nothing random in it"
    return None


def _private_key(value: str, line: str, path: str) -> Judgement:
    return judge_key(value)


def _aws(value: str, line: str, path: str) -> Judgement | None:
    if re.fullmatch(r"(?:A3T[A-Z0-9]|ABIA|ACCA|AKIA|ASIA)[0-9A-Z]{16}", value):
        glued = re.search(rf"[A-Za-z0-9+/]{value}|{value}[A-Za-z0-9+/]", line)
        if glued:
            return Confidence.POSSIBLE, "the format of an AWS key id, but within a longer word"
        return Confidence.LIKELY, "the format of an AWS access key id"
    return None


def _jwt(value: str, line: str, path: str) -> Judgement:
    return judge_jwt(value)


def judge_jwt(value: str) -> Judgement:
    """
    A JSON Web Token has a header and claims in JSON, and a signature as long as its algorithm makes
    it (RFC 7515, 7518); those of RSA are as long as their key.
    """
    head, _, rest = value.partition(".")
    claims, _, signature = rest.partition(".")
    header = _json_of(head)
    if not _HEADERS & header.keys():
        return Confidence.POSSIBLE, "the format of a JSON Web Token, but it does not decode"
    if "enc" in header or not signature:
        return Confidence.LIKELY, "a JSON Web Token that decodes"
    if not _json_of(claims):
        return Confidence.POSSIBLE, "a JSON Web Token whose claims do not decode"
    length = _SIGNATURES.get(str(header.get("alg")))
    signed = len(signature.rstrip("="))
    is_rsa = str(header.get("alg"))[:2] in ("RS", "PS")
    if (length and signed != length) or (is_rsa and signed < _SHORTEST_RSA):
        return Confidence.POSSIBLE, "a JSON Web Token whose signature has the wrong length"
    return Confidence.LIKELY, "a JSON Web Token that decodes"


def _json_of(part: str) -> dict[str, object]:
    try:
        found = json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def _basic_auth(value: str, line: str, path: str) -> Judgement | None:
    if is_reference(value) or is_example(value):
        return Confidence.POSSIBLE, "a URL with what looks like an example password"
    if not path.startswith("/") or is_credential_file(path):
        return Confidence.LIKELY, "a URL with a password"
    return Confidence.POSSIBLE, "a URL with a password"


def _own_rule(value: str, line: str, path: str) -> Judgement:
    """
    For formats that take in too much: one of our own rules knows them exactly.
    """
    return Confidence.POSSIBLE, "has a lead that such secrets have"


def _needs_word(word: str, *also: str) -> Callable[[str, str, str], Judgement | None]:
    """
    For formats that say little by themselves: `possible` unless the provider is named beside it.
    """

    def judgement(value: str, line: str, path: str) -> Judgement | None:
        if any(name in line.lower() or name in path.lower() for name in (word, *also)):
            return None
        return Confidence.POSSIBLE, f"the format fits much else, and nothing there says {word}"

    return judgement


def _public_address(value: str, line: str, path: str) -> Judgement:
    return Confidence.POSSIBLE, "a public address, which is seldom a secret"


_SPECIAL: dict[str, Callable[[str, str, str], Judgement | None]] = {
    "AWS Access Key": _aws,
    "Artifactory Credentials": _needs_word("artifactory"),
    "Basic Auth Credentials": _basic_auth,
    "Cloudant Credentials": _needs_word("cloudant", "clou_", "clou-"),
    "GitHub Token": _checksummed,
    "GitLab Token": _drawn,
    "IBM COS HMAC Credentials": _needs_word("cos"),
    "IBM Cloud IAM Key": _own_rule,
    "JSON Web Token": _jwt,
    "Mailchimp Access Key": _needs_word("mailchimp"),
    "NPM tokens": _checksummed,
    "Private Key": _private_key,
    "Public IP (ipv4)": _public_address,
    "SoftLayer Credentials": _needs_word("softlayer", "sl_", "sl-", "slapi"),
    "Slack Token": _own_rule,
    "Stripe Access Key": _own_rule,
    "Telegram Bot Token": _own_rule,
    "Twilio API Key": _needs_word("twilio"),
}
