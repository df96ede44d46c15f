"""
Tests of `auditor.walker`.
"""
