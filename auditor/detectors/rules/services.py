"""
Everything else that gives out keys. Where a provider publishes no format, or hardly anybody uses
it, a random-looking value under its name is enough: see `_named`.
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
    digits,
    hexadecimal,
    lower,
    near,
    provider,
    token,
    url_safe,
)

_NAMED = """
abstractapi abuseipdb accuweather activecampaign adafruit adobe advicehealth aeroworkflow agora
airship airvisual akamai aletheia alienvault allsports alphavantage amadeus ambee anypoint anyrun
apifonica apify apigee apilayer apimatic apimetrics apitemplate apollo appcues appfollow appointedd
appoptics appsynergy apptivo arrow_api asana ataccama atera audd authy autodesk autoklose autopilot
autopilothq avaza aviationstack aweber axonaut aylien ayrshare bandwidth_ bannerbear baremetrics
baseapi beebole besnappy besttime billomat bitcoinaverage bitfinex bitmex blablabus blackduck
blazemeter blitapp blocknative blogger bombbomb boomi boostnote borgbase brandfetch browshot
bscscan buddyns budibase bugherd bulbul bulksms bunny bunnycdn buttercms caflou calendarific
calendly calorieninja campaignmonitor campayn canny_ cannyio capsulecrm captaindata carbon_black
carboninterface cashboard caspio censys centralstationcrm cexio chargify chartmogul chatfuel checio
checklyhq checkmarket checkmarx checkvist cicero clay clearbit clickatell clickhelp clicksend
clickup clickup_ clientary clinchpad clockify clockwork closecrm cloudconvert cloudelements
cloudimage cloudinary cloudmersive cloudplan cloudsight cloudways cloverly cloze clustdoc coda_
codemagic codequiry coinapi coingecko coinlayer coinlib coinmarketcap collect2 commercejs
commodities companyhub constantcontact conversiontools convertapi convertkit convier copper_
copyscape coreweave cortex_ countrylayer courier craftmypdf crisp crossbrowsertesting crowdstrike
cryptocompare customerguru d7network dailyco dandelion dareboost data.gov databox datagov debounce
deepai demio deputy_ deviantart diffbot diggernaut disqus ditto_ django_secret dnscheck dnsimple
dnsmadeeasy docparser documo docusign dovico dreamhost drift_ drip_api dronahq duply dynalist
dyspatch eagleeyenetworks easyinsight ecostruxureit edamam edenai eightxeight elasticemail enablex
endorlabs enigma enterprise_token envoy envoyapi eraser ethplorer eventbrite everhour exchangerate
exchangerates expensify extractorapi facepp factset fastforex fastly feedier fetchrss fibery fileio
finage financialmodelingprep findl fixer_ fixerio flatio flickr flightapi flightlabs flightstats
float_api flowflu form_io formbucket formcraft formio formsite fossa foursquare freshsales
front_api fulcrum fusebill fxmarket gainsight gandi geckoboard gengo geoapify geocode geocodify
geocodio geoipifi getemail getgeoapi getgist getresponse getsandbox glassnode godaddy goodday
google_maps gorgias graphcms graphhopper greynoise groovehq grovers gtmetrix guardian guru_api
gyazo happyscribe harbor hasura haveibeenpwned hellosign helpcrunch here_api hereapi hibp hive_api
hiveage holidayapi holistic host.io html2pdf hubapi hubspot humanity hunter_api hunterio hybiscus
hybridanalysis hypertrack iconfinder iexapis ifttt imagekit imagga impala imperva infobip insightly
instabot instamojo integromat interseller intezer intrinio invoiceocean ip2location ipapi
ipgeolocation ipifi ipinfo ipinfodb ipquality ipqualityscore ipstack jdbc_password joesandbox
jotform jupiterone juro kaleyra kanban karmacrm keepa_api keycdn keygen kickbox klingai klipfolio
knapsackpro kong kontent kustomer kylas lacework lambda_labs languagelayer lastfm leadfeeder
lemlist lemonsqueezy lendflow lessannoyingcrm lexigram linemessaging linkpreview liveagent livechat
livestorm loadmill locationiq loginradius lokalise loyverse lunchmoney luno madkudu magicbell
magnetic mailboxlayer mailerlite mailmodo mailsac make_api manifest_api mapquest marketo
marketstack mashape mattermost mavenlink maxio maxmind mediastack meistertask mend_api meraki
merchantpro mesibo messari metaapi metabase metrilo microsoftteams mindmeister miro_ misp mite_api
mixmax mockaroo moderation monday_ monkeylearn moonclerk moosend moralis mparticle mrticktock
mulesoft mux_token myfreshworks myintervals n8n namecheap namesilo nasdaq nasdaqdatalink netcore
nethunt newsapi newscatcher nexmo nexus_ nftport nicereply nightfall nimble nitro noticeable notion
nozbe numverify nutritionix nylas nyt_api nytimes oanda olark omnisend onedesk onelogin onepagecrm
onfleet oopspam opencagedata opendatasoft openphish openuv openweather openweathermap optidash
orca_ otx_ overloop owlbot pabbly packagecloud paladin pandadoc pandascore paperform paperspace
paralleldots pardot parsehub parsers parseur partnerstack passbase pastebin paydirtapp paymoapp
pdflayer pdfshift peopledatalabs pepipost persona phishtank pinata pipedream pipedrive
pivotaltracker pixabay plandoc planviewleankit planyo podio pollsapi poloniex polygon_ polyswarm
porkbun positionstack postageapp postbacks postcodes powrbot privacy_ prodpad prospectcrm
prospectio protocols protocolsio proxycrawl purestake pushbullet pusher_ pushover pyowm qase
qualaroo qualys quay quayio qubole quickmetrics rapid7 rapidapi raven_ rawg razorpay reachmail
reallysimplesystems rebrandly refiner rentman repairshopr replyio requestfinance restpack revamp
revampcrm revenuecat ringcentral ritekit rocketreach ronin route4me rownd rumble runscope sageone
salesblink salescookie salesflare salesloft salesmate satismeter saucelabs scrapeowl scraperapi
scraperbox scraperowl scrapersite scrapestack scrapfly scrapingant scrapingbee screenshotapi
screenshotlayer scrutinizer securitytrails selectpdf semaphore sendinblue sendpulse sentiment
serphouse serpstack sheety sherpadesk shipday shodan shortcut shortio shotstack shutterstock
signable signalwire signaturit signupgenius signzy sigopt simfin simplesat simplynoted simvoly
sinch sketchup skrapp skybiometry slackwebhook smartsheets smartystreets smooch smtp2go snipcart
snykkey sonar_api sonarcloud sonatype spamhaus sparkpost speechtext spoonacular sportradar
sportsmonk squarespace ssllabs sslmate stackpath statuspal stitchdata stockdata stoplight storecove
stormboard stormglass storyblok storychief strava streak_ stripo stytch sugar_ sugester supernotes
survey_monkey surveyanyplace surveybot surveysparrow survicate swaggerhub swell_ sysdig tableau
tallyfy tatum tatumio tawk taxjar teamgate teamviewer teamwork teamworkcrm teamworkdesk
teamworkspaces technicalanalysisapi tefter telegram telesign teletype tenable textmagic thehive
theoddsapi thinkific thousandeyes ticketmaster tickettailor tiingo timecamp timezoneapi
tineswebhook tly_ tmetric todoist toggl togglapi tokeet tomorrowio tomtom totango tradier
travelpayouts triage_ tru tru_id twelvedata twist tyk tyntec typeform typetalk ubidots uclassify
unifyid unpacme unplu unplugg unsplash upcdatabase uplead uploadcare upwave urlhaus urlscan
userflow userstack vatlayer vbout veracode verifier verimail veriphone versioneye viewneo
virustotal visualcrossing voicegain voodoosms vouchery vpnapi vultr vyte walkscore weatherbit
weatherstack web3 web3storage webex webflow webscraper webscraping wepay whitesource whoxy wiz_api
woocommerce wootric workato worksnaps workstack worldcoinindex worldweather wpengine wrike yandex
yelp youneedabudget yousign youtube zapier zenkit zenrows zenscrape zenserp zeplin zerobounce
zipapi zipbook zipbooks zipcodeapi zipcodebase zoho zonka zonkafeedback zoom_ zulip
"""
"""
Names of providers as they stand in names of variables.
"""


def _named(word: str) -> Rule:
    name = word.strip("_").replace("_", " ")
    return near(f"Key of {name}", word, RANDOM, strict=True, of=name)


RULES: tuple[Rule, ...] = (
    *provider(
        "Adafruit IO",
        "https://io.adafruit.com",
        token("Adafruit IO key", rf"aio_{ALNUM}{{28}}", "aio_{alnum:28}"),
        near("Adafruit key", "adafruit", url_safe(32)),
    ),
    *provider(
        "Adobe",
        "https://developer.adobe.com/console",
        token("Adobe client secret", rf"p8e-{URL}{{32}}", "p8e-{alnum:32}"),
        near("Adobe key", "adobe", hexadecimal(32)),
    ),
    *provider(
        "Apify",
        "https://console.apify.com/settings/integrations",
        token("Apify API token", rf"apify_api_{ALNUM}{{36}}", "apify_api_{alnum:36}"),
    ),
    *provider(
        "Asana",
        "https://app.asana.com/0/my-apps",
        near(
            "Asana secret",
            "asana",
            Shape(
                rf"[0-9]/(?:[0-9]{{10,20}}(?:/[0-9]{{10,20}})?:)?{ALNUM}{{32}}",
                "1/{digit:16}:{hex:32}",
            ),
            lower(32, 36),
            digits(16),
        ),
    ),
    *provider(
        "Blynk",
        "https://blynk.cloud",
        token(
            "Blynk token",
            rf"blynk\.cloud/[^\s\"']{{0,60}}token=(?P<value>{URL}{{32}})",
            "https://blynk.cloud/external/api/get?token=<{alnum:32}>",
        ),
        token(
            "Blynk OAuth credential",
            rf"oa2-client-id_{URL}{{32}}(?::{URL}{{40}})?",
            "oa2-client-id_{alnum:32}",
        ),
        near("Blynk token near its name", "blynk", url_safe(40)),
    ),
    *provider(
        "Bitly", "https://app.bitly.com/settings/api/", near("Bitly token", "bitly", alnum(40))
    ),
    *provider(
        "ClickUp",
        "https://app.clickup.com/settings/apps",
        token("ClickUp token", r"pk_[0-9]{8,9}_[A-Z0-9]{32}", "pk_{digit:8}_{upper:32}"),
    ),
    *provider(
        "Close",
        "https://app.close.com/settings/developer/api-keys",
        token(
            "Close API key", r"api_[A-Za-z0-9]{22}\.[A-Za-z0-9]{22}", "api_{alnum:22}.{alnum:22}"
        ),
        near(
            "Close API key of old",
            "closecrm close_api",
            Shape(rf"api_{ALNUM}{{45}}", "api_{alnum:45}"),
        ),
    ),
    *provider(
        "Cloudinary",
        "https://console.cloudinary.com/settings/api-keys",
        token(
            "Cloudinary URL",
            rf"cloudinary://[0-9]{{12,18}}:{URL}{{24,36}}@[A-Za-z0-9_-]{{2,60}}",
            "cloudinary://{digit:15}:{alnum:27}@demo",
        ),
        near("Cloudinary key", "cloudinary", digits(15), url_safe(27, 32)),
    ),
    *provider(
        "Courier",
        "https://app.courier.com",
        token("Courier key", r"pk_(?:prod|test)_[A-Z0-9]{28}", "pk_prod_{upper:28}"),
    ),
    *provider(
        "Data.gov",
        "https://api.data.gov/signup/",
        near("Data.gov key", "data.gov datagov api.nasa.gov", alnum(40)),
    ),
    *provider(
        "Disqus", "https://disqus.com/api/applications/", near("Disqus key", "disqus", alnum(64))
    ),
    *provider(
        "Flickr", "https://www.flickr.com/services/apps", near("Flickr key", "flickr", alnum(32))
    ),
    *provider(
        "Frame.io",
        "https://developer.frame.io",
        token("Frame.io token", r"fio-u-[A-Za-z0-9=_-]{64}", "fio-u-{alnum:64}"),
    ),
    *provider(
        "Front", "https://app.frontapp.com", near("Front token", "front", TOKEN_JWT, strict=True)
    ),
    *provider(
        "Gumroad",
        "https://app.gumroad.com/settings/advanced",
        near("Gumroad token", "gumroad", alnum(64), url_safe(43)),
    ),
    *provider(
        "HubSpot",
        "https://app.hubspot.com",
        token("HubSpot private app token", rf"pat-(?:na|eu|ap)[0-9]-{UUID}", "pat-na1-{uuid}"),
        near("HubSpot key", "hubspot hubapi", GUID),
    ),
    *provider(
        "ImageKit",
        "https://imagekit.io/dashboard/developer/api-keys",
        near(
            "ImageKit key",
            "imagekit",
            Shape(rf"private_{ALNUM}{{10,40}}={{0,2}}", "private_{alnum:27}"),
        ),
    ),
    *provider(
        "Intra 42",
        "https://profile.intra.42.fr/oauth/applications",
        token("42 credential", rf"[su]-s4t2(?:ud|af)-{HEX}{{64}}", "s-s4t2ud-{hex:64}"),
    ),
    *provider(
        "Lichess",
        "https://lichess.org/account/oauth/token",
        token("Lichess token", rf"lip_{ALNUM}{{20,40}}", "lip_{alnum:32}"),
    ),
    *provider(
        "Linear",
        "https://linear.app/settings/api",
        token("Linear API key", rf"lin_(?:api|oauth)_{ALNUM}{{40,64}}", "lin_api_{alnum:40}"),
        near("Linear secret", "linear", hexadecimal(32)),
    ),
    *provider(
        "Mapbox",
        "https://account.mapbox.com/access-tokens/",
        token(
            "Mapbox secret token",
            rf"[st]k\.eyJ1I[A-Za-z0-9_-]{{30,300}}\.{URL}{{20,24}}",
            "sk.eyJ1I{alnum:60}.{alnum:22}",
        ),
        near(
            "Mapbox token",
            "mapbox",
            Shape(rf"pk\.{URL}{{50,300}}\.{URL}{{20,24}}", "pk.eyJ1I{alnum:60}.{alnum:22}"),
        ),
        token(
            "Mapbox public token",
            rf"pk\.eyJ1I[A-Za-z0-9_-]{{30,300}}\.{URL}{{20,24}}",
            "pk.eyJ1I{alnum:60}.{alnum:22}",
            check=checks.public,
        ),
    ),
    *provider(
        "MaxMind",
        "https://www.maxmind.com/en/accounts/current/license-key",
        token(
            "MaxMind licence key",
            rf"{ALNUM}{{6}}_{ALNUM}{{29}}_mmk",
            "{alnum:6}_{alnum:29}_mmk",
            probe=rf"{ALNUM}{{4}}_mmk",
        ),
    ),
    *provider("Monday.com", "https://monday.com", near("Monday.com token", "monday", TOKEN_JWT)),
    *provider(
        "Nylas",
        "https://dashboard-v3.nylas.com",
        token("Nylas API key", rf"nyk_(?:v0_)?{ALNUM}{{64,70}}", "nyk_{alnum:67}"),
        near("Nylas key", "nylas", alnum(30)),
    ),
    *provider(
        "Notion",
        "https://www.notion.so/my-integrations",
        token(
            "Notion token",
            rf"ntn_[0-9]{{11}}{ALNUM}{{35}}|nrt_{URL}{{40,60}}|secret_{ALNUM}{{43}}|secret_{ALNUM}{{47}}",
            "ntn_{digit:11}{alnum:35}",
        ),
    ),
    *provider(
        "New York Times",
        "https://developer.nytimes.com/my-apps",
        near("New York Times key", "nytimes nyt_api newyorktimes new_york_times", alnum(32)),
    ),
    *provider(
        "Particle",
        "https://console.particle.io",
        token(
            "Particle token",
            rf"particle\.io[^\n]{{0,80}}?Bearer (?P<value>{HEX}{{40}})",
            "api.particle.io/v1/devices -H 'Authorization: Bearer <{hex:40}>'",
        ),
        near(
            "Particle token near its name",
            "particle_token particle_access particle.io",
            hexadecimal(40),
        ),
    ),
    *provider("Pulsedive", None, near("Pulsedive key", "pulsedive", hexadecimal(64))),
    *provider(
        "RapidAPI",
        "https://rapidapi.com/developer/apps",
        near("RapidAPI key", "rapidapi x-rapidapi-key", url_safe(50)),
    ),
    *provider(
        "Redirect.pizza",
        "https://redirect.pizza",
        token("Redirect.pizza token", r"rpa_[a-z0-9]{30}", "rpa_{lower:30}"),
    ),
    *provider(
        "Riot Games",
        "https://developer.riotgames.com",
        token(
            "Riot Games key",
            r"RGAPI-[0-9a-zA-Z]{8}-[0-9a-zA-Z]{4}-[0-9a-zA-Z]{4}-[0-9a-zA-Z]{4}-[0-9a-zA-Z]{12}",
            "RGAPI-{uuid}",
        ),
    ),
    *provider(
        "Scrapfly",
        "https://scrapfly.io/dashboard",
        token("Scrapfly key", rf"scp-(?:live|test)-{HEX}{{32}}", "scp-live-{hex:32}"),
    ),
    *provider(
        "Squarespace",
        "https://account.squarespace.com",
        near("Squarespace token", "squarespace", GUID),
    ),
    *provider(
        "SSLMate",
        "https://sslmate.com/account/api_credentials",
        near("SSLMate API key", "sslmate", alnum(36)),
    ),
    *provider(
        "ThingsBoard",
        None,
        token(
            "ThingsBoard device token",
            rf"/api/v1/(?P<value>{ALNUM}{{20}})/(?:telemetry|attributes|rpc)",
            "https://things.example.com/api/v1/<{alnum:20}>/telemetry",
            check=checks.has_digit,
            before="",
            after="A-Za-z0-9_-",
        ),
        near(
            "ThingsBoard token",
            "thingsboard provisiondevicekey provisiondevicesecret provision_device",
            alnum(20),
        ),
    ),
    *provider(
        "Typeform",
        "https://admin.typeform.com/user/tokens",
        token("Typeform token", r"tfp_[A-Za-z0-9=_.-]{40,60}", "tfp_{alnum:59}"),
    ),
    *provider(
        "Teamwork",
        None,
        token("Teamwork token", rf"tkn\.v1_{BASE64}{{71,73}}={{0,2}}", "tkn.v1_{alnum:72}"),
    ),
    *provider(
        "Ubidots",
        "https://industrial.ubidots.com",
        token("Ubidots token", rf"BBFF-{ALNUM}{{30}}", "BBFF-{alnum:30}"),
    ),
    *provider(
        "Workato",
        "https://app.workato.com",
        token(
            "Workato token",
            r"wrka(?:eu|jp|sg|au|il|trial)?-eyJ[A-Za-z0-9_-]{10,400}\.[A-Za-z0-9_-]{10,1000}\.[A-Za-z0-9_-]{10,800}",
            "wrka-eyJ{alnum:30}.{alnum:80}.{alnum:200}",
        ),
    ),
    *provider(
        "Zoho",
        "https://api-console.zoho.com",
        token("Zoho token", rf"1000\.{ALNUM}{{32}}\.{ALNUM}{{32}}", "1000.{hex:32}.{hex:32}"),
    ),
    *provider(
        "Smartsheet",
        "https://app.smartsheet.com",
        near("Smartsheet token", "smartsheet", alnum(37)),
    ),
    *provider(
        "Webflow",
        "https://webflow.com/dashboard/account",
        near("Webflow token", "webflow", hexadecimal(64)),
    ),
    *provider(
        "Zendesk Sell", None, near("Zendesk Sell token", "zendesk_sell basecrm", hexadecimal(64))
    ),
    *provider(
        "Shortcut",
        "https://app.shortcut.com/settings/account/api-tokens",
        near("Shortcut token", "shortcut clubhouse", GUID),
    ),
    *provider("Square weather", None, near("OpenWeather key", "openweather pyowm", alnum(32))),
    *provider(
        "Foursquare",
        "https://foursquare.com/developers/apps",
        near("Foursquare key", "foursquare", alnum(48)),
    ),
    *provider(
        "Yelp",
        "https://www.yelp.com/developers/v3/manage_app",
        near("Yelp key", "yelp", url_safe(128)),
    ),
    *provider(
        "Gitalk",
        None,
        token(
            "Gitalk secret",
            rf"Gitalk\([^\n]{{0,160}}?clientSecret: '(?P<value>{HEX}{{40}})",
            "new Gitalk({ clientID: 'x', clientSecret: '<{hex:40}>' })",
        ),
    ),
    *provider(
        "Nightfall",
        "https://app.nightfall.ai",
        token("Nightfall API key", rf"NF-{ALNUM}{{32}}", "NF-{alnum:32}"),
    ),
    *provider("Leadfeeder", None, near("Leadfeeder key", "leadfeeder", alnum(43))),
)


def named(exact: tuple[Rule, ...]) -> tuple[Rule, ...]:
    """
    A rule for each provider of whose keys no rule of `exact` knows the format.
    """
    known = {word.replace("_", "").strip(".") for rule in exact for word in rule.words}
    known |= {rule.provider.lower().replace(" ", "").split(".")[0] for rule in exact}
    return tuple(
        _named(word.lower())
        for word in _NAMED.split()
        if word.replace("_", "").split(".")[0].lower() not in known
    )
