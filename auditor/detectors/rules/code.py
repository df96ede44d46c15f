"""
Code hosting, continuous integration, package registries and tools of developers.
"""

from __future__ import annotations

from auditor.detectors.rules import checks
from auditor.detectors.rules.base import (
    ALNUM,
    BASE64,
    GUID,
    HEX,
    RANDOM,
    TOKEN_JWT,
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
from auditor.model import Confidence

RULES: tuple[Rule, ...] = (
    *provider(
        "GitHub",
        "https://github.com/settings/tokens",
        token(
            "GitHub token",
            rf"gh[pousr]_{ALNUM}{{36,251}}",
            "ghp_{alnum:30}{crc}",
            "ghs_{alnum:30}{crc}",
            no=("ghp_{alnum:20}", "ghp_token_of_the_repository"),
            check=checks.crc_base62,
        ),
        token(
            "GitHub fine-grained token",
            rf"github_pat_{ALNUM}{{22}}_{ALNUM}{{59}}|github_pat_[A-Za-z0-9_]{{82}}",
            "github_pat_{alnum:22}_{alnum:59}",
            before="",
        ),
        token(
            "GitHub app token of the new form",
            r"ghs_[0-9]{5,12}_eyJ[A-Za-z0-9_.-]{60,800}",
            "ghs_{digit:7}_eyJ{alnum:80}",
        ),
        near(
            "GitHub OAuth client secret",
            "github_secret github_client_secret github_oauth github_token gh_token git_token "
            "git_pat",
            hexadecimal(40),
        ),
        near("GitHub token of old", "github ghe_", hexadecimal(40), strict=True),
        near("GitHub OAuth client id", "github_client_id github_id github_key", hexadecimal(20)),
    ),
    *provider(
        "GitLab",
        "https://gitlab.com/-/user_settings/personal_access_tokens",
        token(
            "GitLab routable token",
            rf"gl(?:pat|rt|dt|oas|ptt|agent|ft|soat|imt|cbt|ffct)-(?:t[0-9]_)?{URL}{{27,300}}(?:\.[0-9a-z]{{2}})?\.[0-9a-z]{{2}}[0-9a-z]{{7}}",
            "glpat-{alnum:27}.01.{lower:9}",
            check=checks.crc_base36,
        ),
        token(
            "GitLab personal access token",
            rf"glpat-{URL}{{20}}",
            "glpat-{alnum:20}",
            after="A-Za-z0-9",
        ),
        token("GitLab deploy token", rf"gldt-{URL}{{20}}", "gldt-{alnum:20}", after="A-Za-z0-9"),
        token(
            "GitLab feed token",
            rf"glft-(?:{URL}{{20}}|{HEX}{{64}}-[0-9]{{1,10}})",
            "glft-{alnum:20}",
        ),
        token(
            "GitLab runner token",
            rf"glrt-(?:t[0-9]_)?{URL}{{20}}|glrtr-{URL}{{20,40}}",
            "glrt-{alnum:20}",
            after="A-Za-z0-9",
        ),
        token("GitLab runner registration token", rf"GR1348941{URL}{{20}}", "GR1348941{alnum:20}"),
        token(
            "GitLab pipeline trigger token", rf"glptt-(?:{HEX}{{40}}|{URL}{{20}})", "glptt-{hex:40}"
        ),
        token("GitLab CI job token", rf"glcbt-{URL}{{20,60}}", "glcbt-{alnum:26}"),
        token("GitLab agent token", rf"glagent-{URL}{{50}}", "glagent-{alnum:50}"),
        token("GitLab OAuth application secret", rf"gloas-{URL}{{64}}", "gloas-{alnum:64}"),
        token("GitLab SCIM token", rf"glsoat-{URL}{{20}}", "glsoat-{alnum:20}"),
        token("GitLab incoming mail token", rf"glimt-{URL}{{25}}", "glimt-{alnum:25}"),
        token("GitLab feature flag token", rf"glffct-{URL}{{20}}", "glffct-{alnum:20}"),
        token(
            "GitLab session cookie", r"_gitlab_session=[0-9a-z]{32}", "_gitlab_session={lower:32}"
        ),
        near(
            "GitLab token of old",
            "gitlab_token gitlab_private gitlab_access gitlab_pat private-token",
            url_safe(20),
        ),
    ),
    *provider(
        "Atlassian",
        "https://id.atlassian.com/manage-profile/security/api-tokens",
        token(
            "Atlassian API token",
            r"AT[ABC]TT3[A-Za-z0-9_=-]{80,260}",
            "ATATT3xFfGF0{alnum:170}",
            after="A-Za-z0-9",
        ),
        token("Bitbucket app password", rf"ATBB{ALNUM}{{32}}", "ATBB{alnum:32}"),
        token("Bitbucket HTTP access token", rf"BBDC-{BASE64}{{44}}", "BBDC-{alnum:44}"),
        near("Atlassian API token of old", "atlassian confluence jira", alnum(24)),
        near("Bitbucket client id", "bitbucket", alnum(30, 32)),
        near("Bitbucket client secret", "bitbucket", url_safe(64, None, "="), url_safe(44)),
        near("Statuspage API key", "statuspage", GUID),
        near("Opsgenie API key", "opsgenie", GUID),
        near("Trello key", "trello", url_safe(32), alnum(64)),
    ),
    *provider(
        "npm",
        None,
        token(
            "npm access token",
            rf"npm_{ALNUM}{{36}}",
            "npm_{alnum:30}{crc}",
            check=checks.crc_base62,
        ),
        near("npm token of old", "npm_token _authtoken npm_auth", GUID),
    ),
    *provider(
        "PyPI",
        None,
        token(
            "PyPI API token",
            rf"pypi-AgE{URL}{{50,1000}}",
            "pypi-AgEIcHlwaS5vcmc{alnum:150}",
            check=checks.macaroon,
        ),
    ),
    *provider(
        "RubyGems",
        None,
        token("RubyGems API key", rf"rubygems_{HEX}{{48}}", "rubygems_{hex:48}"),
    ),
    *provider(
        "Cargo",
        None,
        token("Cargo registry token", rf"cio{ALNUM}{{32}}", "cio{alnum:32}"),
    ),
    *provider(
        "NuGet",
        None,
        token("NuGet API key", r"oy2[a-z0-9]{43}", "oy2{lower:43}"),
        near("NuGet API key of another form", "nuget", lower(46)),
    ),
    *provider(
        "Packagist",
        None,
        token(
            "Packagist token",
            rf"packagist_[ou][ru]t_[0-9a-fA-F]{{68}}|packagist_acs_{HEX}{{60,72}}|packagist_ac[kw]_{HEX}{{24,68}}",
            "packagist_ort_{hex:68}",
        ),
    ),
    *provider(
        "Clojars",
        None,
        token("Clojars deploy token", r"CLOJARS_[0-9a-z]{60}", "CLOJARS_{lower:60}"),
    ),
    *provider(
        "Thunderstore",
        "https://thunderstore.io",
        token("Thunderstore API token", rf"tss_{ALNUM}{{32}}", "tss_{alnum:32}"),
    ),
    *provider(
        "JFrog",
        "https://jfrog.com/help/r/jfrog-platform-administration-documentation/access-tokens",
        token("Artifactory API key", rf"AKCp{ALNUM}{{50,80}}", "AKCp{alnum:69}"),
        token("Artifactory reference token", rf"cmVmd{ALNUM}{{59}}", "cmVmd{alnum:59}"),
        near("JFrog key", "jfrog artifactory bintray xray", alnum(64), alnum(73)),
    ),
    *provider(
        "Cloudsmith",
        "https://cloudsmith.io/user/settings/api/",
        token("Cloudsmith API key", rf"csa_{ALNUM}{{34,36}}", "csa_{alnum:36}"),
        near("Cloudsmith API key of old", "cloudsmith", hexadecimal(40)),
    ),
    *provider(
        "packagecloud",
        "https://packagecloud.io/api_token",
        near("packagecloud token", "packagecloud", hexadecimal(48)),
    ),
    *provider(
        "CircleCI",
        "https://app.circleci.com/settings/user/tokens",
        token(
            "CircleCI token",
            rf"CCIP(?:AT|RJ)_{ALNUM}{{22,24}}_[0-9a-z]{{40,42}}",
            "CCIPAT_{alnum:22}_{hex:40}",
        ),
        near("CircleCI token of old", "circleci circle_token circle_ci", hexadecimal(40)),
    ),
    *provider(
        "Travis CI",
        "https://app.travis-ci.com/account/preferences",
        near("Travis CI token", "travis", url_safe(22)),
        token(
            "Travis CI encrypted value",
            rf"secure: \"(?P<value>{BASE64}{{120,700}}={{0,2}})\"",
            'secure: "<{alnum:342}==>"',
            confidence=Confidence.POSSIBLE,
        ),
    ),
    *provider(
        "Buildkite",
        "https://buildkite.com/user/api-access-tokens",
        token(
            "Buildkite token",
            rf"bk(?:ua|aa|ct|ps|pat|pt|rt)_{ALNUM}{{32,250}}|bka[jr]_[A-Za-z0-9_.-]{{32,1000}}",
            "bkua_{hex:40}",
        ),
    ),
    *provider(
        "Drone CI",
        "https://docs.drone.io",
        near("Drone CI token", "droneci drone_token drone_server drone", alnum(32)),
    ),
    *provider(
        "Bitrise",
        "https://app.bitrise.io/me/account/security",
        near("Bitrise token", "bitrise", url_safe(50, 90)),
    ),
    *provider(
        "Codecov", "https://app.codecov.io", near("Codecov token", "codecov", alnum(32), GUID)
    ),
    *provider(
        "Coveralls",
        "https://coveralls.io",
        near("Coveralls token", "coveralls", url_safe(37), alnum(32)),
    ),
    *provider(
        "Code Climate",
        "https://codeclimate.com/profile/tokens",
        near(
            "Code Climate token", "codeclimate cc_test_reporter", hexadecimal(40), hexadecimal(64)
        ),
    ),
    *provider(
        "Codacy",
        "https://app.codacy.com/account/access-management",
        near("Codacy token", "codacy", alnum(20, 32)),
    ),
    *provider(
        "SonarQube",
        "https://sonarcloud.io/account/security",
        token("SonarQube token", rf"sq[upa]_{ALNUM}{{40}}", "squ_{hex:40}"),
        near(
            "SonarQube token of old",
            "sonar_login sonar_token sonarcloud sonarqube sonar sonar.login",
            lower(40),
        ),
    ),
    *provider("Snyk", "https://app.snyk.io/account", near("Snyk API token", "snyk", GUID)),
    *provider(
        "Sourcegraph",
        "https://sourcegraph.com/user/settings/tokens",
        token(
            "Sourcegraph access token",
            r"sgp_(?:[0-9a-fA-F]{16}_|local_)?[0-9a-fA-F]{40}",
            "sgp_{hex:16}_{hex:40}",
        ),
        token("Sourcegraph licence key", rf"slk_{HEX}{{64}}", "slk_{hex:64}"),
        near("Sourcegraph token of old", "sourcegraph", hexadecimal(40)),
    ),
    *provider(
        "Gitea",
        "https://docs.gitea.com/development/api-usage",
        near("Gitea access token", "gitea forgejo codeberg", hexadecimal(40)),
    ),
    *provider(
        "HashiCorp",
        "https://app.terraform.io/app/settings/tokens",
        token(
            "Terraform Cloud token",
            r"[A-Za-z0-9]{14}\.atlasv1\.[A-Za-z0-9_=-]{60,70}",
            "{alnum:14}.atlasv1.{alnum:67}",
        ),
        near("Vagrant Cloud token", "vagrant", url_safe(90, None, ".")),
    ),
    *provider(
        "Infracost",
        "https://dashboard.infracost.io",
        token("Infracost API key", rf"ico-{ALNUM}{{32}}", "ico-{alnum:32}"),
    ),
    *provider(
        "Pulumi",
        "https://app.pulumi.com/account/tokens",
        token("Pulumi access token", rf"pul-{HEX}{{40}}", "pul-{hex:40}"),
    ),
    *provider("Scalr", "https://scalr.io", near("Scalr token", "scalr", TOKEN_JWT)),
    *provider(
        "Harness",
        "https://app.harness.io",
        token(
            "Harness token",
            rf"[ps]at\.{URL}{{22}}\.{ALNUM}{{24}}\.{ALNUM}{{20}}",
            "pat.{alnum:22}.{hex:24}.{alnum:20}",
        ),
    ),
    *provider(
        "Octopus Deploy",
        "https://octopus.com/docs/octopus-rest-api/how-to-create-an-api-key",
        token("Octopus Deploy API key", r"API-[A-Z0-9]{25,27}", "API-{upper:26}"),
    ),
    *provider(
        "TeamCity",
        "https://www.jetbrains.com/help/teamcity/configuring-your-user-profile.html",
        token(
            "TeamCity access token",
            rf"eyJ0eXAiOiAiVENWMiJ9\.{URL}{{30,50}}\.{URL}{{40,60}}",
            "eyJ0eXAiOiAiVENWMiJ9.{alnum:36}.{alnum:48}",
        ),
    ),
    *provider(
        "Jenkins",
        "https://www.jenkins.io/doc/book/system-administration/authenticating-scripted-clients/",
        near("Jenkins API token", "jenkins", hexadecimal(32, 36)),
    ),
    *provider(
        "Prefect",
        "https://app.prefect.cloud/my/api-keys",
        token("Prefect API key", rf"pn[ub]_{ALNUM}{{36}}", "pnu_{alnum:36}"),
    ),
    *provider(
        "Deno",
        "https://app.deno.com/account#access-tokens",
        token("Deno Deploy token", rf"dd[pow]_{ALNUM}{{36}}", "ddp_{alnum:36}"),
    ),
    *provider(
        "Val Town",
        "https://www.val.town/settings/api",
        token("Val Town token", rf"vtwn_{URL}{{32}}", "vtwn_{alnum:32}"),
    ),
    *provider(
        "Ionic",
        "https://dashboard.ionicframework.com/settings/tokens",
        token("Ionic token", rf"ion_{ALNUM}{{42}}", "ion_{alnum:42}"),
    ),
    *provider(
        "Mergify",
        "https://dashboard.mergify.com",
        token(
            "Mergify application key",
            rf"mergify_application_key_{URL}{{60,80}}",
            "mergify_application_key_{alnum:64}",
        ),
    ),
    *provider(
        "CodeRabbit",
        "https://app.coderabbit.ai/settings/api-keys",
        token("CodeRabbit API key", rf"cr-{HEX}{{58}}", "cr-{hex:58}"),
    ),
    *provider(
        "StackHawk",
        "https://app.stackhawk.com/settings/apikeys",
        token(
            "StackHawk API key", rf"hawk\.{URL}{{20}}\.{URL}{{20}}", "hawk.{alnum:20}.{alnum:20}"
        ),
    ),
    *provider(
        "Endor Labs",
        "https://app.endorlabs.com",
        token("Endor Labs credential", rf"endr\+{URL}{{16}}", "endr+{alnum:16}"),
    ),
    *provider(
        "Aikido",
        "https://app.aikido.dev/settings/integrations/api",
        token(
            "Aikido credential",
            rf"AIK_(?:CLIENT_{ALNUM}{{24}}|SECRET_{ALNUM}{{64}}|CI_(?:{ALNUM}{{24}}|{ALNUM}{{64}}))",
            "AIK_SECRET_{alnum:64}",
        ),
    ),
    *provider(
        "Detectify", "https://app.detectify.com", near("Detectify API key", "detectify", alnum(32))
    ),
    *provider(
        "Dependency-Track",
        None,
        token("Dependency-Track API key", rf"odt_{ALNUM}{{32,44}}", "odt_{alnum:32}"),
    ),
    *provider(
        "Postman",
        "https://web.postman.co/settings/me/api-keys",
        token("Postman API key", rf"PMAK-{HEX}{{24}}-{HEX}{{34}}", "PMAK-{hex:24}-{hex:34}"),
        token("Postman collection key", r"PMAT-[0-9A-Z]{26}", "PMAT-01{upper:24}"),
    ),
    *provider(
        "ReadMe",
        "https://dash.readme.com",
        token("ReadMe API key", r"rdme_[a-z0-9]{70}", "rdme_{lower:70}"),
    ),
    *provider(
        "Figma",
        "https://www.figma.com/settings",
        token("Figma token", rf"fig[duor]_{URL}{{40,43}}", "figd_{alnum:40}"),
        token(
            "Figma token in a header",
            rf"figma[^\n]{{0,16}}?(?P<value>[0-9A-Fa-f]{{4}}-{UUID})",
            "X-Figma-Token: <{hex:4}-{uuid}>",
            ignore_case=True,
        ),
    ),
    *provider(
        "LaunchDarkly",
        "https://app.launchdarkly.com/settings/authorization",
        token(
            "LaunchDarkly key",
            rf"(?:api|sdk|mob|rel)-{HEX}{{8}}-{HEX}{{4}}-4{HEX}{{3}}-[89ab]{HEX}{{3}}-{HEX}{{12}}",
            "sdk-{uuid}",
        ),
        near(
            "LaunchDarkly token",
            "launchdarkly launch_darkly ld_sdk ld_api ld_client",
            url_safe(40, None, "="),
            GUID,
            hexadecimal(24),
        ),
    ),
    *provider(
        "ConfigCat",
        "https://app.configcat.com",
        token(
            "ConfigCat SDK key",
            rf"configcat-sdk-1/{URL}{{22}}/{URL}{{22}}",
            "configcat-sdk-1/{alnum:22}/{alnum:22}",
        ),
        near(
            "ConfigCat SDK key of old",
            "configcat",
            Shape(rf"{URL}{{22}}/{URL}{{22}}", "{alnum:22}/{alnum:22}"),
        ),
    ),
    *provider(
        "DevCycle",
        "https://app.devcycle.com",
        token(
            "DevCycle SDK key",
            r"dvc_(?:server|client|mobile)_[a-z0-9_]{24,40}",
            "dvc_server_{lower:32}",
        ),
    ),
    *provider(
        "Optimizely",
        "https://app.optimizely.com",
        near("Optimizely token", "optimizely", url_safe(54, None, ":")),
    ),
    *provider("Split", "https://app.split.io", near("Split API key", "splitio split_io", RANDOM)),
    *provider(
        "BrowserStack",
        "https://www.browserstack.com/accounts/profile",
        near("BrowserStack access key", "browserstack", alnum(20)),
    ),
    *provider(
        "Sauce Labs",
        "https://app.saucelabs.com/user-settings",
        near("Sauce Labs access key", "sauce_access sauce_labs saucelabs sauce", GUID),
    ),
    *provider("Cypress", "https://cloud.cypress.io", near("Cypress record key", "cypress", GUID)),
    *provider("BitBar", "https://cloud.bitbar.com", near("BitBar key", "bitbar", alnum(32))),
    *provider(
        "App Center",
        "https://appcenter.ms/settings/apitokens",
        near("App Center token", "appcenter app_center", hexadecimal(40)),
    ),
    *provider(
        "WakaTime",
        "https://wakatime.com/settings/account",
        token("WakaTime API key", rf"waka_{ALNUM}{{36,40}}|waka_{UUID}", "waka_{uuid}"),
        near("WakaTime API key of old", "wakatime waka_time", GUID),
    ),
    *provider(
        "Lokalise",
        "https://app.lokalise.com/profile",
        near("Lokalise API token", "lokalise", alnum(40)),
    ),
    *provider(
        "Crowdin",
        "https://crowdin.com/settings#api-key",
        near("Crowdin token", "crowdin", alnum(80)),
    ),
    *provider(
        "Contentful",
        "https://app.contentful.com/account/profile/cma_tokens",
        token("Contentful personal token", rf"CFPAT-{URL}{{43}}", "CFPAT-{alnum:43}"),
        near("Contentful delivery token", "contentful", url_safe(43, 44)),
    ),
    *provider(
        "Sidekiq",
        "https://billing.contribsys.com",
        token(
            "Sidekiq Pro credential",
            r"contribsys__com[A-Z_]{0,10}[\"'\s?:=>]{1,8}(?P<value>[0-9a-f]{8}:[0-9a-f]{8})",
            'BUNDLE_GEMS__CONTRIBSYS__COM="<{hex:8}:{hex:8}>"',
            ignore_case=True,
        ),
        token(
            "Sidekiq Pro URL",
            r"(?P<value>[0-9a-f]{8}:[0-9a-f]{8})@(?:gems|enterprise)\.contribsys\.com",
            "https://<{hex:8}:{hex:8}>@gems.contribsys.com",
            ignore_case=True,
        ),
    ),
    *provider(
        "Freemius",
        "https://dashboard.freemius.com",
        token(
            "Freemius secret key",
            r"[\"']secret_key[\"']\s{0,4}=>\s{0,4}[\"'](?P<value>sk_\S{29})[\"']",
            "'secret_key' => '<sk_{alnum:29}>'",
            after="",
        ),
    ),
    *provider(
        "Gitter", "https://developer.gitter.im", near("Gitter token", "gitter", url_safe(40))
    ),
    *provider(
        "Cfx.re",
        "https://portal.cfx.re",
        token(
            "Cfx.re server key",
            rf"cfxk_{ALNUM}{{20,28}}(?:_{ALNUM}{{4,8}})?",
            "cfxk_{alnum:20}_{alnum:6}",
        ),
    ),
    *provider(
        "Authress",
        "https://authress.io",
        token(
            "Authress access key",
            r"(?:sc|ext|scauth|authress)_[A-Za-z0-9]{5,30}\.[A-Za-z0-9]{4,6}\.acc[_-][A-Za-z0-9-]{10,32}\.[A-Za-z0-9+/_=-]{30,120}",
            "sc_{alnum:10}.{lower:4}.acc_{alnum:10}.{alnum:43}",
        ),
    ),
    *provider(
        "Zuplo",
        "https://portal.zuplo.com",
        token("Zuplo API key", rf"zpka_{HEX}{{32}}_{HEX}{{8}}", "zpka_{hex:32}_{hex:8}"),
    ),
    *provider(
        "Unkey",
        "https://app.unkey.com/settings/root-keys",
        token("Unkey root key", rf"unkey_{ALNUM}{{20,40}}", "unkey_{alnum:24}"),
    ),
    *provider(
        "SettleMint",
        "https://console.settlemint.com",
        token("SettleMint token", rf"sm_[aps]at_{ALNUM}{{16,40}}", "sm_pat_{alnum:16}"),
    ),
    *provider(
        "Greptile", "https://app.greptile.com", near("Greptile API key", "greptile", base64(48))
    ),
    *provider("Clerk", "https://dashboard.clerk.com", near("Clerk secret key", "clerk", RANDOM)),
)
