"""
Tests of `auditor.streams`.
"""
