"""User-facing errors: what happened, what it means for the user's data, what to do.

A :class:`KnownError` is the world's fault (a full disk, a damaged file) and is shown in calm
words. Anything else that escapes is a bug of ours and goes to the crash log with its traceback.
Errors are types; nobody looks into their text to decide what to do. The sentences are made by
:func:`app.language.tr`, so that they cross processes and are stored as what they are made of.
"""

from __future__ import annotations

from app.domain.network.secrets import without_passwords
from app.language import Sentence, paragraph, tr, trn


class KnownError(Exception):
    """An expected failure, told in three sentences.

    Attributes:
        what: What happened, in plain words, with the names and numbers that matter.
        data: What it means for the user's data.
        action: What to do now.
        detail: Technical text for the log and the "Details" part of a dialog; may be empty.
    """

    default_data: str = tr("Your conversations are safe.")
    default_action: str = tr("Try again.")

    def __init__(
        self, what: str, *, data: str | None = None, action: str | None = None, detail: str = ""
    ) -> None:
        super().__init__(what)
        self.what = what
        self.data = data if data is not None else self.default_data
        self.action = action if action is not None else self.default_action
        self.detail = without_passwords(detail)

    def __str__(self) -> str:
        return self.told

    @property
    def told(self) -> Sentence:
        """All three sentences, which can be stored and told again in another language."""
        return paragraph(self.what, self.data, self.action)

    def __reduce__(self) -> tuple[object, ...]:
        state = {"data": self.data, "action": self.action, "detail": self.detail}
        return (type(self), (self.what,), {**state, "what": self.what})


class BugError(KnownError):
    """A mistake of ours that reached the top, told to the user as calmly as the world's faults.

    Args:
        kind: The type of the exception.
        detail: Its traceback.
    """

    default_data = tr("Nothing you have written is lost.")
    default_action = tr(
        "You can go on. Should something not work from here, quit Phial and start it again. "
        "The details are kept in Phial's log."
    )

    def __init__(self, kind: str, *, detail: str = "") -> None:
        super().__init__(
            tr("Something in Phial itself did not work, and was not finished ({kind}).", kind=kind),
            detail=detail,
        )
        self.kind = kind

    def __reduce__(self) -> tuple[object, ...]:
        return (type(self), (self.kind,), {"detail": self.detail})


class InvalidValueError(KnownError):
    """A setting, option or argument is outside what is allowed."""

    default_data: str = tr("Nothing was changed.")
    default_action: str = tr("Correct the value and try again.")


# --- engine ---------------------------------------------------------------------------------


class EngineError(KnownError):
    """The engine could not do what was asked."""


class ModelFileError(EngineError):
    """A model file is missing, damaged or of a kind this engine does not know."""

    default_action = tr("Choose another model file.")


class ModelMissingError(ModelFileError):
    """There is no file at the place of a model; its drive may come back."""

    default_action = tr("Connect the drive it is on and try again, or choose another model file.")


class SwitchFailedError(EngineError):
    """Another model could not be loaded, and the one before is in use again."""

    default_data = tr("Nothing was lost.")


class ModelNotLoadedError(EngineError):
    """An answer was asked for while no model is loaded."""

    default_action = tr("Load a model first.")


class OutOfMemoryError(EngineError):
    """The model and its context do not fit into memory."""

    default_action = tr("Choose a smaller context or a smaller quantization.")


class PromptTooLongError(EngineError):
    """One message alone is larger than the context window; nothing was evaluated.

    Attributes:
        tokens: Tokens the smallest possible prompt needs.
        limit: Tokens the context window offers to a prompt.
    """

    default_data = tr("Nothing was read; your message is kept.")
    default_action = tr("Shorten it, or choose a larger context in Settings.")

    def __init__(self, tokens: int, limit: int) -> None:
        super().__init__(
            trn(
                "This message needs {n} token, and the context window has room for {limit}.",
                "This message needs {n} tokens, and the context window has room for {limit}.",
                tokens,
                limit=limit,
            )
        )
        self.tokens = tokens
        self.limit = limit

    def __reduce__(self) -> tuple[object, ...]:
        return (type(self), (self.tokens, self.limit))


