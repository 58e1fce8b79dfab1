"""Receiving a file: written while it comes, cut off when it is too large, forgotten when it does not come whole."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from django.conf import settings
from django.core.files.uploadhandler import FileUploadHandler, SkipFile, StopUpload
from django.http import HttpRequest
from django.template.defaultfilters import filesizeformat
from django.utils.translation import gettext as _

from sanchuang.core.attachments.storage import Upload
from sanchuang.values import Malformed

FIELD = "file"
FORM = 100 * 2**10  # bytes that the rest of a form with a file may take
View = TypeVar("View", bound=Callable[..., Any])


def takes_file(view: View) -> View:
    """Mark a view whose form brings one file, in the field `file`; every other address takes forms only."""
    view.takes_file = True  # type: ignore[attr-defined]
    return view


class Receiver(FileUploadHandler):
    """Django's handler for the one file of a form; `request.FILES["file"]` is then an `Upload`."""

    def __init__(self, request: HttpRequest) -> None:
        super().__init__(request)
        self.upload: Upload | None = None
        self.too_large = False

    def new_file(self, field_name: str, file_name: str, *args: Any, **kwargs: Any) -> None:
        """Begin with the file; of any other nothing is kept."""
        if field_name != FIELD or self.upload is not None:
            raise SkipFile
        self.upload = Upload(file_name)

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        """Write what came; stop reading, without waiting for the rest, when it is too much."""
        assert self.upload is not None
        if self.upload.size + len(raw_data) > settings.MAX_UPLOAD:
            self.too_large = True
            self.close()
            raise StopUpload(connection_reset=True)
        self.upload.write(raw_data)

    def file_complete(self, file_size: int) -> Upload | None:  # type: ignore[override]
        """The whole file, on the disk."""
        if self.upload is not None:
            self.upload.finish()
        return self.upload

    def upload_interrupted(self) -> None:
        """The form ended before the file did; Django says so too where it ended with a file that was skipped."""
        if self.upload is not None and not self.upload.finished:
            self.close()

    def close(self) -> None:
        """Forget what was not kept."""
        if self.upload is not None:
            self.upload.close()


def receiver_of(request: HttpRequest) -> Receiver | None:
    """What receives the file of `request`; None for an address that takes none."""
    return next((found for found in request.upload_handlers if isinstance(found, Receiver)), None)


def received(request: HttpRequest) -> Upload:
    """The file of a form, whole. Raises `Malformed` where none was chosen, or one that is too large."""
    receiver = receiver_of(request)
    if receiver is not None and receiver.too_large:
        raise too_large()
    upload = request.FILES.get(FIELD)
    if not isinstance(upload, Upload):
        raise Malformed(_("No file is chosen"), _("Choose one, then upload it"))
    return upload


def too_large() -> Malformed:
    """The refusal of a file above `settings.MAX_UPLOAD`."""
    return Malformed(
        _("The file is too large: at most %(most)s") % {"most": filesizeformat(settings.MAX_UPLOAD)},
        _("Make it smaller, such as by a lower resolution of its pictures, or upload it in parts"),
    )
