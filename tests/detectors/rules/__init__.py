"""
Tests of `auditor.detectors.rules`.
"""
