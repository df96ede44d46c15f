"""
The specification's JSON: index, manifest, config, history, attestation → `Image`.
"""

from auditor.oci.documents import Document, Documents, looks_like_json
from auditor.oci.images import assemble, referenced
from auditor.oci.indexes import must_have_platforms

__all__ = [
    "Document",
    "Documents",
    "assemble",
    "looks_like_json",
    "must_have_platforms",
    "referenced",
]