class ContextFullError(EngineError):
    """The chat no longer fits, and the user asked to be told instead of leaving turns out."""

    default_action = tr("Start a new chat, or let Phial leave out the oldest messages.")


class AnswerFillsContextError(ContextFullError):
    """An answer that is to be continued fills the context window by itself."""

    default_action = tr("Start a new chat, or choose a larger context in Settings.")


class EngineDiedError(EngineError):
    """The engine process ended unexpectedly and could not be brought back."""

    default_data = tr("The answer so far is saved.")
    default_action = tr("Choose Continue, or load a smaller model.")


class EngineBusyError(EngineError):
    """An answer is already being written; the engine does one thing at a time."""

    default_action = tr("Wait for it, or stop it.")


class LoadCancelledError(EngineError):
    """Loading was stopped by the user. Not shown as an error."""

    default_action: str = ""


# --- store ----------------------------------------------------------------------------------


class StoreError(KnownError):
    """The conversation database could not be read or written."""

    default_data = tr("What was saved before is untouched.")


class DictionaryError(KnownError):
    """A spelling dictionary of the system cannot be used."""

    default_data = tr("What you type is not touched by that.")
    default_action = tr("Words of its language are not marked. Install it anew to have marks.")


class NewerDatabaseError(StoreError):
    """The database was written by a newer version; it is left exactly as it is."""

    default_data = tr("Nothing was changed.")
    default_action = tr("Start the newer version of Phial, or choose another data folder.")


class DamagedDatabaseError(StoreError):
    """The database does not pass its integrity check."""

    default_data = tr("The damaged file is kept, and what can be read of it will be recovered.")
    default_action = tr("Start Phial again.")


class ReadOnlyStoreError(StoreError):
    """The data folder or the database cannot be written to."""

    default_action = tr("Make the folder writable and start Phial again.")


class StoreBusyError(StoreError):
    """Another program holds the database's lock, and did not let go in time."""

    default_action = tr("Close other programs that use Phial's data folder and try again.")


class DiskFullError(KnownError):
    """There is no room left on the disk that holds the file being written."""

    default_data = tr("What was saved before is untouched.")
    default_action = tr("Free some space and try again.")


class NotFoundError(KnownError):
    """A conversation, message or file that was asked for does not exist."""

    default_data = tr("Nothing was changed.")
    default_action: str = ""


# --- hub ------------------------------------------------------------------------------------


class HubError(KnownError):
    """A model file could not be found, fetched or verified."""

    default_data: str = tr("Nothing was changed.")


class OfflineError(HubError):
    """The network was asked for while the Offline switch is on."""

    default_data = tr("Nothing was sent.")
    default_action = tr("Turn off Offline in Settings if you want to connect.")


# --- import and export ----------------------------------------------------------------------


class TransferError(KnownError):
    """A file could not be exported or imported."""

    default_data = tr("Nothing was changed.")
    default_action = tr("Check the file and try again.")


# --- documents ------------------------------------------------------------------------------


class DocumentError(KnownError):
    """A document could not be read."""

    default_data = tr("The file was not changed, and nothing of it was kept.")
    default_action: str = tr("Check the file in the program it is from, or choose another one.")


class DocumentLockedError(DocumentError):
    """A document is encrypted."""

    default_action = tr("Save a copy without a password, and add that.")


class DocumentTooLargeError(DocumentError):
    """A document would need more memory, time or room than reading one may take."""

    default_action = tr("Save the part that you need as a file of its own, and add that.")


class DocumentReadCancelledError(DocumentError):
    """Reading was stopped by the user. Not shown as an error."""

    default_action: str = ""
