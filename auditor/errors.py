"""
What can stop an audit. Each error says what happened and what to do.

    AuditError
    ├── UsageError            exit 2: the command was wrong
    ├── ImageNotFound         exit 3: nothing of that name
    ├── EngineUnavailable     exit 3: no engine answers, or it lets us not in
    ├── ExportFailed          exit 3: the engine has the image and cannot write it
    ├── RegistryUnavailable   exit 3: a registry does not answer, or not now
    ├── RegistryDenied        exit 3: a registry does not let us read
    ├── NotAnImage            exit 3: something else than an image
    └── Unreadable            exit 3: a file that cannot be opened

What goes wrong after the audit began is a `Gap` in the report, not an error.
"""


class AuditError(Exception):
    """
    An image could not be audited at all.
    """

    exit_code = 3

    def __init__(self, message: str, hint: str) -> None:
        super().__init__(message)
        self.message = message
        """
        One line: what happened.
        """
        self.hint = hint
        """
        One line: what to do about it.
        """


class UsageError(AuditError):
    """
    The command line asks for something that cannot be.
    """

    exit_code = 2


class ImageNotFound(AuditError):
    """
    No image of that name where it was looked for.
    """


class EngineUnavailable(AuditError):
    """
    No container engine answered, or it refused us.
    """


class ExportFailed(AuditError):
    """
    The engine knows the image and failed to export it.
    """


class RegistryUnavailable(AuditError):
    """
    A registry is not there, cannot be trusted, or answers nothing of use.
    """


class RegistryDenied(AuditError):
    """
    A registry wants a login, or another one.
    """


class NotAnImage(AuditError):
    """
    What the reference names is no container image.
    """


class Unreadable(AuditError):
    """
    A file or folder that could not be opened.
    """
