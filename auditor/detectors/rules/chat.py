"""
Chat, mail, telephone and social networks.
"""

from __future__ import annotations

from auditor.detectors.rules.base import (
    ALNUM,
    BASE64,
    GUID,
    HEX,
    RANDOM,
    URL,
    UUID,
    Rule,
    Shape,
    alnum,
    base64,
    digits,
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
        "Slack",
        "https://api.slack.com/apps",
        token(
            "Slack token",
            r"xox[bposar]-(?:[0-9]{6,14}-){1,4}[A-Za-z0-9]{10,64}|xox[ar]-2-(?:[0-9]{6,14}-){0,4}"
            r"[A-Za-z0-9]{8,64}",
            "xoxb-{digit:12}-{digit:12}-{alnum:24}",
            ignore_case=True,
            after="A-Za-z0-9_-",
        ),
        token(
            "Slack legacy workspace token",
            r"xox[ar]-(?:[0-9]-)?[A-Za-z0-9]{8,48}",
            "xoxa-2-{alnum:24}",
            after="A-Za-z0-9_-",
        ),
        token(
            "Slack configuration token",
            r"xoxe\.xox[bp]-[0-9]-[A-Za-z0-9]{163,170}|xoxe-[0-9]-[A-Za-z0-9]{146,150}"
            r"|xoxe-(?:[0-9]{10,14}-){3}[0-9a-f]{32}",
            "xoxe-1-{alnum:146}",
            ignore_case=True,
        ),
        token(
            "Slack session token",
            r"xoxc-[0-9]{8,14}-[0-9]{8,14}-[0-9]{8,16}-[0-9a-f]{60,70}",
            "xoxc-{digit:11}-{digit:11}-{digit:13}-{hex:64}",
        ),
        token("Slack session cookie", r"xoxd-[A-Za-z0-9%/+_=-]{60,300}", "xoxd-{alnum:120}"),
        token(
            "Slack app token",
            r"xapp-[0-9]{1,5}-[A-Z0-9]{8,14}-[0-9]{8,16}-[0-9a-f]{64}|xapp-[0-9]{8,14}-[A-Za-z0-9/+]{20,40}",
            "xapp-1-{upper:11}-{digit:13}-{hex:64}",
        ),
        token(
            "Slack webhook",
            r"(?:https?://)?hooks\.slack\.com/(?:services|workflows|triggers)/[A-Za-z0-9+/]{20,80}",
            "https://hooks.slack.com/services/T{upper:8}/B{upper:8}/{alnum:24}",
            after="",
        ),
    ),
    *provider(
        "Discord",
        "https://discord.com/developers/applications",
        token(
            "Discord bot token",
            rf"[MNO]{ALNUM}{{23,25}}\.{URL}{{6}}\.{URL}{{27,40}}",
            "MT{alnum:23}.{alnum:6}.{alnum:38}",
            probe=rf"[MNO]{ALNUM}{{23,25}}\.{URL}{{6}}\.",
        ),
        token(
            "Discord webhook",
            rf"https://(?:ptb\.|canary\.)?discord(?:app)?\.com/api/webhooks/[0-9]{{15,22}}(?:/{URL}{{60,75}})?",
            "https://discord.com/api/webhooks/{digit:18}/{alnum:68}",
        ),
        near("Discord secret", "discord", hexadecimal(64), url_safe(32)),
        near("Discord client id", "discord", digits(17, 19), strict=True),
    ),
    *provider(
        "Telegram",
        "https://t.me/BotFather",
        token(
            "Telegram bot token",
            rf"[0-9]{{8,10}}:AA{URL}{{32,34}}",
            "{digit:10}:AA{alnum:33}",
            after="A-Za-z0-9_",
        ),
        near(
            "Telegram bot token near its name",
            "telegram telegr tgram telegraf bot_token",
            Shape(
                rf"[0-9]{{5,16}}:A{URL}{{34}}|[0-9]{{8,10}}:{URL}{{35}}", "{digit:9}:A{alnum:34}"
            ),
        ),
    ),
    *provider(
        "Microsoft Teams",
        None,
        token(
            "Microsoft Teams webhook",
            r"https://(?:outlook\.office\.com|[A-Za-z0-9-]{1,60}\.webhook\.office\.com)/webhookb?2?/[A-Za-z0-9-]{36}@[A-Za-z0-9-]{36}/IncomingWebhook/[A-Za-z0-9]{32}/[A-Za-z0-9-]{36}(?:/[A-Za-z0-9_-]{20,60})?",
            "https://x.webhook.office.com/webhookb2/{uuid}@{uuid}/IncomingWebhook/{hex:32}/{uuid}",
        ),
    ),
    *provider(
        "Mattermost",
        None,
        near("Mattermost token", "mattermost", lower(26)),
        token(
            "Mattermost webhook",
            r"https?://[A-Za-z0-9.:-]{3,80}/hooks/[a-z0-9]{26}",
            "https://chat.example.com/hooks/{lower:26}",
        ),
    ),
    *provider(
        "Zapier",
        "https://zapier.com/app/zaps",
        token(
            "Zapier webhook",
            r"hooks\.zapier\.com/hooks/catch/(?P<value>[A-Za-z0-9]{4,20}(?:/[A-Za-z0-9]{4,20})?)",
            "https://hooks.zapier.com/hooks/catch/<{digit:7}/{lower:7}>",
            before="",
        ),
    ),
    *provider(
        "Tines",
        None,
        token(
            "Tines webhook",
            rf"tines\.com/webhook/{HEX}{{32}}/(?P<value>{HEX}{{32}})",
            "https://x.tines.com/webhook/{hex:32}/<{hex:32}>",
            before="",
        ),
    ),
    *provider(
        "Twilio",
        "https://console.twilio.com",
        token("Twilio API key", rf"(?<![A-Za-z0-9/+])SK{HEX}{{32}}", "SK{hex:32}", before=""),
        near(
            "Twilio auth token",
            "twilio",
            hexadecimal(32),
            Shape(rf"(?:AC|SK){HEX}{{32}}", "AC{hex:32}"),
        ),
    ),
    *provider(
        "Twilio SendGrid",
        "https://app.sendgrid.com/settings/api_keys",
        token(
            "SendGrid API key",
            r"SG\.[A-Za-z0-9=_-]{16,24}\.[A-Za-z0-9=_-]{36,50}|SG\.[A-Za-z0-9=_.-]{66}",
            "SG.{alnum:22}.{alnum:43}",
        ),
    ),
    *provider(
        "Mailgun",
        "https://app.mailgun.com/settings/api_security",
        token("Mailgun API key", rf"key-{HEX}{{32}}", "key-{hex:32}"),
        token(
            "Mailgun signing key",
            rf"{HEX}{{32}}-{HEX}{{8}}-{HEX}{{8}}",
            "{hex:32}-{hex:8}-{hex:8}",
            probe=rf"-{HEX}{{8}}-{HEX}{{8}}",
        ),
        token("Mailgun public key", rf"pubkey-{HEX}{{32}}", "pubkey-{hex:32}"),
        near("Mailgun key", "mailgun", alnum(72), hexadecimal(32)),
    ),
    *provider(
        "Mailchimp",
        "https://us1.admin.mailchimp.com/account/api/",
        token(
            "Mailchimp API key",
            rf"{HEX}{{32}}-us[0-9]{{1,2}}",
            "{hex:32}-us12",
            probe=rf"{HEX}{{16}}-us[0-9]",
        ),
        near(
            "Mandrill API key", "mandrill", url_safe(22), Shape(rf"md-{URL}{{22}}", "md-{alnum:22}")
        ),
    ),
    *provider(
        "Mailjet",
        "https://app.mailjet.com/account/apikeys",
        near("Mailjet key", "mailjet", alnum(32), alnum(88)),
    ),
    *provider(
        "MailerSend",
        "https://app.mailersend.com/api-tokens",
        token("MailerSend API token", rf"mlsn\.{ALNUM}{{48,70}}", "mlsn.{lower:48}"),
    ),
    *provider(
        "Brevo",
        "https://app.brevo.com/settings/keys/api",
        token(
            "Brevo API key",
            rf"xkeysib-{HEX}{{64}}-{ALNUM}{{16}}|xsmtpsib-{HEX}{{64}}-{ALNUM}{{16}}",
            "xkeysib-{hex:64}-{alnum:16}",
        ),
    ),
    *provider(
        "Postmark",
        "https://account.postmarkapp.com/servers",
        near("Postmark token", "postmark", GUID),
    ),
    *provider(
        "Resend",
        "https://resend.com/api-keys",
        token("Resend API key", rf"re_{ALNUM}{{8}}_{ALNUM}{{24}}", "re_{alnum:8}_{alnum:24}"),
    ),
    *provider(
        "SparkPost",
        "https://app.sparkpost.com/account/api-keys",
        near("SparkPost API key", "sparkpost", alnum(40)),
    ),
    *provider(
        "Klaviyo",
        "https://www.klaviyo.com/settings/account/api-keys",
        token("Klaviyo API key", rf"pk_{ALNUM}{{34}}", "pk_{hex:34}"),
    ),
    *provider(
        "MessageBird",
        "https://dashboard.messagebird.com/developers/access",
        near("MessageBird key", "messagebird message_bird", alnum(25), GUID),
    ),
    *provider(
        "Vonage",
        "https://dashboard.nexmo.com/settings",
        near("Vonage secret", "nexmo vonage", RANDOM),
    ),
    *provider(
        "Plivo",
        "https://console.plivo.com",
        near("Plivo credential", "plivo", url_safe(40), alnum(20)),
    ),
    *provider(
        "Telnyx",
        "https://portal.telnyx.com/#/app/api-keys",
        token("Telnyx API key", r"KEY[0-9A-Za-z_-]{55}", "KEY{upper:32}_{alnum:22}"),
    ),
    *provider(
        "Sendbird",
        "https://dashboard.sendbird.com",
        near("Sendbird key", "sendbird", hexadecimal(40), GUID, alnum(24)),
    ),
    *provider(
        "PubNub",
        "https://admin.pubnub.com",
        token(
            "PubNub key",
            rf"(?:pub|sub|sec)-c-[0-9a-zA-Z]{{8}}-(?:[0-9a-zA-Z]{{4}}-){{3}}[0-9a-zA-Z]{{12}}|sec-c-{BASE64}{{48,60}}={{0,2}}",
            "sub-c-{uuid}",
        ),
    ),
    *provider(
        "OneSignal",
        "https://dashboard.onesignal.com",
        token(
            "OneSignal API key",
            r"os_v2_(?:app|org)_[a-z2-7]{100,106}",
            "os_v2_app_{base32l:103}",
            no=("os_v2_app_key",),
        ),
        near("OneSignal key of old", "onesignal", GUID, base64(48)),
    ),
    *provider(
        "Line",
        "https://developers.line.biz/console/",
        near("LINE token", "line_token line_access line_channel line_messaging", base64(171, 172)),
        near("LINE Notify token", "linenotify line_notify", alnum(43)),
    ),
    *provider(
        "Lark",
        "https://open.larksuite.com/app",
        near(
            "Lark token",
            "larksuite lark feishu",
            Shape(rf"[tua]-{URL}{{30,31}}", "t-{alnum:31}"),
            Shape(rf"cli_{ALNUM}{{16}}", "cli_{alnum:16}"),
            alnum(32),
        ),
    ),
    *provider(
        "Facebook",
        "https://developers.facebook.com/apps",
        token(
            "Facebook access token",
            rf"EAA[A-Za-z]{ALNUM}{{40,300}}",
            "EAAM{alnum:180}",
            # Between these it is a piece of something in base64.
            before="A-Za-z0-9+/",
            after="A-Za-z0-9+/",
        ),
        token(
            "Facebook app access token",
            rf"(?P<value>[0-9]{{15,16}}(?:\||%7C){URL}{{27,40}})",
            "{digit:15}|{alnum:27}",
            probe=r"[0-9]{15,16}(?:\||%7C)[0-9A-Za-z_-]{27}",
        ),
        near("Facebook secret", "facebook fb_app fb_api fb_secret fbapi", hexadecimal(32)),
    ),
    *provider(
        "Instagram",
        "https://developers.facebook.com/apps",
        token("Instagram access token", r"IGQ[VW][A-Za-z0-9_-]{80,250}", "IGQVJ{alnum:125}"),
    ),
    *provider(
        "X (Twitter)",
        "https://developer.x.com/en/portal/dashboard",
        token(
            "Twitter bearer token",
            r"AAAAAAAAAAAAAAAAAAAAA[A-Za-z0-9%]{38,120}",
            "AAAAAAAAAAAAAAAAAAAAA{alnum:80}",
            check=lambda value: (Confidence.LIKELY, "the format of a Twitter bearer token"),
        ),
        near(
            "Twitter key",
            "twitter x_api",
            Shape(r"[0-9]{15,25}-[A-Za-z0-9]{20,40}", "{digit:19}-{alnum:40}"),
            alnum(25),
            alnum(42, 50),
            alnum(20, 22),
            strict=True,
        ),
        near(
            "Twitter token with escapes",
            "twitter",
            Shape(r"[A-Za-z0-9]{2,30}%[A-Za-z0-9%]{50,120}", "{alnum:20}%{alnum:60}"),
        ),
    ),
    *provider(
        "LinkedIn",
        "https://www.linkedin.com/developers/apps",
        near("LinkedIn secret", "linkedin", alnum(14), alnum(16)),
        token("LinkedIn access token", r"AQ[UVWX][A-Za-z0-9_-]{150,400}", "AQX{alnum:290}"),
    ),
    *provider(
        "Reddit",
        "https://www.reddit.com/prefs/apps",
        near("Reddit secret", "reddit", url_safe(27, 30)),
    ),
    *provider(
        "Pinterest",
        "https://developers.pinterest.com/apps/",
        token("Pinterest access token", rf"pin[ar]_{URL}{{36,60}}", "pina_{alnum:40}"),
    ),
    *provider("TikTok", "https://developers.tiktok.com", near("TikTok key", "tiktok", RANDOM)),
    *provider(
        "Twitch",
        "https://dev.twitch.tv/console/apps",
        near("Twitch token", "twitch", lower(30)),
        token(
            "Twitch stream key", r"live_[0-9]{6,12}_[A-Za-z0-9]{30,32}", "live_{digit:9}_{alnum:30}"
        ),
    ),
    *provider(
        "Spotify",
        "https://developer.spotify.com/dashboard",
        near("Spotify secret", "spotify", hexadecimal(32), alnum(32)),
        near(
            "Spotify access token", "spotify", Shape(rf"BQ[A-D]{URL}{{80,250}}", "BQD{alnum:110}")
        ),
    ),
    *provider(
        "Intercom",
        "https://app.intercom.com/a/apps/_/developer-hub",
        near("Intercom token", "intercom ic_token", url_safe(60, None, "="), base64(58, 60)),
    ),
    *provider(
        "Zendesk", "https://support.zendesk.com", near("Zendesk token", "zendesk", alnum(40))
    ),
    *provider("Freshdesk", None, near("Freshdesk API key", "freshdesk freshservice", alnum(20))),
    *provider(
        "Help Scout",
        "https://secure.helpscout.net",
        near("Help Scout secret", "helpscout", alnum(32), hexadecimal(40)),
    ),
    *provider("Chatbot", None, near("ChatBot token", "chatbot", url_safe(32), strict=True)),
    *provider(
        "Canadian Digital Service",
        "https://notification.canada.ca",
        token(
            "GC Notify API key",
            rf"(?:ApiKey-v1\s)?gcntfy-[A-Za-z0-9_-]{{1,120}}-{UUID}-?{UUID}",
            "gcntfy-key-{uuid}-{uuid}",
            ignore_case=True,
        ),
    ),
    *provider("Wistia", None, near("Wistia token", "wistia", hexadecimal(64))),
)
