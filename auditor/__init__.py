"""
Finds every secret that a built container image gives away.
"""

__version__ = "0.1.0"
