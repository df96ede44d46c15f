"""
Vaults, identity and keys of no provider.
"""

from __future__ import annotations

from auditor.detectors.rules import checks
from auditor.detectors.rules.base import (
    ALNUM,
    BASE64,
    GUID,
    HEX,
    URL,
    UUID,
    Rule,
    Shape,
    alnum,
    hexadecimal,
    near,
    provider,
    token,
    url_safe,
)

RULES: tuple[Rule, ...] = (
    *provider(
        "HashiCorp Vault",
        "https://developer.hashicorp.com/vault/docs/commands/token/revoke",
        token("Vault token", rf"hv[sbr]\.{URL}{{24,400}}", "hvs.{alnum:24}"),
        token(
            "Vault token of old",
            rf"(?:vault|token)[^\n]{{0,24}}?[\s\"'=:](?P<value>[sbr]\.(?:{ALNUM}{{24}}|{URL}{{80,120}}))",
            "VAULT_TOKEN=<s.{alnum:24}>",
            ignore_case=True,
            check=checks.vault_token,
        ),
        token(
            "Vault unseal key",
            rf"(?:unseal|recovery) (?:key )?[0-9]{{0,2}}:?\s{{0,4}}(?P<value>{BASE64}{{43,44}}=?)",
            "Unseal Key 1: <{alnum:44}>",
            ignore_case=True,
            after="A-Za-z0-9+/=",
        ),
        near("Vault AppRole secret", "secret_id vault_role role_id", GUID),
        near("HCP client credential", "hcp_client hcp_secret", alnum(32), url_safe(64)),
    ),
    *provider(
        "1Password",
        "https://my.1password.com",
        token(
            "1Password service account token",
            r"ops_eyJ[A-Za-z0-9+/_-]{200,1500}={0,3}",
            "ops_eyJ{alnum:400}",
            check=checks.json_within,
        ),
        token(
            "1Password secret key",
            r"A3-[A-Z0-9]{6}-(?:[A-Z0-9]{11}|[A-Z0-9]{6}-[A-Z0-9]{5})-[A-Z0-9]{5}-[A-Z0-9]{5}-[A-Z0-9]{5}",
            "A3-{upper:6}-{upper:6}-{upper:5}-{upper:5}-{upper:5}-{upper:5}",
        ),
        token(
            "1Password recovery key",
            r"1PRK(?:-[A-Z0-9]{4}){13}",
            "1PRK" + "-{upper:4}" * 13,
        ),
    ),
    *provider(
        "Doppler",
        "https://dashboard.doppler.com",
        token(
            "Doppler token",
            rf"dp\.(?:pt|ct|scim|audit|sa|said)\.{ALNUM}{{40,44}}|dp\.st\.(?:[a-z0-9_-]{{2,35}}\.)?{ALNUM}{{40,44}}",
            "dp.pt.{alnum:43}",
            "dp.st.dev.{alnum:43}",
        ),
    ),
    *provider(
        "Bitwarden",
        "https://vault.bitwarden.com",
        token(
            "Bitwarden client secret",
            rf"apiKeyClientSecret\"?\s{{0,3}}[:=]\s{{0,3}}\"(?P<value>{ALNUM}{{30}})",
            'apiKeyClientSecret": "<{alnum:30}>"',
        ),
        token(
            "Bitwarden access token",
            rf"0\.{UUID}\.{ALNUM}{{30}}:{BASE64}{{22}}==",
            "0.{uuid}.{alnum:30}:{alnum:22}==",
        ),
    ),
    *provider(
        "Infisical",
        "https://app.infisical.com",
        token(
            "Infisical service token",
            rf"st\.{HEX}{{24}}\.{HEX}{{32}}\.{HEX}{{32}}|st\.{UUID}\.{HEX}{{32}}\.{HEX}{{32}}",
            "st.{hex:24}.{hex:32}.{hex:32}",
        ),
    ),
    *provider(
        "Okta",
        "https://help.okta.com/en-us/content/topics/security/api.htm",
        near("Okta API token", "okta", Shape(r"00[A-Za-z0-9=_-]{39,40}", "00{alnum:40}")),
        near("Okta client secret", "okta", url_safe(64), strict=True),
    ),
    *provider(
        "Auth0",
        "https://manage.auth0.com",
        near("Auth0 secret", "auth0", url_safe(60, 80)),
        near("Auth0 client id", "auth0", alnum(32)),
    ),
    *provider(
        "JumpCloud",
        "https://console.jumpcloud.com",
        near("JumpCloud API key", "jumpcloud", alnum(40)),
    ),
    *provider("OneLogin", None, near("OneLogin secret", "onelogin", hexadecimal(64))),
    *provider("Duo", None, near("Duo secret", "duo_skey duo_secret duo", alnum(40))),
    *provider("LoginRadius", None, near("LoginRadius key", "loginradius", GUID)),
    *provider(
        "age",
        None,
        token(
            "age secret key",
            r"AGE-SECRET-KEY-1[A-Z0-9]{58}",
            "AGE-SECRET-KEY-1{bech32:58}",
            check=checks.age_key,
        ),
    ),
    *provider(
        "NATS",
        None,
        token("NATS NKEY seed", r"S[UAONC][A-Z2-7]{56}", "SU{base32:56}", check=checks.nkey),
    ),
    *provider(
        "WireGuard",
        None,
        token(
            "WireGuard key",
            rf"(?:PrivateKey|PresharedKey)\s{{0,4}}=\s{{0,4}}(?P<value>{BASE64}{{43}}=)",
            "PrivateKey = <{alnum:42}A=>",
            after="A-Za-z0-9+/=",
            check=checks.key_of_32,
        ),
    ),
    *provider(
        "Kerberos",
        None,
        token(
            "Kerberos AS-REP hash",
            r"\$krb5(?:asrep|tgs|pa)\$[0-9]{2}\$[^\s\\\"']{40,4000}",
            "$krb5asrep$23$user@example.com:{hex:32}${hex:400}",
            after="",
        ),
    ),
    *provider(
        "Password hashes",
        None,
        token(
            "Password hash",
            r"\$(?:2[abxy]?\$[0-9]{2}\$[A-Za-z0-9./]{53}|1\$[A-Za-z0-9./]{1,8}\$[A-Za-z0-9./]{22}|apr1\$[A-Za-z0-9./]{1,8}\$[A-Za-z0-9./]{22}"
            r"|5\$(?:rounds=[0-9]{1,9}\$)?[A-Za-z0-9./]{1,16}\$[A-Za-z0-9./]{43}|6\$(?:rounds=[0-9]{1,9}\$)?[A-Za-z0-9./]{1,16}\$[A-Za-z0-9./]{86}"
            r"|[89]\$[A-Za-z0-9./]{14}\$[A-Za-z0-9./]{43}|y\$[A-Za-z0-9./]{1,8}\$[A-Za-z0-9./]{1,86}\$[A-Za-z0-9./]{43}"
            r"|argon2(?:id|i|d)\$v=[0-9]{1,3}\$m=[0-9]{1,9},t=[0-9]{1,4},p=[0-9]{1,4}\$[A-Za-z0-9+/]{11,64}\$[A-Za-z0-9+/]{20,88})",
            "$2b$12${alnum:53}",
            "$6${alnum:8}${alnum:86}",
            before="A-Za-z0-9",
            after="A-Za-z0-9./",
        ),
    ),
    *provider(
        "Akamai",
        "https://control.akamai.com",
        token("Akamai credential", r"akab-[a-z0-9]{16}-[a-z0-9]{16}", "akab-{lower:16}-{lower:16}"),
    ),
    *provider(
        "Salesforce",
        "https://help.salesforce.com/s/articleView?id=sf.user_security_token.htm",
        token(
            "Salesforce access token",
            r"00D[A-Za-z0-9]{9,15}![A-Za-z0-9_.]{60,120}",
            "00D{alnum:12}!{alnum:96}",
        ),
        token("Salesforce consumer key", r"3MVG[A-Za-z0-9._]{52,100}", "3MVG{alnum:81}"),
        near("Salesforce secret", "salesforce", hexadecimal(64)),
    ),
    *provider(
        "Truenas",
        None,
        near(
            "TrueNAS API key",
            "truenas login_with_api_key",
            Shape(rf"[0-9]{{1,3}}-{ALNUM}{{64}}", "8-{alnum:64}"),
        ),
        token(
            "TrueNAS API key in a header",
            rf"Bearer (?P<value>[0-9]{{1,3}}-{ALNUM}{{64}})",
            "Bearer <8-{alnum:64}>",
        ),
    ),
    *provider(
        "JSON Web Tokens",
        None,
        token(
            "JSON Web Token in full",
            r"eyJ[A-Za-z0-9_-]{8,2000}\.eyJ[A-Za-z0-9_-]{8,6000}\.[A-Za-z0-9_+/-]{16,1400}={0,2}",
            "eyJhbGciOiJIUzI1NiJ9.eyJ{alnum:60}.{alnum:43}",
            check=checks.jwt,
        ),
        token(
            "JSON Web Token in base64",
            r"ZXlK(?:aGJHY2lPaU|aGRXUWlPaU|0ZVhBaU9pS|cmFXUWlPaU|MVktraU9pS)[A-Za-z0-9+/_-]{80,6000}={0,2}",
            "ZXlKaGJHY2lPaU{alnum:200}",
        ),
    ),
    *provider(
        "VAPID",
        None,
        token(
            "VAPID private key",
            rf"(?P<value>{URL}{{43}})[\s:,\"']{{1,4}}B[A-P]{URL}{{85}}",
            "<{alnum:43}>:BF{alnum:85}",
            probe=rf"B[A-P]{URL}{{85}}",
        ),
    ),
)
