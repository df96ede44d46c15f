"""
Payment, banking, shops and trade.
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
        "Stripe",
        "https://dashboard.stripe.com/apikeys",
        token(
            "Stripe secret key",
            rf"[sr]k_(?:live|test|prod)_{ALNUM}{{10,99}}",
            "sk_live_{alnum:24}",
            "sk_live_51{alnum:97}",
            "rk_live_{alnum:99}",
            no=("sk_live_key",),
        ),
        token("Stripe webhook secret", r"whsec_[A-Za-z0-9+/]{32,64}={0,2}", "whsec_{alnum:32}"),
        token(
            "Stripe publishable key",
            rf"pk_live_{ALNUM}{{20,99}}",
            "pk_live_{alnum:24}",
            check=checks.public,
        ),
    ),
    *provider(
        "Square",
        "https://developer.squareup.com/apps",
        token(
            "Square access token",
            rf"sq0atp-{URL}{{22,60}}|EAAA[A-Za-z0-9+=_-]{{60}}",
            "sq0atp-{alnum:22}",
            "EAAA{alnum:60}",
        ),
        token("Square OAuth secret", r"sq0csp-[\w\\^\[\]-]{43}", "sq0csp-{alnum:43}"),
        token(
            "Square application id",
            rf"sq0idp-{URL}{{22}}",
            "sq0idp-{alnum:22}",
            check=checks.public,
        ),
    ),
    *provider(
        "PayPal",
        "https://developer.paypal.com/dashboard/applications",
        token(
            "Braintree access token",
            rf"access_token\$(?:production|sandbox)\${ALNUM}{{16}}\${HEX}{{32}}",
            "access_token$production${lower:16}${hex:32}",
        ),
        near("PayPal secret", "paypal", url_safe(60, 90)),
        near("Braintree key", "braintree", hexadecimal(32)),
    ),
    *provider(
        "Shopify",
        "https://partners.shopify.com",
        token("Shopify token", r"shp(?:ss|at|ca|pa)_[0-9a-fA-F]{32}", "shpat_{hex:32}"),
    ),
    *provider(
        "Plaid",
        "https://dashboard.plaid.com/developers/keys",
        token(
            "Plaid access token",
            rf"access-(?:sandbox|development|production)-{UUID}",
            "access-production-{uuid}",
        ),
        near("Plaid key", "plaid", lower(30), lower(24)),
    ),
    *provider(
        "Adyen",
        "https://ca-live.adyen.com",
        token(
            "Adyen API key",
            rf"AQE[a-z]{BASE64}{{60,200}}-{BASE64}{{40,50}}=?-[A-Za-z0-9+/=_-]{{14,24}}",
            "AQEy{alnum:90}-{alnum:43}=-{alnum:16}",
        ),
        near("Adyen HMAC key", "adyen", hexadecimal(64)),
    ),
    *provider(
        "Razorpay",
        "https://dashboard.razorpay.com/app/keys",
        token("Razorpay key", rf"rzp_(?:live|test)_{ALNUM}{{14,24}}", "rzp_live_{alnum:14}"),
    ),
    *provider(
        "Flutterwave",
        "https://app.flutterwave.com/dashboard/settings/apis",
        token(
            "Flutterwave key",
            rf"FLW(?:SECK|PUBK)(?:_TEST|_LIVE)?-{ALNUM}{{32}}-X|FLWSECK(?:_TEST|_LIVE)?-?{ALNUM}{{12}}",
            "FLWSECK_TEST-{hex:32}-X",
        ),
    ),
    *provider(
        "Paystack",
        "https://dashboard.paystack.com/#/settings/developers",
        token("Paystack secret key", rf"sk_(?:live|test)_{LOWER}{{40}}", "sk_live_{hex:40}"),
    ),
    *provider(
        "GoCardless",
        "https://manage.gocardless.com/developers",
        near(
            "GoCardless token",
            "gocardless",
            Shape(r"(?:live|sandbox)_[A-Za-z0-9_=-]{40,42}", "live_{alnum:40}"),
        ),
    ),
    *provider(
        "Lob",
        "https://dashboard.lob.com/settings/api-keys",
        token("Lob API key", rf"(?:live|test)_(?:pub_)?{HEX}{{31,35}}", "live_{hex:35}"),
        near("Lob key", "lob", alnum(40)),
    ),
    *provider(
        "EasyPost",
        "https://www.easypost.com/account/api-keys",
        token("EasyPost API key", rf"EZ[AT]K{ALNUM}{{54}}", "EZAK{alnum:54}"),
    ),
    *provider(
        "Shippo",
        "https://apps.goshippo.com/settings/api",
        token("Shippo API token", r"shippo_(?:live|test)_[0-9a-fA-F]{40}", "shippo_live_{hex:40}"),
    ),
    *provider(
        "Duffel",
        "https://app.duffel.com",
        token(
            "Duffel API token",
            r"duffel_(?:live|test)_[A-Za-z0-9_=-]{42,44}",
            "duffel_live_{alnum:43}",
        ),
    ),
    *provider(
        "Checkout.com",
        "https://dashboard.checkout.com",
        token(
            "Checkout.com secret key",
            rf"sk_(?:test_|sbox_)?{UUID}|sk_(?:sbox_)?[a-z2-7]{{26}}[a-z2-7*#$=]",
            "sk_{uuid}",
        ),
    ),
    *provider(
        "Paddle",
        "https://vendors.paddle.com/authentication-v2",
        token(
            "Paddle API key",
            r"pdl_(?:live|sdbx)_apikey_[a-z0-9]{26}_[A-Za-z0-9]{22}_[A-Za-z0-9]{3}",
            "pdl_live_apikey_{lower:26}_{alnum:22}_{alnum:3}",
            check=checks.sandbox,
        ),
    ),
    *provider(
        "Polar",
        "https://polar.sh/settings",
        token(
            "Polar token",
            rf"polar_(?:at|oat|pat|rt|cs|whs|cst)_{URL}{{32,48}}",
            "polar_oat_{alnum:40}",
        ),
    ),
    *provider(
        "Mercury",
        "https://app.mercury.com/settings/tokens",
        token(
            "Mercury API token",
            r"mercury_production_[a-z]{2,4}_[A-Za-z0-9_]{30,70}",
            "mercury_production_wma_{lower:52}",
        ),
    ),
    *provider(
        "Ramp",
        "https://app.ramp.com",
        token(
            "Ramp credential",
            rf"ramp_(?:id|sec|tok|business_tok)_{ALNUM}{{32,60}}",
            "ramp_sec_{alnum:48}",
        ),
    ),
    *provider(
        "Highnote",
        "https://dashboard.highnote.com",
        token(
            "Highnote or WorkOS key",
            r"[sr]k_(?:live|test)_[A-Za-z0-9+/]{60,120}={0,2}",
            "sk_live_{alnum:75}=",
        ),
    ),
    *provider(
        "Midtrans",
        "https://dashboard.midtrans.com",
        token(
            "Midtrans key",
            rf"(?:SB-)?Mid-(?:server|client)-{URL}{{16,24}}",
            "Mid-server-{alnum:16}",
            check=checks.sandbox,
        ),
    ),
    *provider(
        "Asaas",
        "https://www.asaas.com",
        token(
            "Asaas API key",
            r"\$aact_(?:prod_|hmlg_|YTU5)[A-Za-z0-9:=+/_-]{20,200}",
            "$aact_prod_{alnum:32}",
        ),
    ),
    *provider(
        "Pagar.me",
        "https://dash.pagar.me",
        token("Pagar.me key", rf"[as]k_live_{ALNUM}{{30}}", "ak_live_{alnum:30}"),
    ),
    *provider(
        "Rainforest",
        "https://portal.rainforestpay.com",
        token(
            "Rainforest API key",
            rf"(?:sbx_)?apikey_{HEX}{{64}}",
            "apikey_{hex:64}",
            check=checks.sandbox,
        ),
    ),
    *provider(
        "Proof",
        "https://app.proof.com",
        token("Proof API key", rf"prf_(?:cli_|ct_)?{URL}{{36}}", "prf_{alnum:36}"),
    ),
    *provider(
        "Persona",
        "https://app.withpersona.com",
        token(
            "Persona API key",
            rf"persona_(?:production|sandbox)_{URL}{{24,40}}",
            "persona_production_{alnum:32}",
            check=checks.sandbox,
        ),
    ),
    *provider(
        "Onfido",
        "https://dashboard.onfido.com",
        token(
            "Onfido API token",
            rf"api_(?:live|sandbox)(?:_us|_ca)?\.{URL}{{11}}[._]?{URL}{{20,21}}",
            "api_live.{alnum:11}_{alnum:20}",
        ),
    ),
    *provider(
        "Coinbase",
        "https://portal.cdp.coinbase.com/access/api",
        near("Coinbase key", "coinbase", url_safe(64), alnum(32)),
        token(
            "Coinbase Cloud key name",
            rf"organizations/{UUID}/apiKeys/{UUID}",
            "organizations/{uuid}/apiKeys/{uuid}",
        ),
    ),
    *provider(
        "Binance",
        "https://www.binance.com/en/my/settings/api-management",
        near("Binance API key", "binance", alnum(64)),
    ),
    *provider(
        "Kraken",
        "https://www.kraken.com/u/security/api",
        near("Kraken key", "kraken", Shape(r"[A-Za-z0-9+/_=-]{56,90}", "{alnum:80}")),
    ),
    *provider(
        "KuCoin",
        "https://www.kucoin.com/account/api",
        near("KuCoin key", "kucoin", hexadecimal(24), GUID),
    ),
    *provider("Bittrex", None, near("Bittrex key", "bittrex", alnum(32))),
    *provider(
        "Polymarket",
        "https://polymarket.com",
        near(
            "Polymarket key",
            "poly_key poly_api polymarket poly_secret poly_passphrase poly_private",
            GUID,
            Shape(rf"0x{HEX}{{64}}|0x[0-9a-fA-F]{{64}}", "0x{hex:64}"),
            base64(40, 44),
            Shape(rf"{URL}{{64}}", "{alnum:64}"),
            strict=False,
        ),
    ),
    *provider(
        "Ethereum",
        None,
        near(
            "Ethereum private key",
            "private_key privatekey eth_key wallet_key deployer_key",
            Shape(r"(?:0x)?[0-9a-fA-F]{64}", "0x{hex:64}"),
            strict=False,
        ),
    ),
    *provider(
        "Infura",
        "https://app.infura.io",
        token(
            "Infura key in a URL",
            rf"infura\.io/(?:ws/)?v3/(?P<value>{HEX}{{32}})",
            "https://mainnet.infura.io/v3/<{hex:32}>",
            before="",
        ),
        near("Infura key", "infura", hexadecimal(32)),
    ),
    *provider(
        "Alchemy",
        "https://dashboard.alchemy.com/apps",
        token(
            "Alchemy key in a URL",
            rf"alchemy(?:api\.io|\.com)/(?:nft/)?v[0-9]/(?P<value>{URL}{{32}})",
            "https://eth-mainnet.g.alchemy.com/v2/<{alnum:32}>",
            before="",
        ),
        near("Alchemy key", "alchemy", url_safe(32)),
    ),
    *provider(
        "Etherscan",
        "https://etherscan.io/myapikey",
        near("Etherscan API key", "etherscan bscscan polygonscan", alnum(34)),
    ),
    *provider(
        "Finicity",
        "https://developer.mastercard.com",
        near("Finicity key", "finicity", hexadecimal(32), alnum(20)),
    ),
    *provider(
        "Finnhub", "https://finnhub.io/dashboard", near("Finnhub API key", "finnhub", alnum(20))
    ),
    *provider(
        "Wise",
        "https://wise.com/settings",
        near("Wise token", "transferwise wise_api wise_token", GUID),
    ),
    *provider(
        "eBay",
        "https://developer.ebay.com/my/keys",
        token(
            "eBay certificate id",
            rf"(?:PRD|SBX)-{HEX}{{8}}-{HEX}{{4}}-{HEX}{{4}}-{HEX}{{4}}-{HEX}{{4,8}}|(?:PRD|SBX)-{HEX}{{12}}-{HEX}{{8}}",
            "PRD-{hex:12}-{hex:8}",
            before="A-Za-z0-9-",
            check=checks.sandbox,
        ),
        token(
            "eBay application id",
            rf"{ALNUM}{{3,20}}-{ALNUM}{{3,20}}-(?:PRD|SBX)-{HEX}{{8,9}}-{HEX}{{8}}",
            "MyApp{digit:3}-Shop-PRD-{hex:9}-{hex:8}",
            probe=rf"-(?:PRD|SBX)-{HEX}{{8}}",
            check=checks.sandbox,
        ),
    ),
    *provider(
        "Etsy",
        "https://www.etsy.com/developers/your-apps",
        near(
            "Etsy key",
            "etsy",
            Shape(rf"{ALNUM}{{24}}:{ALNUM}{{10}}", "{lower:24}:{lower:10}"),
            alnum(24),
        ),
    ),
    *provider("Amazon Pay", None, near("Amazon Pay key", "amazon_pay", RANDOM)),
    *provider(
        "FreshBooks", "https://my.freshbooks.com", near("FreshBooks token", "freshbooks", alnum(64))
    ),
    *provider(
        "Xero", "https://developer.xero.com/app/manage", near("Xero secret", "xero", url_safe(48))
    ),
    *provider(
        "QuickBooks",
        "https://developer.intuit.com",
        near("QuickBooks secret", "quickbooks intuit", RANDOM),
    ),
    *provider(
        "Recurly", "https://app.recurly.com", near("Recurly key", "recurly", hexadecimal(32))
    ),
    *provider("Chargebee", "https://app.chargebee.com", near("Chargebee key", "chargebee", RANDOM)),
    *provider(
        "PayMongo", "https://dashboard.paymongo.com", near("PayMongo key", "paymongo", alnum(32))
    ),
    *provider(
        "Fleetbase",
        "https://console.fleetbase.io",
        token("Fleetbase API key", rf"flb_(?:live|test)_{ALNUM}{{20}}", "flb_live_{alnum:20}"),
    ),
    *provider(
        "Flexport",
        "https://core.flexport.com",
        token("Flexport token", rf"shltm_{ALNUM}{{40}}", "shltm_{alnum:40}"),
    ),
    *provider(
        "IEX Cloud",
        None,
        near(
            "IEX Cloud key",
            "iexapis iexcloud iex_",
            Shape(rf"[sp]k_{HEX}{{32}}", "sk_{hex:32}"),
            alnum(35),
        ),
    ),
    *provider(
        "Column",
        "https://dashboard.column.com",
        token(
            "Column API key",
            r"(?:live|test)_[A-Za-z0-9]{27}",
            "live_{alnum:27}",
            check=checks.drawn,
        ),
    ),
    *provider(
        "Samsara",
        "https://cloud.samsara.com",
        token("Samsara API token", rf"samsara_api_{ALNUM}{{30}}", "samsara_api_{alnum:30}"),
    ),
    *provider(
        "Canva",
        "https://www.canva.com/developers",
        token("Canva client secret", rf"cnvca{URL}{{51}}", "cnvca{alnum:51}"),
        near("Canva client id", "canva", Shape(rf"OC-{URL}{{12}}", "OC-{alnum:12}")),
    ),
)
