"""
Tests of `auditor.reports`.
"""
