"""
Monitoring, analytics and alerts.
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
        "Datadog",
        "https://app.datadoghq.com/organization-settings/api-keys",
        near("Datadog API key", "datadog dd_api dd-api dd_token dd_agent", lower(32)),
        near(
            "Datadog application key", "datadog dd_app dd_application dd_secret dd_token", alnum(40)
        ),
        near("Datadog client token", "datadog dd_client", Shape(rf"pub{HEX}{{32}}", "pub{hex:32}")),
    ),
    *provider(
        "New Relic",
        "https://one.newrelic.com/api-keys",
        token(
            "New Relic key",
            rf"NR(?:AK-{ALNUM}{{27}}|JS-{HEX}{{19}}|II-{URL}{{32}}|IQ-{URL}{{32}}|AA-{HEX}{{27}}|RA-{HEX}{{42}})",
            "NRAK-{upper:27}",
        ),
        token(
            "New Relic licence key",
            rf"(?:{HEX}{{36}}|[a-z]{{2,3}}[0-9]{{2}}xx{HEX}{{30}})NRAL",
            "{hex:36}NRAL",
            "eu01xx{hex:30}NRAL",
            probe="[0-9A-Za-z]{8}NRAL",
        ),
        token("Pixie key", rf"px-(?:api|dep)-{UUID}", "px-api-{uuid}"),
        near(
            "New Relic key near its name",
            "newrelic new_relic nr_license",
            alnum(64),
            hexadecimal(40),
            Shape(rf"{ALNUM}{{4}}-{ALNUM}{{42}}", "{hex:4}-{hex:42}"),
        ),
        near("New Relic licence key of old", "license_key licensekey", hexadecimal(40)),
    ),
    *provider(
        "Grafana",
        "https://grafana.com/orgs",
        token(
            "Grafana service account token",
            rf"glsa_{ALNUM}{{32}}_[0-9a-fA-F]{{8}}",
            "glsa_{alnum:32}_{hex:8}",
            check=checks.crc_hex,
        ),
        token(
            "Grafana Cloud token",
            rf"glc_{BASE64}{{32,400}}={{0,2}}",
            "glc_{alnum:60}",
            check=checks.grafana_key,
        ),
        token(
            "Grafana API key",
            rf"eyJrIjoi{BASE64}{{60,400}}={{0,2}}",
            "eyJrIjoi{alnum:72}",
            check=checks.grafana_key,
        ),
    ),
    *provider(
        "Sentry",
        "https://sentry.io/settings/account/api/auth-tokens/",
        token(
            "Sentry organisation token",
            rf"sntrys_eyJ{BASE64}{{40,400}}={{0,2}}_[A-Za-z0-9+/]{{43}}=?",
            "sntrys_eyJ{alnum:100}_{alnum:43}",
            check=checks.sentry_token,
        ),
        token("Sentry user token", rf"sntryu_{HEX}{{64}}", "sntryu_{hex:64}"),
        token(
            "Sentry DSN",
            rf"https?://{HEX}{{32}}(?::{HEX}{{32}})?@(?:o[0-9]{{1,12}}\.(?:ingest\.(?:[a-z]{{2}}\.)?)?)?sentry\.io/[0-9]{{1,20}}",
            "https://{hex:32}@o{digit:6}.ingest.sentry.io/{digit:7}",
        ),
        near("Sentry token", "sentry", hexadecimal(64)),
    ),
    *provider(
        "Dynatrace",
        "https://docs.dynatrace.com/docs/manage/identity-access-management/access-tokens-and-oauth-clients",
        token(
            "Dynatrace token",
            r"dt0[a-zA-Z][0-9]{2}\.[A-Z0-9a-z]{24}\.[A-Z0-9a-z]{64}",
            "dt0c01.{upper:24}.{upper:64}",
        ),
    ),
    *provider("Splunk", None, near("Splunk token", "splunk", GUID, alnum(22))),
    *provider(
        "Sumo Logic",
        "https://service.sumologic.com",
        near("Sumo Logic key", "sumologic sumo", alnum(64)),
        near("Sumo Logic access id", "sumologic sumo", Shape(rf"su{ALNUM}{{12}}", "su{alnum:12}")),
    ),
    *provider(
        "Honeycomb",
        "https://ui.honeycomb.io/account",
        near("Honeycomb API key", "honeycomb", hexadecimal(32), alnum(21, 23)),
        token("Honeycomb ingest key", r"hc[abix]ik_[0-9a-z]{58}", "hcaik_{lower:58}"),
    ),
    *provider(
        "Logz.io",
        "https://app.logz.io",
        near(
            "Logz.io token",
            "logz logzio",
            Shape(
                r"[0-9a-zA-Z]{8}-[0-9a-zA-Z]{4}-[0-9a-zA-Z]{4}-[0-9a-zA-Z]{4}-[0-9a-zA-Z]{12}",
                "{uuid}",
            ),
            alnum(32),
        ),
    ),
    *provider("Loggly", "https://www.loggly.com", near("Loggly token", "loggly", GUID)),
    *provider("Logdna", None, near("LogDNA key", "logdna mezmo", hexadecimal(32))),
    *provider("Papertrail", None, near("Papertrail token", "papertrail", alnum(20))),
    *provider(
        "PagerDuty",
        "https://app.pagerduty.com",
        near(
            "PagerDuty key", "pagerduty pager_duty pd_key", url_safe(20, None, "+"), hexadecimal(32)
        ),
    ),
    *provider("VictorOps", None, near("VictorOps key", "victorops", GUID)),
    *provider("Rollbar", "https://rollbar.com", near("Rollbar token", "rollbar", hexadecimal(32))),
    *provider(
        "Bugsnag", "https://app.bugsnag.com", near("Bugsnag key", "bugsnag", hexadecimal(32), GUID)
    ),
    *provider(
        "Airbrake",
        "https://airbrake.io",
        near("Airbrake key", "airbrake", alnum(40), hexadecimal(32)),
    ),
    *provider("Raygun", None, near("Raygun key", "raygun", alnum(22, 44))),
    *provider(
        "Rootly",
        "https://rootly.com/account/api-keys",
        token("Rootly API key", rf"rootly_{HEX}{{64}}", "rootly_{hex:64}"),
    ),
    *provider(
        "PostHog",
        "https://us.posthog.com/settings/user-api-keys",
        token("PostHog personal key", rf"phx_{URL}{{41,49}}", "phx_{alnum:48}"),
        token("PostHog project key", rf"phc_{URL}{{41,44}}", "phc_{alnum:43}"),
    ),
    *provider(
        "Segment",
        "https://app.segment.com",
        token("Segment public API token", rf"sgp_{ALNUM}{{64}}", "sgp_{alnum:64}"),
        near(
            "Segment token",
            "segment",
            Shape(rf"{URL}{{43}}\.{URL}{{43}}", "{alnum:43}.{alnum:43}"),
            strict=True,
        ),
    ),
    *provider(
        "Amplitude",
        "https://app.amplitude.com",
        near("Amplitude key", "amplitude", hexadecimal(32)),
    ),
    *provider(
        "Mixpanel", "https://mixpanel.com", near("Mixpanel secret", "mixpanel", hexadecimal(32))
    ),
    *provider("Heap", None, near("Heap key", "heap_api heap_secret", hexadecimal(32))),
    *provider(
        "Fullstory",
        "https://app.fullstory.com",
        token("FullStory API key", rf"na1\.{ALNUM}[A-Za-z0-9+/]{{30,110}}", "na1.{alnum:32}"),
        near("FullStory API key near its name", "fullstory", base64(80, 100)),
    ),
    *provider(
        "UptimeRobot",
        "https://dashboard.uptimerobot.com",
        near(
            "UptimeRobot key",
            "uptimerobot",
            Shape(rf"[um]{ALNUM}{{6,12}}-{ALNUM}{{24}}", "u{digit:7}-{hex:24}"),
        ),
    ),
    *provider(
        "StatusCake", "https://app.statuscake.com", near("StatusCake key", "statuscake", alnum(20))
    ),
    *provider(
        "Better Stack",
        "https://betterstack.com",
        near("Better Stack token", "betterstack better_stack logtail betteruptime", alnum(24)),
    ),
    *provider("SolarWinds", None, near("AppOptics token", "appoptics solarwinds", url_safe(71))),
    *provider(
        "Beamer",
        "https://app.getbeamer.com/settings",
        near("Beamer API token", "beamer", Shape(r"b_[A-Za-z0-9=_-]{44}", "b_{alnum:44}")),
    ),
    *provider(
        "Customer.io",
        "https://fly.customer.io",
        near(
            "Customer.io key",
            "customerio customer_io customer.io tracking_api",
            hexadecimal(20),
            hexadecimal(32),
        ),
    ),
    *provider(
        "Iterable",
        "https://app.iterable.com",
        near("Iterable key", "iterable", hexadecimal(32, 34)),
    ),
    *provider("Pendo", "https://app.pendo.io", near("Pendo key", "pendo", alnum(32, 44))),
    *provider(
        "Delighted", "https://app.delighted.com", near("Delighted key", "delighted", alnum(30, 34))
    ),
    *provider(
        "Branch",
        "https://dashboard.branch.io",
        token("Branch key", rf"key_(?:live|test)_{ALNUM}{{32}}", "key_live_{alnum:32}"),
    ),
    *provider(
        "Keen", None, near("Keen key", "keen_read keen_write keen_master keenio", hexadecimal(64))
    ),
)
