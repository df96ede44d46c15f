"""
Tests of `auditor.cache`.
"""
