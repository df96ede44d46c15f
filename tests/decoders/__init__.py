"""
Tests of `auditor.decoders`.
"""
