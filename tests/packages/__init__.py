"""
Package databases, and what they prove.
"""
