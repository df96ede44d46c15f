"""
Databases, search and storage.
"""

from __future__ import annotations

from auditor.detectors.rules import checks
from auditor.detectors.rules.base import (
    ALNUM,
    GUID,
    HEX,
    RANDOM,
    URL,
    Rule,
    Shape,
    alnum,
    base64,
    lower,
    near,
    provider,
    token,
    url_safe,
)

RULES: tuple[Rule, ...] = (
    *provider(
        "MongoDB",
        "https://cloud.mongodb.com",
        token(
            "MongoDB Atlas service account secret",
            rf"mdb_sa_sk_{URL}{{40}}",
            "mdb_sa_sk_{alnum:40}",
        ),
        token("MongoDB Atlas service account id", rf"mdb_sa_id_{HEX}{{24}}", "mdb_sa_id_{hex:24}"),
        near(
            "MongoDB Atlas private key",
            "atlas_private atlas_api mongodb_atlas mongo_atlas mongodb_private",
            GUID,
        ),
        token(
            "MongoDB connection string",
            r"mongodb(?:\+srv)?://[^\s:/@\"'<>{}$]{1,80}:[^\s/@\"'<>{}$]{3,120}@[A-Za-z0-9._:,-]{3,300}(?:/[^\s\\\"'<>;)]{0,200})?",
            "mongodb+srv://app:{alnum:16}@db.example.com/test",
            after="",
        ),
    ),
    *provider(
        "ClickHouse",
        "https://console.clickhouse.cloud",
        token(
            "ClickHouse Cloud secret",
            rf"4b1d{ALNUM}{{38}}",
            "4b1d{alnum:38}",
        ),
        near("ClickHouse Cloud key id", "clickhouse", alnum(20)),
    ),
    *provider(
        "Databricks",
        "https://accounts.cloud.databricks.com",
        token(
            "Databricks token",
            rf"dapi{HEX}{{32}}(?:-[0-9])?|dose{HEX}{{32}}|dkea{HEX}{{32}}",
            "dapi{hex:32}",
        ),
    ),
    *provider(
        "Snowflake",
        "https://app.snowflake.com",
        near("Snowflake token", "snowflake", url_safe(100, 300, ".")),
    ),
    *provider(
        "DataStax",
        "https://astra.datastax.com",
        token(
            "DataStax Astra token",
            rf"AstraCS:{ALNUM}{{20,40}}(?::[0-9a-f]{{60,70}})?",
            "AstraCS:{alnum:24}:{hex:64}",
        ),
    ),
    *provider(
        "CockroachDB",
        "https://cockroachlabs.cloud",
        token(
            "CockroachDB Cloud key",
            rf"CCDB1_{ALNUM}{{22}}_{ALNUM}{{40}}",
            "CCDB1_{alnum:22}_{alnum:40}",
        ),
    ),
    *provider(
        "Neon",
        "https://console.neon.tech/app/settings/api-keys",
        token("Neon API key", rf"napi_{ALNUM}{{60,70}}", "napi_{lower:64}"),
        token(
            "Neon role password",
            r"://[A-Za-z0-9_.-]{1,60}:(?P<value>(?:npg_)?[A-Za-z0-9]{10,40})@[A-Za-z0-9.-]{1,60}\.neon\.tech",
            "postgresql://app:<{alnum:20}>@ep-x.y.neon.tech/db",
            before="",
        ),
    ),
    *provider(
        "InfluxData",
        "https://cloud2.influxdata.com",
        near("InfluxDB token", "influx", Shape(rf"{URL}{{86}}==", "{alnum:86}==")),
    ),
    *provider(
        "Elastic",
        "https://cloud.elastic.co",
        token(
            "Elastic Cloud key",
            r"essu_[A-Za-z0-9+/_-]{60,120}={0,2}",
            "essu_{checked:60}",
            check=checks.elastic_key,
        ),
        near(
            "Elastic API key",
            "elastic elasticsearch",
            Shape(
                r"[A-Za-z0-9]{20}:[A-Za-z0-9_-]{22}|[A-Za-z0-9+/]{58,60}==", "{alnum:20}:{alnum:22}"
            ),
            strict=True,
        ),
    ),
    *provider(
        "Algolia",
        "https://dashboard.algolia.com/account/api-keys",
        near("Algolia API key", "algolia", lower(32)),
    ),
    *provider("Swiftype", None, near("Swiftype key", "swiftype", url_safe(20))),
    *provider(
        "Couchbase",
        "https://cloud.couchbase.com",
        near("Couchbase key", "couchbase capella", base64(64, 72), RANDOM),
    ),
    *provider(
        "Confluent",
        "https://confluent.cloud/settings/api-keys",
        token("Confluent secret", r"cflt[A-Za-z0-9+/]{60}", "cflt{alnum:60}"),
        near(
            "Confluent key", "confluent kafka", base64(64), Shape(rf"{ALNUM}{{16}}", "{upper:16}")
        ),
    ),
    *provider(
        "Aiven",
        "https://console.aiven.io/profile/tokens",
        near("Aiven token", "aiven aivenv1", base64(300, 380)),
    ),
    *provider(
        "Airtable",
        "https://airtable.com/create/tokens",
        token("Airtable token", rf"pat{ALNUM}{{14}}\.{HEX}{{64}}", "pat{alnum:14}.{hex:64}"),
        token(
            "Airtable OAuth token",
            r"[A-Za-z0-9]{10,24}\.v1\.[A-Za-z0-9_-]{20,60}\.[A-Za-z0-9]{40,80}",
            "{upper:16}.v1.{alnum:24}.{hex:64}",
            probe=r"\.v1\.[A-Za-z0-9_-]{20,60}\.[A-Za-z0-9]{40}",
        ),
        near("Airtable API key of old", "airtable", alnum(17)),
    ),
    *provider(
        "Dropbox",
        "https://www.dropbox.com/developers/apps",
        token("Dropbox token", rf"sl\.(?:u\.)?{URL}{{130,1500}}", "sl.{alnum:137}"),
        near(
            "Dropbox key",
            "dropbox",
            lower(15),
            Shape(rf"{ALNUM}{{11}}AAAAAAAAAA{URL}{{43}}", "{lower:11}AAAAAAAAAA{alnum:43}"),
        ),
    ),
    *provider("Box", "https://app.box.com/developers/console", near("Box token", "box", alnum(32))),
    *provider(
        "Backblaze",
        "https://secure.backblaze.com/app_keys.htm",
        token("Backblaze application key", r"K00[0-9][A-Za-z0-9+/]{27}", "K005{alnum:27}"),
    ),
    *provider("Wasabi", None, near("Wasabi key", "wasabi", base64(40))),
    *provider("Fauna", None, token("Fauna secret", r"fn[AE][A-Za-z0-9_-]{37}", "fnAE{alnum:36}")),
    *provider("Upstash", "https://console.upstash.com", near("Upstash token", "upstash", RANDOM)),
    *provider(
        "Tinybird",
        None,
        token(
            "Tinybird token",
            rf"p\.eyJ{URL}{{40,200}}\.{URL}{{40,60}}",
            "p.eyJ{alnum:80}.{alnum:43}",
        ),
    ),
    *provider("Looker", None, near("Looker credential", "looker", alnum(20), alnum(24))),
    *provider(
        "Tableau",
        None,
        near(
            "Tableau token",
            "tableau",
            Shape(r"[A-Za-z0-9+/]{22}==:[A-Za-z0-9]{32}", "{alnum:22}==:{alnum:32}"),
        ),
    ),
    *provider(
        "dbt",
        "https://cloud.getdbt.com",
        token("dbt Cloud token", rf"dbt[cu]_{URL}{{40,60}}", "dbtc_{alnum:43}"),
    ),
    *provider("Rockset", None, near("Rockset key", "rockset", alnum(64))),
    *provider(
        "Redis",
        None,
        token(
            "Redis password in a connection",
            r"redis[.\w]{0,60}Connection\([^)\n]{0,60}password=(?P<value>[^,)\s'\"]{6,120})",
            # NOTE: joined at run time, else this line and its bytecode were findings themselves.
            "".join(("redis.connection.Connection(db=0,pass", "word=<{alnum:43}=>,host=x)")),
            after="",
        ),
    ),
)
