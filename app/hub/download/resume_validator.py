"""Whether the bytes a server sends belong to the bytes that are here already. No I/O."""

from __future__ import annotations

from dataclasses import dataclass

from app.domain.download import (
    ChangedOnServerError,
    InterceptedError,
    RemoteFile,
    ServerAnswerError,
    WrongRangeError,
    WrongSizeError,
)
from app.hub.network.http_response import HttpResponse, RangeRefusedError
from app.language import tr

_SHA256_DIGITS = 64
_MAGIC = b"GGUF"  # ggml/include/gguf.h
_FROM_START = tr("The server cannot continue a download, so it sends the file from its start.")
_CHANGED = tr("The file has changed on the server, so the download began again.")


@dataclass(frozen=True, slots=True)
class Decision:
    """What to do with a reply.

    Attributes:
        accept: Read its bytes; otherwise ask again at once.
        restart: Forget the bytes that are here first.
        notice: One sentence worth telling; empty mostly.
    """

    accept: bool = True
    restart: bool = False
    notice: str = ""


class ResumeValidator:
    """What one pinned file is known by while it is fetched: its SHA-256, its size, its ETag."""

    def __init__(self, file: RemoteFile) -> None:
        self._file = file
        self._guarded = True  # send If-Range
        self._refused = False
        self._ranges = True  # ask for the rest only
        self.etag = ""

    @property
    def if_range(self) -> str:
        """What guards the next range; empty for nothing."""
        return self.etag if self._guarded else ""

    def first_wanted(self, held: int) -> int:
        """The first byte to ask for when ``held`` bytes are here."""
        return held if self._ranges else 0

    def check(self, answer: HttpResponse, start: int, if_range: str, held: int = 0) -> Decision:
        """Judge the head of a reply to a request for the bytes from ``start`` on.

        Args:
            answer: The reply's head.
            start: First byte that was asked for.
            if_range: What guarded that request.
            held: Bytes that are here already.

        Raises:
            ChangedOnServerError, WrongSizeError: It is not the pinned file. That says nothing
                against the bytes that are here: a proxy's page has another size as well.
        """
        linked = answer.linked_etag.lower()
        if len(linked) == _SHA256_DIGITS and self._file.sha256 not in {"", linked}:
            raise ChangedOnServerError(
                tr(
                    "{name} has changed on the server since the download began.",
                    name=self._file.name,
                ),
            )
        if answer.size is not None and answer.size != self._file.size:
            raise WrongSizeError(
                tr(
                    "The server offers {size} bytes for {name}, and its own listing says {listed}.",
                    size=answer.size,
                    name=self._file.name,
                    listed=self._file.size,
                )
            )
        if start and not answer.start:
            return self._whole_file(answer, if_range)
        other = answer.etag != self.etag
        if start and self.etag and answer.etag and other and not self._file.sha256:
            # The server honours ranges and ignored If-Range.
            self.etag = answer.etag
            return Decision(accept=False, restart=True, notice=_CHANGED)
        if not start and other:
            self.etag = answer.etag
            return Decision(restart=not (held and self._file.sha256))
        return Decision()

    def check_beginning(self, sent: bytes | memoryview, size: int | None) -> None:
        """Compare the first bytes of a reply of unknown length with how model files begin.

        A page that is longer than nothing would else be the beginning of the file, and the whole
        of it be fetched behind it before its hash tells.

        Raises:
            InterceptedError: It is no model file.
        """
        begins = bytes(sent[: len(_MAGIC)])
        if size is None and self._file.path.lower().endswith(".gguf") and begins != _MAGIC:
            raise self._page()

    def check_repeated(self, sent: bytes | memoryview, here: bytes) -> None:
        """Compare what is sent once more with the bytes that are here.

        Raises:
            InterceptedError: They differ, so the rest would not belong to them either.
        """
        if bytes(sent) != here:
            raise self._page()

    def _page(self) -> InterceptedError:
        return InterceptedError(
            tr(
                "What came in place of {name} does not begin as the file does: a network's "
                "login page, or a proxy's.",
                name=self._file.name,
            )
        )

    def rule_wrong_range(self, error: WrongRangeError) -> Decision:
        """Judge a 206 with other bytes than the wanted ones: ask for the whole file, once.

        Raises:
            WrongRangeError: It came again.
        """
        if not self._ranges:
            raise error
        self._ranges = False
        return Decision(accept=False, notice=_FROM_START)

    def _whole_file(self, answer: HttpResponse, if_range: str) -> Decision:
        """A range was asked for and the whole file is coming."""
        differs = bool(if_range and answer.etag and answer.etag != if_range)
        if differs and self._file.sha256 and self._guarded:
            # Storage hosts tag the same bytes differently; the hub has just told the same SHA-256
            # for this file, so ask for the range without the tag. The final hash still decides.
            self._guarded = False
            return Decision(accept=False)
        if differs and not self._file.sha256:
            self.etag = answer.etag
            return Decision(restart=True, notice=_CHANGED)
        return Decision(notice=_FROM_START)

    def check_refused(self, error: RangeRefusedError, offset: int) -> Decision:
        """Judge a 416 to a request for the bytes from ``offset`` on.

        Raises:
            WrongSizeError: The file has another size there.
            ServerAnswerError: It makes no sense, or came again.
        """
        if error.size is not None and error.size != self._file.size:
            raise WrongSizeError(
                tr(
                    "The server has {size} bytes of {name}, and its own listing says {listed}.",
                    size=error.size,
                    name=self._file.name,
                    listed=self._file.size,
                )
            ) from error
        if self._refused or not offset:
            raise ServerAnswerError(
                tr("The server refuses to send the rest of the file."), detail=str(error)
            ) from error
        self._refused = True
        return Decision(
            accept=False,
            restart=True,
            notice=tr("The server refused to continue, so the download began again."),
        )

    @staticmethod
    def changed_before_start() -> str:
        """The notice for a part on disk that belongs to another file."""
        return _CHANGED
