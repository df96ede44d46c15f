"""
Dockerfiles, read without any engine.
"""
