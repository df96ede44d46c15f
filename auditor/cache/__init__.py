"""
What is known already, so that it is not looked for again: no plaintext, and never more trusted
than the bytes themselves.
"""
