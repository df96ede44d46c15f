"""
Tests of `auditor.exporter`.
"""
