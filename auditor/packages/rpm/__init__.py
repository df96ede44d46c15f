"""
rpm: the database of Red Hat's, SUSE's and Amazon's systems, in its three forms.
"""

from auditor.packages.rpm.database import Rpm

__all__ = ["Rpm"]
