"""
Tests of `auditor.oci`.
"""
