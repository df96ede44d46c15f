"""
Tests of `auditor.ranking`.
"""
