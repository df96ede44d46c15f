"""
Models, and what is built around them.
"""

from __future__ import annotations

from auditor.detectors.rules import checks
from auditor.detectors.rules.base import (
    ALNUM,
    GUID,
    HEX,
    RANDOM,
    URL,
    UUID,
    Rule,
    Shape,
    alnum,
    hexadecimal,
    lower,
    near,
    provider,
    token,
    url_safe,
)

RULES: tuple[Rule, ...] = (
    *provider(
        "OpenAI",
        "https://platform.openai.com/api-keys",
        token(
            "OpenAI API key",
            rf"sk-(?:[a-z0-9]{{3,20}}-)?{URL}{{10,100}}T3BlbkFJ{URL}{{16,120}}",
            "sk-proj-{alnum:74}T3BlbkFJ{alnum:74}",
            "sk-{alnum:20}T3BlbkFJ{alnum:20}",
        ),
        token("OpenAI realtime secret", rf"ek_{HEX}{{32}}", "ek_{hex:32}"),
        near(
            "OpenAI API key of another form",
            "openai",
            Shape(rf"sk-{URL}{{20,160}}", "sk-{alnum:48}"),
        ),
    ),
    *provider(
        "Anthropic",
        "https://console.anthropic.com/settings/keys",
        token(
            "Anthropic API key",
            rf"sk-ant-(?:api|admin|sid|oat)[0-9]{{2,3}}-{URL}{{93}}(?:AA)?|sk-ant-(?:api|admin)"
            rf"[0-9]{{2}}-{ALNUM}{{40,80}}",
            "sk-ant-api03-{alnum:93}AA",
        ),
    ),
    *provider(
        "Hugging Face",
        "https://huggingface.co/settings/tokens",
        token(
            "Hugging Face token",
            rf"(?:hf_|api_org_){ALNUM}{{34,40}}",
            "hf_{letter:34}",
            check=checks.mixed,
        ),
    ),
    *provider(
        "Replicate",
        "https://replicate.com/account/api-tokens",
        token("Replicate API token", rf"r8_{ALNUM}{{37}}", "r8_{alnum:37}"),
    ),
    *provider(
        "Groq",
        "https://console.groq.com/keys",
        token("Groq API key", rf"gsk_{ALNUM}{{52}}", "gsk_{alnum:52}"),
    ),
    *provider(
        "xAI",
        "https://console.x.ai",
        token(
            "xAI API key", r"xai-token-[A-Za-z0-9_]{80}|xai-[A-Za-z0-9_]{80,84}", "xai-{alnum:80}"
        ),
    ),
    *provider(
        "Perplexity",
        "https://www.perplexity.ai/settings/api",
        token("Perplexity API key", rf"pplx-{ALNUM}{{48,56}}", "pplx-{alnum:48}"),
    ),
    *provider(
        "OpenRouter",
        "https://openrouter.ai/settings/keys",
        token("OpenRouter API key", r"sk-or-v1-[0-9a-z]{48,64}", "sk-or-v1-{hex:64}"),
    ),
    *provider(
        "DeepSeek",
        "https://platform.deepseek.com/api_keys",
        token("DeepSeek API key", rf"sk-{HEX}{{32}}", "sk-{hex:32}"),
    ),
    *provider(
        "Moonshot AI",
        "https://platform.moonshot.ai/console/api-keys",
        near("Moonshot AI API key", "moonshot kimi", Shape(rf"sk-{ALNUM}{{48}}", "sk-{alnum:48}")),
    ),
    *provider(
        "Stability AI",
        "https://platform.stability.ai/account/keys",
        near(
            "Stability AI API key",
            "stabilityai stability_api stability_key stability_token stable_diffusion dreamstudio",
            Shape(rf"sk-{ALNUM}{{48}}", "sk-{alnum:48}"),
        ),
    ),
    *provider(
        "MiniMax",
        "https://platform.minimax.io",
        token("MiniMax API key", rf"sk-api-{URL}{{100,130}}", "sk-api-{alnum:119}"),
    ),
    *provider("Pyx", None, token("Pyx key", rf"sk-pyx-{ALNUM}{{46,64}}", "sk-pyx-{alnum:64}")),
    *provider(
        "ElevenLabs",
        "https://elevenlabs.io/app/settings/api-keys",
        token("ElevenLabs API key", rf"sk_{HEX}{{48}}", "sk_{hex:48}"),
    ),
    *provider(
        "NVIDIA",
        "https://build.nvidia.com/settings/api-keys",
        token("NVIDIA API key", rf"nvapi-{URL}{{56,70}}", "nvapi-{alnum:64}"),
    ),
    *provider(
        "Together AI",
        "https://api.together.ai/settings/api-keys",
        token("Together AI API key", rf"tgp_v1_{URL}{{43}}", "tgp_v1_{alnum:43}"),
    ),
    *provider(
        "Fireworks AI",
        "https://app.fireworks.ai/settings/users/api-keys",
        token("Fireworks AI API key", rf"fw_{ALNUM}{{24}}", "fw_{alnum:24}"),
    ),
    *provider(
        "Friendli",
        "https://friendli.ai",
        token("Friendli token", rf"flp_{ALNUM}{{46}}", "flp_{alnum:46}"),
    ),
    *provider(
        "Cerebras",
        "https://cloud.cerebras.ai",
        token("Cerebras API key", r"csk-[a-z0-9]{48}", "csk-{lower:48}"),
    ),
    *provider(
        "Voyage AI",
        "https://dashboard.voyageai.com",
        token("Voyage AI API key", rf"pa-{URL}{{43}}", "pa-{alnum:43}", before="A-Za-z0-9_-"),
    ),
    *provider(
        "Jina AI",
        "https://jina.ai/api-dashboard",
        token("Jina AI API key", rf"jina_{HEX}{{32}}{URL}{{28}}", "jina_{hex:32}{alnum:28}"),
    ),
    *provider(
        "Tavily",
        "https://app.tavily.com",
        token("Tavily API key", rf"tvly-(?:dev-|prod-)?{URL}{{32}}", "tvly-{alnum:32}"),
    ),
    *provider(
        "Firecrawl",
        "https://www.firecrawl.dev/app/api-keys",
        token("Firecrawl API key", rf"fc-{HEX}{{32}}", "fc-{hex:32}"),
    ),
    *provider(
        "LangSmith",
        "https://smith.langchain.com/settings",
        token(
            "LangSmith API key",
            rf"lsv2_(?:pt|sk)_{HEX}{{32}}_{HEX}{{10}}",
            "lsv2_pt_{hex:32}_{hex:10}",
        ),
        token("LangSmith API key of old", rf"ls__{HEX}{{32}}", "ls__{hex:32}"),
    ),
    *provider(
        "Langfuse",
        "https://cloud.langfuse.com",
        token("Langfuse secret key", rf"sk-lf-{UUID}", "sk-lf-{uuid}"),
    ),
    *provider(
        "Pinecone",
        "https://app.pinecone.io",
        token(
            "Pinecone API key",
            rf"pcsk_{ALNUM}{{4,8}}_{ALNUM}{{60,66}}",
            "pcsk_{alnum:6}_{alnum:63}",
        ),
        near("Pinecone API key of old", "pinecone", GUID),
    ),
    *provider(
        "Weights & Biases",
        "https://wandb.ai/authorize",
        token("Weights & Biases API key", r"wandb_v1_[A-Za-z0-9_]{70,80}", "wandb_v1_{alnum:77}"),
        near("Weights & Biases API key of old", "wandb", hexadecimal(40)),
    ),
    *provider(
        "Cohere",
        "https://dashboard.cohere.com/api-keys",
        near("Cohere API key", "cohere co_api_key", alnum(40)),
    ),
    *provider(
        "Mistral AI",
        "https://console.mistral.ai/api-keys",
        near("Mistral AI API key", "mistral", alnum(32)),
    ),
    *provider("AI21", "https://studio.ai21.com", near("AI21 API key", "ai21", GUID, alnum(32))),
    *provider(
        "AssemblyAI",
        "https://www.assemblyai.com/app/account",
        near("AssemblyAI API key", "assemblyai assembly_ai", lower(32)),
    ),
    *provider(
        "Deepgram",
        "https://console.deepgram.com",
        near("Deepgram API key", "deepgram", hexadecimal(40)),
    ),
    *provider(
        "DeepL",
        "https://www.deepl.com/your-account/keys",
        near("DeepL API key", "deepl", Shape(rf"{UUID}(?::fx)?", "{uuid}:fx")),
    ),
    *provider(
        "Clarifai",
        "https://clarifai.com/settings/security",
        near("Clarifai key", "clarifai", alnum(32)),
    ),
    *provider(
        "Zhipu AI",
        "https://open.bigmodel.cn",
        token(
            "Zhipu AI API key",
            rf"{HEX}{{32}}\.{ALNUM}{{16}}",
            "{hex:32}.{alnum:16}",
            probe=rf"{HEX}{{32}}\.",
        ),
    ),
    *provider(
        "Ollama",
        "https://ollama.com/settings/keys",
        near(
            "Ollama API key", "ollama", Shape(rf"{HEX}{{32}}\.{URL}{{24}}", "{hex:32}.{alnum:24}")
        ),
    ),
    *provider(
        "Baseten",
        "https://app.baseten.co/settings/api_keys",
        near(
            "Baseten API key",
            "baseten",
            Shape(rf"{ALNUM}{{8}}\.{ALNUM}{{32}}", "{alnum:8}.{alnum:32}"),
        ),
    ),
    *provider(
        "Cursor",
        "https://cursor.com/settings",
        token("Cursor API key", rf"key_{HEX}{{64}}", "key_{hex:64}"),
    ),
    *provider(
        "Runway",
        "https://dev.runwayml.com",
        token("Runway API key", rf"key_{HEX}{{128}}", "key_{hex:128}"),
    ),
    *provider(
        "Retell AI",
        "https://dashboard.retellai.com",
        token("Retell AI API key", rf"key_{HEX}{{28}}", "key_{hex:28}"),
    ),
    *provider(
        "RunPod",
        "https://www.runpod.io/console/user/settings",
        token("RunPod API key", r"rpa_[A-Z0-9]{36,42}[A-Za-z0-9]{4,8}", "rpa_{upper:40}{alnum:6}"),
    ),
    *provider(
        "Vast.ai",
        "https://cloud.vast.ai/manage-keys/",
        near("Vast.ai API key", "vast_ai vast_api vastai", hexadecimal(64)),
    ),
    *provider(
        "Scale AI",
        "https://dashboard.scale.com/settings/api-key",
        token("Scale AI API key", rf"(?:live|test)_(?:auth_)?{HEX}{{32}}", "live_{hex:32}"),
    ),
    *provider(
        "Databento",
        "https://databento.com/portal/keys",
        token("Databento API key", rf"db-{ALNUM}{{29}}", "db-{alnum:29}", before="A-Za-z0-9_-"),
    ),
    *provider(
        "Voiceflow",
        "https://creator.voiceflow.com",
        token(
            "Voiceflow API key",
            rf"VF\.(?:DM|WS)\.{HEX}{{24}}\.{ALNUM}{{16}}",
            "VF.DM.{hex:24}.{alnum:16}",
        ),
    ),
    *provider(
        "Devin",
        "https://app.devin.ai/settings",
        token("Devin API key", r"(?:apk|cog)_(?:user_)?[A-Za-z0-9_=-]{50,160}", "cog_{lower:52}"),
    ),
    *provider("Kling AI", "https://app.klingai.com", near("Kling AI key", "kling", alnum(32))),
    *provider(
        "Azure OpenAI",
        "https://portal.azure.com",
        near("Azure OpenAI key", "azure_openai azureopenai", hexadecimal(32)),
    ),
    *provider(
        "Private AI",
        "https://portal.private-ai.com",
        near("Private AI token", "privateai private_ai", lower(32)),
    ),
    *provider(
        "Upstage",
        "https://console.upstage.ai",
        near("Upstage API key", "upstage", Shape(rf"(?:up_)?{ALNUM}{{29,40}}", "up_{alnum:29}")),
    ),
    *provider(
        "LightOn",
        "https://paradigm.lighton.ai",
        near("LightOn API key", "lighton paradigm", url_safe(48)),
    ),
    *provider(
        "Exa", "https://dashboard.exa.ai/api-keys", near("Exa API key", "exa_api exa_key", GUID)
    ),
    *provider(
        "Brave Search",
        "https://api-dashboard.search.brave.com",
        token("Brave Search API key", rf"BSA{URL}{{24,28}}", "BSA{alnum:28}"),
    ),
    *provider(
        "Kagi",
        "https://kagi.com/settings",
        near("Kagi API key", "kagi", Shape(rf"{URL}{{11}}\.{URL}{{43}}", "{alnum:11}.{alnum:43}")),
    ),
    *provider(
        "Coze",
        "https://www.coze.com/open/oauth/pats",
        token("Coze token", rf"pat_{ALNUM}{{64}}", "pat_{alnum:64}"),
    ),
    *provider(
        "Instantly", "https://app.instantly.ai", near("Instantly API key", "instantly", RANDOM)
    ),
)
