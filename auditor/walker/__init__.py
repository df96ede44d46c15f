"""
A layer as files and whiteouts.
"""

from auditor.walker.layer import LayerWalk

__all__ = ["LayerWalk"]
