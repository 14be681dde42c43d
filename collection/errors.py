"""Every error the library raises on purpose.

CollectionError                 exit 1: the work failed
├── UsageError                  exit 2: what was typed cannot be meant
│   ├── ConfigError             collection.toml is wrong: names file, line, key and value
│   ├── ProjectError            there is no project here, or it is of another version
│   └── UnknownPluginError      nothing installed has that name: no such generator, encoder, metric or pinner
├── PluginError                 a part that another package adds cannot be used
├── GenerationError             an image could not be made
│   └── OutOfMemoryError        the device cannot hold a batch of that shape
├── WeightsError                model weights are missing, untrained or not the ones they claim to be
├── ImageError                  a picture file cannot be read
├── NotEnoughVotesError         votes do not support what would be claimed of them
├── PublishError                the set cannot be frozen as it stands
├── PinError                    content could not be stored or came back changed
└── ChainError                  the chain refused, or cannot be reached
    └── KeyMissingError         no private key where the configuration says one is

Each carries a message (what is wrong, by name) and a hint (the next command to type, or the edit to make).
They are caught once, in the command line's `main`.
"""


class CollectionError(Exception):
    """Base of all. `message` says what is wrong; `hint`, if any, what to do next."""

    exit_code = 1

    def __init__(self, message: str, hint: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint


class UsageError(CollectionError):
    """What was typed cannot be meant."""

    exit_code = 2


class ConfigError(UsageError):
    """collection.toml is wrong: the message names file, line, key and value."""


class ProjectError(UsageError):
    """There is no project here, or it was written by another version."""


class UnknownPluginError(UsageError):
    """Nothing that is installed has that name: no such generator, encoder, metric or pinner."""


class PluginError(CollectionError):
    """A part that another package adds cannot be used; the message names the package."""


class GenerationError(CollectionError):
    """An image could not be made."""


class OutOfMemoryError(GenerationError):
    """The device cannot hold a batch of that shape. `batch` is how many images it was asked to make together."""

    def __init__(self, message: str, hint: str | None, batch: int) -> None:
        super().__init__(message, hint)
        self.batch = batch


class WeightsError(CollectionError):
    """Model weights are missing, untrained, or not the ones they claim to be."""


class ImageError(CollectionError):
    """A picture file cannot be read."""


class NotEnoughVotesError(CollectionError):
    """The votes do not support what would be claimed of them."""


class PublishError(CollectionError):
    """The set cannot be frozen as it stands."""


class PinError(CollectionError):
    """Content could not be stored, or came back changed."""


class ChainError(CollectionError):
    """The chain refused a call, or cannot be reached."""


class KeyMissingError(ChainError):
    """No private key is where the configuration says one is."""
