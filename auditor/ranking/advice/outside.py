"""
What no instruction of this Dockerfile did: the base image, attestations, left-over blobs.
"""

from __future__ import annotations

from auditor.model import Origin
from auditor.ranking.advice.arguments import rewrite
from auditor.ranking.advice.base import Case, Remedy
from auditor.ranking.advice.mounts import is_variable
from auditor.ranking.advice.script import Script


class Inherited:
    """
    The base image has it.
    """

    def remedy(self, case: Case, script: Script) -> Remedy | None:
        """
        See `Cause.remedy`.
        """
        below = _is_below(case, script)
        if case.origin is not Origin.BASE and not below:
            return None
        base = f" {script.base}" if below and script.base else ""
        return Remedy(
            f"It comes from the base image{base}: rebuild that without it, or build on another "
            "base; then build this image again. Audit the base with its own Dockerfile for the "
            "lines."
        )


class Packaged:
    """
    A package brings it.
    """

    def remedy(self, case: Case, script: Script) -> Remedy | None:
        """
        See `Cause.remedy`.
        """
        if case.origin is not Origin.PACKAGE:
            return None
        return Remedy(
            "A package brings it, and anybody who has the package has it: do not rely on it as a "
            "secret, or leave the package out."
        )


def _is_below(case: Case, script: Script) -> bool:
    """
    Whether it lies in layers below all that the Dockerfile made.
    """
    alignment = script.lines.alignment if script.lines else None
    if alignment is None:
        return False
    layers = script.image.layers
    makers = [layers[p.layer].history if p.layer is not None else None for p in case.places]
    return all(maker is not None and maker < alignment.first for maker in makers)


class Attestation:
    """
    The provenance tells it, and nothing else does.
    """

    def remedy(self, case: Case, script: Script) -> Remedy | None:
        """
        See `Cause.remedy`.
        """
        if not case.cause.path.startswith("attestation/"):
            return None
        remedy = Remedy(
            "The build's provenance publishes it: pass it as a secret mount, or build with "
            "--provenance=mode=min (or --provenance=false). Only mode=max tells the build args, of "
            "all stages."
        )
        if case.name and is_variable(case.name):
            rewrite(case, script, remedy, case.name)
        remedy.options.append("--provenance=mode=min")
        return remedy


class Spare:
    """
    A blob that lies in the archive and belongs to no image.
    """

    def remedy(self, case: Case, script: Script) -> Remedy | None:
        """
        See `Cause.remedy`.
        """
        if not case.cause.path.startswith("unreferenced/"):
            return None
        return Remedy(
            "It lies in a blob of the archive that no image uses, and goes wherever the archive "
            "goes: write the archive again (docker save), or copy the image alone "
            "(skopeo copy oci:FOLDER:TAG oci:OTHER:TAG)."
        )
