"""
Python packages that everybody knows. Nothing in an installed package tells a private index from
the public one, but a private package does not bear one of these names.
"""

from __future__ import annotations

_NAMES = """
    aiobotocore aiofiles aiohttp aiosignal alembic amqp annotated-types anthropic anyio apscheduler
    argon2-cffi asgiref asn1crypto astroid asttokens asyncpg attrs authlib aws-sam-cli awscli
    awswrangler azure-common azure-core azure-identity azure-keyvault-secrets azure-mgmt-core
    azure-storage-blob babel backoff bcrypt beautifulsoup4 billiard black bleach blinker bokeh boto
    boto3 botocore brotli build cachetools celery certifi cffi cfn-lint chardet charset-normalizer
    click click-didyoumean click-plugins click-repl cloudpickle colorama coloredlogs contourpy
    coverage croniter cryptography cycler cython dask databricks-sdk datasets debugpy decorator
    deepdiff defusedxml deprecated dill distlib distributed distro django django-cors-headers
    djangorestframework dnspython docker docutils duckdb ecdsa elasticsearch email-validator
    exceptiongroup execnet executing faker fastapi filelock flake8 flask flask-cors flask-login
    flask-sqlalchemy flask-wtf fonttools frozenlist fsspec future gevent gitdb gitpython
    google-api-core google-api-python-client google-auth google-auth-httplib2 google-auth-oauthlib
    google-cloud-bigquery google-cloud-core google-cloud-pubsub google-cloud-secret-manager
    google-cloud-storage google-crc32c google-resumable-media googleapis-common-protos graphql-core
    greenlet grpcio grpcio-status grpcio-tools gunicorn h11 h2 h5py hpack html5lib httpcore
    httplib2 httptools httpx huggingface-hub hvac hyperframe hypothesis idna imageio
    importlib-metadata importlib-resources iniconfig invoke ipykernel ipython isodate isort
    itsdangerous jaraco-classes jaraco-context jedi jeepney jinja2 jiter jmespath joblib jsonpatch
    jsonpath-ng jsonpointer jsonschema jsonschema-specifications jupyter-client jupyter-core
    jupyter-server jupyterlab keras keyring kiwisolver kombu kubernetes langchain langchain-core
    litellm llvmlite loguru lxml mako markdown markdown-it-py markupsafe marshmallow
    matplotlib matplotlib-inline mccabe mdurl mlflow more-itertools moto msal msal-extensions
    msgpack multidict multiprocess mypy mypy-extensions mysql-connector-python mysqlclient nbconvert
    nbformat nest-asyncio networkx nltk notebook numba numpy oauthlib openai openpyxl
    opentelemetry-api opentelemetry-sdk orjson oscrypto packaging paho-mqtt pandas paramiko parso
    passlib pathspec pbr pexpect pillow pip pipenv platformdirs playwright plotly pluggy poetry
    poetry-core polars pooch prometheus-client prompt-toolkit propcache proto-plus protobuf psutil
    psycopg psycopg2 psycopg2-binary ptyprocess pure-eval py4j pyarrow pyasn1 pyasn1-modules
    pycodestyle pycparser pycryptodome pycryptodomex pydantic pydantic-core pydantic-settings
    pyflakes pygments pyjwt pylint pymongo pymysql pynacl pyodbc pyopenssl pyparsing pyproject-hooks
    pyrsistent pyserial pysocks pyspark pytest pytest-asyncio pytest-cov pytest-mock pytest-xdist
    python-dateutil python-dotenv python-jose python-json-logger python-multipart python-slugify
    pytz pywin32 pyyaml pyzmq redis referencing regex requests requests-aws4auth requests-oauthlib
    requests-toolbelt retry rich rpds-py rsa ruamel-yaml ruff s3fs s3transfer safetensors
    scikit-image scikit-learn scipy scrapy seaborn selenium sentry-sdk setuptools shapely
    shellingham simplejson six slack-sdk smmap sniffio snowflake-connector-python
    snowflake-sqlalchemy
    sortedcontainers soupsieve sphinx sqlalchemy sqlparse sse-starlette stack-data starlette
    statsmodels stripe sympy tabulate tenacity tensorboard tensorflow termcolor threadpoolctl
    tiktoken tokenizers toml tomli tomlkit torch torchvision tornado tox tqdm traitlets transformers
    trino trio twilio typer types-requests typing-extensions typing-inspect typing-inspection
    tzdata tzlocal ujson uritemplate urllib3 uv uvicorn uvloop vine virtualenv watchdog watchfiles
    wcwidth webencodings websocket-client websockets werkzeug wheel wrapt wtforms xgboost xlrd
    xlsxwriter xmltodict yarl zipp zope-interface zstandard
"""
KNOWN = frozenset(_NAMES.split())
"""
Names as PyPI folds them: in lower case, with single hyphens.
"""
