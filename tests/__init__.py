"""
Tests of the layer auditor.
"""
