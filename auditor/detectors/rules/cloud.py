"""
Clouds, hosting and networks.
"""

from __future__ import annotations

from auditor.detectors.rules import checks
from auditor.detectors.rules.base import (
    ALNUM,
    BASE64,
    GUID,
    HEX,
    LOWER,
    RANDOM,
    TOKEN_JWT,
    UPPER,
    URL,
    UUID,
    Rule,
    Shape,
    alnum,
    base64,
    hexadecimal,
    lower,
    near,
    provider,
    token,
    url_safe,
)

RULES: tuple[Rule, ...] = (
    *provider(
        "Amazon Web Services",
        "https://console.aws.amazon.com/iam/home#/security_credentials",
        near(
            "AWS secret access key",
            "aws secret_access_key secret_key secretkey accesskey",
            base64(40),
        ),
        token(
            "AWS session token",
            rf"(?P<value>(?:FwoGZXIvYXdz|IQoJb3JpZ2lu){BASE64}{{60,2000}}={{0,2}})",
            "IQoJb3JpZ2lu{alnum:200}",
        ),
        token("AWS MWS token", rf"amzn\.mws\.{UUID}", "amzn.mws.{uuid}"),
        token("AWS AppSync API key", rf"da2-{LOWER}{{26}}", "da2-{lower:26}"),
        token(
            "Amazon Bedrock API key",
            rf"ABSK{BASE64}{{109,269}}={{0,2}}|bedrock-api-key-YmVkcm9jay5hbWF6b25hd3MuY29t"
            rf"{BASE64}{{20,3000}}={{0,2}}",
            "ABSKQmVkcm9ja0FQSUtleS{alnum:110}",
        ),
    ),
    *provider(
        "Google",
        "https://console.cloud.google.com/apis/credentials",
        token(
            "Google API key",
            rf"AIza{URL}{{35}}",
            "AIza{alnum:35}",
            no=("AIza{alnum:20}",),
            # NOTE: web pages and apps show those for maps and Firebase to everyone.
            is_often_open=True,
        ),
        token("Google OAuth client secret", rf"GOCSPX-{URL}{{28}}", "GOCSPX-{alnum:28}"),
        token(
            "Google OAuth access token",
            rf"ya29\.{URL}[A-Za-z0-9_.-]{{20,2000}}",
            "ya29.a0{alnum:60}",
        ),
        token("Google Gemini API key", rf"AQ\.Ab8R{URL}{{46}}", "AQ.Ab8RN6{alnum:44}"),
        token(
            "Google Cloud Storage HMAC secret",
            rf"GOOG1?{UPPER}{{20,60}}[^\n]{{1,40}}?(?<!{BASE64})(?P<value>{BASE64}{{40}})",
            "GOOG1{upper:56} <{alnum:40}>",
            probe=rf"GOOG1?{UPPER}{{20}}",
        ),
        token(
            "Google OAuth refresh token",
            rf"1//0[0-9a-z]{URL}{{40,200}}",
            "1//0g{alnum:80}",
        ),
        token(
            "Google API key in base64", rf"QUl6YV{BASE64}{{46,48}}={{0,2}}", "QUl6YVN5{alnum:44}"
        ),
        token(
            "Firebase Cloud Messaging server key",
            rf"AAAA{URL}{{7}}:APA91b{URL}{{134}}",
            "AAAA{alnum:7}:APA91b{alnum:134}",
        ),
        token(
            "Google OAuth client secret of old",
            rf"google[^\n]{{0,12}}client_?secret[^\n]{{1,8}}(?P<value>{URL}{{24}})",
            "google_client_secret = '<{alnum:24}>'",
            ignore_case=True,
        ),
        near("Google API key of another form", "gcp youtube", url_safe(39), strict=True),
        near("reCAPTCHA secret", "recaptcha", url_safe(40)),
        token(
            "Key in a Tink keyset",
            rf"google\.crypto\.tink\.(?!\w*PublicKey)[A-Za-z0-9]{{3,40}}Key\\{{0,2}}[\"'],\s{{0,8}}\\{{0,2}}"
            rf"[\"']value\\{{0,2}}[\"']\s?:\s?\\{{0,2}}[\"'](?P<value>{BASE64}{{16,4000}}={{0,2}})",
            '"typeUrl":"type.googleapis.com/google.crypto.tink.AesGcmKey","value":"<{alnum:24}>"',
            no=('"typeUrl":"x/google.crypto.tink.EcdsaPublicKey","value":"{alnum:24}"',),
            probe=r"google\.crypto\.tink\.[A-Za-z0-9]{3,40}Key",
        ),
    ),
    *provider(
        "Microsoft Azure",
        "https://portal.azure.com",
        token(
            "Azure storage account key",
            rf"(?:account[_-]?key|(?:storage|azure|cosmos)[A-Za-z_]{{0,24}}key)[\"']?"
            rf"(?:\s{{0,3}}[=:]\s{{0,3}}|\s)[\"']?"
            rf"(?P<value>{BASE64}{{86}}==)",
            "AccountKey=<{alnum:85}g==>",
            ignore_case=True,
            check=checks.storage_key,
            after="A-Za-z0-9+/=",
        ),
        token(
            "Azure client secret",
            r"[A-Za-z0-9_.~-]{3}[0-9]Q~[A-Za-z0-9_.~-]{31,34}",
            "{alnum:3}8Q~{alnum:34}",
            before="A-Za-z0-9_~-",
            after="A-Za-z0-9_~-",
        ),
        token(
            "Azure key",
            rf"{ALNUM}{{52}}JQQJ99{ALNUM}{{26}}|{ALNUM}{{52}}JQQJ{ALNUM}{{6}}(?:AAAA|ACAA){ALNUM}{{14,20}}"
            rf"|{ALNUM}{{40,51}}JQQJ{ALNUM}{{10,40}}",
            "{alnum:52}JQQJ99AJACAAAAAAA{alnum:15}",
            probe=rf"{ALNUM}{{32}}JQQJ{ALNUM}{{10}}",
        ),
        token(
            "Azure container registry password",
            rf"{BASE64}{{42}}\+ACR[A-D]{ALNUM}{{6}}",
            "{alnum:42}+ACRC{alnum:6}",
            probe=rf"\+ACR[A-D]{ALNUM}{{6}}",
        ),
        token(
            "Azure shared access key",
            rf"(?:SharedAccessKey|SharedSecretValue|Secret)=(?P<value>{BASE64}{{32,64}}=?=?)",
            "Endpoint=sb://x/;SharedAccessKey=<{alnum:43}=>",
            before="A-Za-z0-9_",
            after="A-Za-z0-9+/=",
        ),
        token(
            "Azure connection string",
            rf"Endpoint=sb://[A-Za-z0-9.-]{{3,120}}/?;SharedAccessKeyName=[^;\s\"']{{1,80}};SharedAccessKey="
            rf"{BASE64}{{32,64}}={{0,2}}(?:;EntityPath=[A-Za-z0-9._-]{{1,80}})?",
            "Endpoint=sb://x.example.com/;SharedAccessKeyName=all;SharedAccessKey={alnum:43}=",
            after="A-Za-z0-9+/=",
        ),
        token(
            "Azure shared access signature",
            rf"sig=(?P<value>(?:{BASE64}|%2[BbFf]){{40,60}}(?:=|%3[Dd]))",
            "?sv=2024-01-01&sp=r&sig=<{alnum:43}%3D>",
            after="",
            before="A-Za-z0-9_",
        ),
        near(
            "Azure DevOps personal access token",
            "azure ado ado_pat devops vsts personal_access_token",
            lower(52),
            strict=True,
        ),
        near(
            "Azure AI services key", "azure cognitive openai ocp-apim-subscription", hexadecimal(32)
        ),
        near("Azure Search key", "azure_search azuresearch", alnum(52)),
        near(
            "Azure client secret of old",
            "azure",
            # Not a piece of a longer value in base64.
            Shape(r"[A-Za-z0-9_~.-]{34,44}(?![A-Za-z0-9_~.+/=-])", "{alnum:34}"),
        ),
        near(
            "Azure hub key", "hubaccess hub_access notificationhub notification_hub", base64(43, 44)
        ),
        near("Azure container registry key", "azurecr", base64(32, 52)),
    ),
    *provider(
        "DigitalOcean",
        "https://cloud.digitalocean.com/account/api/tokens",
        token("DigitalOcean personal access token", rf"dop_v1_{HEX}{{64}}", "dop_v1_{hex:64}"),
        token("DigitalOcean OAuth token", rf"doo_v1_{HEX}{{64}}", "doo_v1_{hex:64}"),
        token("DigitalOcean refresh token", rf"dor_v1_{HEX}{{64}}", "dor_v1_{hex:64}"),
        near("DigitalOcean token of old", "digitalocean digital_ocean", hexadecimal(64)),
    ),
    *provider(
        "Heroku",
        "https://dashboard.heroku.com/account",
        token("Heroku API key", rf"HRKU-AA{URL}{{58}}", "HRKU-AA{alnum:58}"),
        near("Heroku API key of old", "heroku", GUID),
    ),
    *provider(
        "Cloudflare",
        "https://dash.cloudflare.com/profile/api-tokens",
        token(
            "Cloudflare origin CA key",
            rf"v1\.0-{HEX}{{24}}-{HEX}{{146}}",
            "v1.0-{hex:24}-{hex:146}",
        ),
        token("Cloudflare service key", r"v1\.0-[0-9a-f-]{100,300}", "v1.0-{hex:258}"),
        near("Cloudflare API token", "cloudflare cf_api cf_token", url_safe(40)),
        near("Cloudflare global API key", "cloudflare x-auth-key", hexadecimal(37)),
    ),
    *provider(
        "Alibaba Cloud",
        "https://ram.console.aliyun.com/manage/ak",
        token("Alibaba Cloud access key id", rf"LTAI{ALNUM}{{12,26}}", "LTAI{alnum:20}"),
        token("Alibaba Cloud STS access key id", rf"STS\.{ALNUM}{{20,40}}", "STS.{alnum:25}"),
        token("Alibaba Cloud STS token", rf"CAIS{BASE64}{{40,1500}}={{0,2}}", "CAIS{alnum:120}"),
        near("Alibaba Cloud access key secret", "alibaba aliyun ali_access ali_secret", lower(30)),
        near("Alibaba Cloud STS secret", "alibaba aliyun sts_access sts_secret", alnum(37, 44)),
    ),
    *provider(
        "Fly.io",
        "https://fly.io/user/personal_access_tokens",
        token("Fly.io access token", rf"fo1_{URL}{{43}}", "fo1_{alnum:43}"),
        token("Fly.io token of old", r"FlyV1 [A-Za-z0-9+/=,_-]{90,4000}", "FlyV1 {alnum:100}"),
        token(
            "Fly.io machine token",
            rf"(?:FlyV1 )?fm[12][ar]?_{BASE64}{{100,3000}}={{0,3}}"
            rf"(?:,fm[12][ar]?_{BASE64}{{50,3000}}={{0,3}}){{0,4}}",
            "fm2_{alnum:160}==",
        ),
    ),
    *provider(
        "Vercel",
        "https://vercel.com/account/settings/tokens",
        token("Vercel token", rf"vc[pkair]_{URL}{{56}}", "vcp_{alnum:56}"),
        near("Vercel token of old", "vercel", alnum(24)),
    ),
    *provider(
        "Netlify",
        "https://app.netlify.com/user/applications",
        token("Netlify personal access token", rf"nfp_{ALNUM}{{36}}", "nfp_{alnum:36}"),
        near("Netlify access token", "netlify", url_safe(40, 46, "="), hexadecimal(64)),
    ),
    *provider(
        "Render",
        "https://dashboard.render.com/u/settings",
        token("Render API key", rf"rnd_{ALNUM}{{28}}", "rnd_{alnum:28}"),
    ),
    *provider(
        "Railway", "https://railway.com/account/tokens", near("Railway token", "railway", GUID)
    ),
    *provider(
        "Linode",
        "https://cloud.linode.com/profile/tokens",
        near("Linode token", "linode", hexadecimal(64)),
    ),
    *provider(
        "Vultr",
        "https://my.vultr.com/settings/#settingsapi",
        near("Vultr API key", "vultr", lower(36)),
    ),
    *provider(
        "Hetzner",
        "https://console.hetzner.cloud",
        near("Hetzner API token", "hetzner hcloud", alnum(64)),
    ),
    *provider(
        "Civo", "https://dashboard.civo.com/security", near("Civo API key", "civo", alnum(50))
    ),
    *provider(
        "Scaleway",
        "https://console.scaleway.com/iam/api-keys",
        near("Scaleway secret key", "scaleway scw", GUID),
    ),
    *provider(
        "OVHcloud",
        "https://www.ovh.com/auth/api",
        near("OVHcloud application key", "ovh", url_safe(16), strict=True),
        near("OVHcloud secret", "ovh", url_safe(32)),
    ),
    *provider(
        "Exoscale",
        "https://portal.exoscale.com/iam/keys",
        token("Exoscale API key", rf"EXO{HEX}{{24}}", "EXO{hex:24}"),
        near("Exoscale API secret", "exoscale", url_safe(40, 43)),
    ),
    *provider(
        "UpCloud",
        "https://hub.upcloud.com/account/api-tokens",
        token("UpCloud token", rf"ucat_{UPPER}{{26}}", "ucat_{upper:26}"),
    ),
    *provider(
        "Scalingo",
        "https://dashboard.scalingo.com/account/tokens",
        token("Scalingo API token", rf"tk-us-{URL}{{48}}", "tk-us-{alnum:48}"),
    ),
    *provider(
        "Yandex Cloud",
        "https://console.yandex.cloud",
        token("Yandex Cloud API key", rf"AQVN{URL}{{35,40}}", "AQVN{alnum:36}"),
        token(
            "Yandex Cloud IAM token",
            rf"t1\.[A-Z0-9a-z_-]{{1,40}}={{0,2}}\.{URL}{{86}}={{0,2}}",
            "t1.9{alnum:10}.{alnum:86}",
        ),
        near("Yandex Cloud static key", "yandex", url_safe(40), url_safe(80, 90)),
    ),
    *provider(
        "IBM Cloud",
        "https://cloud.ibm.com/iam/apikeys",
        near(
            "IBM Cloud API key",
            "ibmcloud ibm_cloud ibm bluemix iam_api iam_key cloud_iam cloud_api",
            url_safe(44),
        ),
    ),
    *provider(
        "Oracle Cloud",
        "https://cloud.oracle.com",
        near("Oracle Cloud token", "oracle_cloud oci_cli oci_api", RANDOM),
    ),
    *provider(
        "Tencent Cloud",
        "https://console.cloud.tencent.com/cam/capi",
        token("Tencent Cloud secret id", rf"AKID{ALNUM}{{32}}", "AKID{alnum:32}"),
        near("Tencent Cloud secret key", "tencent", alnum(32)),
    ),
    *provider(
        "Tailscale",
        "https://login.tailscale.com/admin/settings/keys",
        token(
            "Tailscale key",
            rf"tskey-(?:[a-z]{{3,12}}-)?{ALNUM}{{6,24}}(?:CNTRL)?-{ALNUM}{{4,48}}",
            "tskey-auth-{alnum:16}-{alnum:32}",
        ),
    ),
    *provider(
        "ngrok",
        "https://dashboard.ngrok.com/get-started/your-authtoken",
        token(
            "ngrok token",
            rf"2{ALNUM}{{26}}_{ALNUM}{{20,24}}",
            "2{alnum:26}_{alnum:21}",
            check=checks.drawn,
            probe=rf"2{ALNUM}{{26,}}_{ALNUM}{{20}}",
        ),
    ),
    *provider(
        "Defined Networking",
        "https://admin.defined.net/settings/api-keys",
        token(
            "Defined Networking API token",
            r"dnkey-[A-Za-z0-9=_-]{26}-[A-Za-z0-9=_-]{52}",
            "dnkey-{upper:26}-{upper:52}",
        ),
    ),
    *provider(
        "Fastly",
        "https://manage.fastly.com/account/personal/tokens",
        near("Fastly API token", "fastly", url_safe(32, None, "=")),
    ),
    *provider(
        "Cisco Meraki",
        "https://dashboard.meraki.com",
        near("Cisco Meraki API key", "meraki", hexadecimal(40)),
    ),
    *provider(
        "Infomaniak",
        "https://manager.infomaniak.com",
        near("Infomaniak API token", "infomaniak", url_safe(72, 90)),
    ),
    *provider(
        "ZeroTier", "https://my.zerotier.com/account", near("ZeroTier token", "zerotier", alnum(32))
    ),
    *provider(
        "WP Engine",
        "https://my.wpengine.com/api_access",
        near("WP Engine API key", "wpengine wpe_api", hexadecimal(28, 40)),
    ),
    *provider(
        "Kubernetes",
        None,
        token(
            "Kubernetes bootstrap token",
            rf"(?:bootstrap|kubeadm|--token)[^\n]{{0,24}}?(?P<value>{LOWER}{{6}}\.{LOWER}{{16}})",
            "kubeadm join --token <{lower:6}.{lower:16}>",
            check=checks.has_digit,
        ),
        token(
            "Kubernetes service account token",
            rf"(?P<value>eyJhbGciOiJSUzI1NiIsImtpZCI6I{URL}{{10,200}}\.eyJ{URL}{{40,3000}}\.{URL}{{100,700}})",
            "eyJhbGciOiJSUzI1NiIsImtpZCI6I{alnum:40}.eyJ{alnum:200}.{alnum:342}",
        ),
    ),
    *provider(
        "OpenShift",
        None,
        token("OpenShift user token", rf"sha256~{URL}{{43}}", "sha256~{alnum:43}"),
    ),
    *provider(
        "Docker",
        "https://app.docker.com/settings/personal-access-tokens",
        token("Docker personal access token", rf"dckr_pat_{URL}{{27}}", "dckr_pat_{alnum:27}"),
        token("Docker organisation access token", rf"dckr_oat_{URL}{{32}}", "dckr_oat_{alnum:32}"),
        token(
            "Docker Swarm join token",
            rf"SWMTKN-1-{LOWER}{{50}}-{LOWER}{{25}}",
            "SWMTKN-1-{lower:50}-{lower:25}",
        ),
        token("Docker Swarm unlock key", rf"SWMKEY-1-{BASE64}{{43}}", "SWMKEY-1-{alnum:43}"),
    ),
    *provider(
        "Temporal",
        "https://cloud.temporal.io/settings/api-keys",
        near("Temporal Cloud API key", "temporal", TOKEN_JWT),
    ),
    *provider(
        "Supabase",
        "https://supabase.com/dashboard/account/tokens",
        token("Supabase access token", rf"sbp_{LOWER}{{40}}", "sbp_{hex:40}"),
        token("Supabase secret key", rf"sb_secret_{URL}{{31}}", "sb_secret_{alnum:31}"),
    ),
    *provider(
        "PlanetScale",
        "https://app.planetscale.com",
        token("PlanetScale password", r"pscale_pw_[A-Za-z0-9=._-]{32,64}", "pscale_pw_{alnum:43}"),
        token(
            "PlanetScale service token",
            r"pscale_tkn_[A-Za-z0-9=._-]{32,64}",
            "pscale_tkn_{alnum:43}",
        ),
        token(
            "PlanetScale OAuth token",
            r"pscale_oauth_[A-Za-z0-9=._-]{32,64}",
            "pscale_oauth_{alnum:43}",
        ),
    ),
)
