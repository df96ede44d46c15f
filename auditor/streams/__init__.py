"""
Bytes as they pass: reading, inflating, tar. Shared by archives, layers and files in them.
"""
