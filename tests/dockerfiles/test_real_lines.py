"""
A Dockerfile with everything that makes its lines hard to tell, built by real engines: each secret
is told at the line of its instruction, or at none.
"""

from __future__ import annotations

import random
import re
from pathlib import Path

import pytest

from tests.command import audit
from tests.engines import Docker
from tests.fakes import checksummed

HARD = r"""

# escape=` is no directive here: a line stands before it
ARG BASE=base:local
ARG UNUSED="FROM nowhere"
from ${BASE} as Tools
RUN echo same
RUN mkdir -p /out && \
# a comment within a step, and then nothing at all

    # another
    echo "TOKEN=@0@" > /out/.env && \
    echo FROM not-a-stage \
    && echo 'RUN not an instruction'
RUN echo same
FROM tools AS middle
ENV FIRST=1 \
    API_TOKEN=@1@ \
  # between
    LAST="a \
b"
FROM ${BASE:-nothing}
SHELL ["/bin/sh", "-e", "-c"]
	WORKDIR /srv
WORKDIR app
COPY --from=TOOLS /out /from-name
COPY --from=0 /out /from-number
ARG TARGET=/conf
COPY one.env $TARGET/
ADD ["two.env", "/json/"]
ENV OLD_TOKEN @2@
ENV OLD_TOKEN=@3@ B=2
LABEL org.example.token="@4@" \
      "org.example.text"="ENV OLD_TOKEN=@5@"
RUN echo same
RUN ["sh", "-c", "echo TOKEN=@6@ > /exec.env"]
RUN echo same && \
    echo "TOKEN=@7@" > same.env
RUN echo same
ONBUILD RUN echo "FROM inside"
EXPOSE 80
HEALTHCHECK --interval=9s CMD echo @8@
CMD ["serve", "--token=@9@"]
"""
ESCAPED = """# escape=`
# syntax is no directive behind a comment
FROM base:local
ENV A=1 `
    API_TOKEN=@1@
RUN echo C:\\ && `
    echo "TOKEN=@2@" > /a.env
RUN ["sh", "-c", "echo TOKEN=@4@ > /b.env"]
CMD ["sh"]
LABEL token=@3@
"""
TRIGGERED = """FROM base:local AS below
ONBUILD RUN echo "TOKEN=@1@" > /trigger.env
ENV API_TOKEN=@2@
ONBUILD ENV OTHER_TOKEN=@3@
FROM below
RUN echo "TOKEN=@4@" > /a.env
FROM below AS between
RUN echo same
FROM between
COPY one.env /
"""
FILES = {"one.env": "TOKEN=@one@\n", "two.env": "TOKEN=@two@\n"}
INDIRECT = {"@0@": ["COPY --from=TOOLS", "COPY --from=0"], "@one@": ["COPY one"], "@two@": ["ADD"]}


def lines_of(text: str, mark: str) -> set[int]:
    """
    The lines at which an instruction begins that puts a mark into the image.
    """
    lines = text.split("\n")
    if mark in INDIRECT:
        starts = INDIRECT[mark]
        return {n for n, line in enumerate(lines, 1) if line.startswith(tuple(starts))}
    at = next(n for n, line in enumerate(lines) if mark in line)
    while not re.match(r"(?:RUN|ENV|LABEL|HEALTHCHECK|CMD|ONBUILD)\b", lines[at]):
        at -= 1
    return {at + 1}


@pytest.mark.engine
@pytest.mark.parametrize("end", ["\n", "\r\n"])
@pytest.mark.parametrize("builder", ["classic", "buildkit"])
@pytest.mark.parametrize("text", [HARD, ESCAPED, TRIGGERED], ids=["hard", "escaped", "triggered"])
def test_every_secret_has_its_line(
    text: str, builder: str, end: str, docker: Docker, tmp_path: Path
) -> None:
    """
    Whatever stands around it: continuations, comments, stages, variables, other instructions' text.
    """
    source = random.Random(text)
    marks = sorted(set(re.findall(r"@\w+@", text + "".join(FILES.values()))))
    tokens = {mark: checksummed("ghp_", source) for mark in marks}

    def filled(template: str) -> str:
        return re.sub(r"@\w+@", lambda match: tokens[match[0]], template)

    (tmp_path / "Dockerfile").write_text(filled(text).replace("\n", end), newline="")
    for name, content in FILES.items():
        (tmp_path / name).write_text(filled(content))
    tag = f"lines-{builder}:{len(text)}{len(end)}"
    kit = "1" if builder == "buildkit" else "0"
    docker("build", "--network=none", "--tag", tag, tmp_path, DOCKER_BUILDKIT=kit)
    given = ("--dockerfile", tmp_path / "Dockerfile")
    env = {"DOCKER_HOST": docker.host}
    ran = audit("-f", "json", "--all", "--show-secrets", *given, tag, env=env)
    assert ran.image["ledger"]["gaps"] == []
    of = {token: mark for mark, token in tokens.items()}
    told: dict[str, set[int]] = {}
    for leak in ran.image["leaks"]:
        for place in leak["places"]:
            if leak["secret"] in of and not place["path"].startswith("legacy/"):
                line = place["dockerfile_line"]
                assert line is not None, place
                told.setdefault(of[leak["secret"]], set()).add(line)
    # What only another stage holds is not in the image.
    expected = {
        mark: lines_of(text, mark) for mark in marks if not (text == HARD and mark == "@1@")
    }
    if text != HARD:
        copied = {"@one@"} if text == TRIGGERED else set()
        expected = {m: lines for m, lines in expected.items() if m in text or m in copied}
        expected = {m: lines for m, lines in expected.items() if (text, m) != (TRIGGERED, "@4@")}
    assert told == expected
