"""
Dockerfiles, read as BuildKit reads them: stages, instructions and the lines where they stand.

Reference: docs of BuildKit's frontend/dockerfile, "Dockerfile reference".
"""

from auditor.dockerfile.instructions import Heredoc, Instruction
from auditor.dockerfile.lines import decode
from auditor.dockerfile.stages import Dockerfile, Stage, parse
from auditor.dockerfile.words import Pieces, Words, expand, fits, pairs, split

__all__ = [
    "Dockerfile",
    "Heredoc",
    "Instruction",
    "Pieces",
    "Stage",
    "Words",
    "decode",
    "expand",
    "fits",
    "pairs",
    "parse",
    "split",
]
