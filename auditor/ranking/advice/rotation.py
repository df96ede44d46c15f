"""
Where each kind of secret is replaced: the page of its provider.
"""

from __future__ import annotations

from collections.abc import Mapping

_PAGES = {
    "AWS Access Key": "https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_access-keys.html",
    "Artifactory Credentials": "https://jfrog.com/help/r/jfrog-platform-administration-documentation/access-tokens",
    "Azure Storage Account access key": "https://learn.microsoft.com/azure/storage/common/storage-account-keys-manage",
    "Cloudant Credentials": "https://cloud.ibm.com/docs/Cloudant",
    "Discord Bot Token": "https://discord.com/developers/applications",
    "GitHub Token": "https://github.com/settings/tokens",
    "GitLab Token": "https://docs.gitlab.com/user/profile/personal_access_tokens/",
    "IBM COS HMAC Credentials": "https://cloud.ibm.com/docs/cloud-object-storage",
    "IBM Cloud IAM Key": "https://cloud.ibm.com/iam/apikeys",
    "Mailchimp Access Key": "https://mailchimp.com/help/about-api-keys/",
    "NPM tokens": "https://docs.npmjs.com/revoking-access-tokens",
    "OpenAI Token": "https://platform.openai.com/api-keys",
    "SendGrid API Key": "https://app.sendgrid.com/settings/api_keys",
    "Slack Token": "https://api.slack.com/apps",
    "SoftLayer Credentials": "https://cloud.ibm.com/iam/apikeys",
    "Square OAuth Secret": "https://developer.squareup.com/apps",
    "Stripe Access Key": "https://dashboard.stripe.com/apikeys",
    "Telegram Bot Token": "https://core.telegram.org/bots/features#botfather",
    "Twilio API Key": "https://console.twilio.com/us1/account/keys-credentials/api-keys",
}  # fmt: skip
"""
By the detector's name, those of detect-secrets included. A kind without a provider has no page.
"""


def page(detector: str, known: Mapping[str, str] | None = None) -> str | None:
    """
    The page for what a detector finds. `known` holds those that rules bring along; they win.
    """
    return (known or {}).get(detector) or _PAGES.get(detector)
