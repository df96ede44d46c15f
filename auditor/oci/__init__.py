"""
The specification's JSON: index, manifest, config, history, attestation → `Image`.
"""

from auditor.oci.documents import (
    DOCUMENT_LIMIT,
    DOCUMENTS_LIMIT,
    Document,
    Documents,
    looks_like_json,
)
from auditor.oci.images import assemble, referenced
from auditor.oci.indexes import INDEX_DEPTH, must_have_platforms

__all__ = [
    "DOCUMENTS_LIMIT",
    "DOCUMENT_LIMIT",
    "INDEX_DEPTH",
    "Document",
    "Documents",
    "assemble",
    "looks_like_json",
    "must_have_platforms",
    "referenced",
]
