"""Settings, declared once: type, default, bounds, label and help.

The settings page, the stored file and the command line are derived from these declarations, so a
new setting is one new field here.
"""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from enum import StrEnum

from app.domain.appearance import choices
from app.domain.appearance.choices import (
    AccentChoice,
    CodeTheme,
    Density,
    LineWidth,
    ThemeChoice,
)
from app.domain.generation import RANGES, OverflowPolicy, Sampling
from app.domain.model import KvType
from app.domain.network.serving import DEFAULT_PORT
from app.domain.options import Option, Section, SettingSpec, check, option, specs_of
from app.language import tr


class LanguageChoice(StrEnum):
    """What people are spoken to in; a name of :data:`app.language.spoken.LANGUAGES`, or none."""

    SYSTEM = "system"
    ENGLISH = "en"
    GERMAN = "de"


class LoadWhen(StrEnum):
    """When the chosen model is loaded."""

    START = "start"  # with the window
    FIRST_USE = "first_use"  # with the first message


class ReadAheadWhen(StrEnum):
    """When the model reads before it is asked."""

    OFF = "off"
    PLUGGED_IN = "plugged_in"
    ALWAYS = "always"  # but for a battery that is nearly empty


_ADVISED = tr("what suits the model")
_USUAL = Sampling()
_G, _M, _A, _P = Section.GENERATION, Section.MODEL, Section.APPEARANCE, Section.PRIVACY
_GENERAL, _STORAGE = Section.GENERAL, Section.STORAGE


@dataclass(frozen=True, slots=True)
class Settings:
    """Every setting with its default. Values are checked on construction.

    Raises:
        InvalidValueError: A value is outside its declared bounds.
    """

    system_prompt: str = option(
        "",
        Option(
            _G,
            tr("System prompt"),
            tr("Given to the model before each new chat. Empty is fine."),
            multiline=True,
            flag="--system",
        ),
    )
    replace_model_prompt: bool = option(
        False,
        Option(
            _G,
            tr("In place of the model's own prompt"),
            tr(
                "Some models, Phi-4-reasoning among them, bring a system prompt of their own. "
                "Off: yours follows it."
            ),
            flag="--replace-model-prompt",
        ),
    )
    temperature: float | None = option(
        None,
        Option(
            _G,
            tr("Temperature"),
            tr("0 always takes the likeliest token; higher varies more."),
            *RANGES["temperature"],
            0.05,
            none_label=_ADVISED,
            first=_USUAL.temperature,
            flag="--temperature",
            slider=(0, 2),
        ),
    )
    top_k: int | None = option(
        None,
        Option(
            _G,
            tr("Top-k"),
            tr("Draw from the k likeliest tokens. 0 is off."),
            *RANGES["top_k"],
            none_label=_ADVISED,
            first=_USUAL.top_k,
            flag="--top-k",
            slider=(0, 100),
        ),
    )
    top_p: float | None = option(
        None,
        Option(
            _G,
            tr("Top-p"),
            tr("Draw from the likeliest tokens that hold this probability together."),
            *RANGES["top_p"],
            0.01,
            none_label=_ADVISED,
            first=_USUAL.top_p,
            flag="--top-p",
            slider=(0.05, 1),
        ),
    )
    min_p: float | None = option(
        None,
        Option(
            _G,
            tr("Min-p"),
            tr("Drop tokens below this share of the likeliest one's probability."),
            *RANGES["min_p"],
            0.01,
            none_label=_ADVISED,
            first=_USUAL.min_p,
            flag="--min-p",
            slider=(0, 0.5),
        ),
    )
    repeat_penalty: float | None = option(
        None,
        Option(
            _G,
            tr("Repeat penalty"),
            tr("1 is off; 1.1 is mild."),
            *RANGES["repeat_penalty"],
            0.05,
            none_label=_ADVISED,
            first=_USUAL.repeat_penalty,
            flag="--repeat-penalty",
            slider=(1, 1.5),
        ),
    )
    max_tokens: int | None = option(
        None,
        Option(
            _G,
            tr("Longest answer"),
            tr("An answer that reaches it can be continued."),
            1,
            131_072,
            16,
            tr("tokens"),
            tr("what the context leaves"),
            first=1_024,
            flag="--max-tokens",
            slider=(256, 32_768),
        ),
    )
    seed: int | None = option(
        None,
        Option(
            _G,
            tr("Seed"),
            tr("The same seed repeats the same answer."),
            *RANGES["seed"],
            none_label=tr("new each time"),
            first=0,
            flag="--seed",
        ),
    )
    overflow: OverflowPolicy = option(
        OverflowPolicy.LEAVE_OUT,
        Option(
            _G,
            tr("When a chat outgrows the context"),
            tr("What the model no longer sees is always marked."),
            choices={
                OverflowPolicy.LEAVE_OUT: tr("Leave out the oldest messages and mark them"),
                OverflowPolicy.SUMMARISE: tr("Let the model summarise the oldest messages"),
                OverflowPolicy.REFUSE: tr("Stop and tell me"),
            },
        ),
    )
    model_path: str = option("", Option(None, tr("Model file")))
    endpoint_model: str = option("", Option(None, tr("Model at an endpoint, for new chats")))
    context_size: int | None = option(
        None,
        Option(
            _M,
            tr("Context size"),
            tr("How much text the model reads at once. More takes more memory."),
            256,
            131_072,
            512,
            tr("tokens"),
            tr("what fits this computer"),
            first=16_384,  # Phi-4's own window
            flag="--ctx",
            slider=(2_048, 131_072),
        ),
    )
    threads: int | None = option(
        None,
        Option(
            _M,
            tr("CPU threads"),
            tr("More than the physical cores is seldom faster."),
            1,
            256,
            none_label=tr("physical cores"),
            first=4,
            flag="--threads",
            slider=(1, 32),
        ),
    )
    gpu_layers: int | None = option(
        None,
        Option(
            _M,
            tr("GPU layers"),
            tr("Layers computed on the graphics card. 0 uses the CPU only."),
            0,
            1_000,
            none_label=tr("what fits"),
            first=0,
            flag="--gpu-layers",
            slider=(0, 64),
        ),
    )
    kv_type: KvType | None = option(
        None,
        Option(
            _M,
            tr("KV cache"),
            tr("f16 is exact; q8_0 takes about half the memory."),
            none_label=tr("f16, smaller only if needed"),
            choices={KvType.F16: tr("f16 (exact)"), KvType.Q8_0: tr("q8_0 (smaller)")},
            flag="--kv-type",
        ),
    )
    load_when: LoadWhen = option(
        LoadWhen.START,
        Option(
            _M,
            tr("Load the model"),
            choices={
                LoadWhen.START: tr("When Phial starts"),
                LoadWhen.FIRST_USE: tr("With the first message"),
            },
        ),
    )
    read_ahead: ReadAheadWhen = option(
        ReadAheadWhen.PLUGGED_IN,
        Option(
            _M,
            tr("Read ahead"),
            tr(
                "The model reads a chat, and what you type in it, before you send it, so that the "
                "answer begins sooner. What you delete again is forgotten."
            ),
            choices={
                ReadAheadWhen.OFF: tr("Off"),
                ReadAheadWhen.PLUGGED_IN: tr("When plugged in"),
                ReadAheadWhen.ALWAYS: tr("Always"),
            },
        ),
    )
    kv_snapshots: bool = option(
        True,
        Option(
            _STORAGE,
            tr("Remember what was read"),
            tr("Keeps the model's state of each chat on disk, so that going back to it is quick."),
        ),
    )
    kv_snapshot_gb: float = option(
        8.0,
        Option(
            _STORAGE,
            tr("Disk space for that"),
            tr("The oldest goes first."),
            0.1,
            1_000,
            0.5,
            "GB",
            slider=(0.5, 64),
        ),
    )
    copy_documents: bool = option(
        False,
        Option(
            _STORAGE,
            tr("Copy documents"),
            tr(
                "A document that you attach or add is copied into Phial's folder, so that its "
                "pages are shown when the original is gone. Off: it is read where it is."
            ),
        ),
    )
    lookup_drafting: bool = option(
        True,
        Option(
            _M,
            tr("Lookup drafting"),
            tr("Faster where an answer repeats its question; the words stay the model's own."),
            flag="--lookup-drafting",
        ),
    )
    language: LanguageChoice = option(
        LanguageChoice.SYSTEM,
        Option(
            _GENERAL,
            tr("Language"),
            tr("Of the window and the terminal, from the next start."),
            choices={
                LanguageChoice.SYSTEM: tr("As the system"),
                LanguageChoice.ENGLISH: "English",  # not shown: as it is called by who speaks it
                LanguageChoice.GERMAN: "Deutsch",  # not shown
            },
        ),
    )
    theme: ThemeChoice = option(ThemeChoice.SYSTEM, choices.THEME)
    accent: AccentChoice = option(AccentChoice.THEME, choices.ACCENT)
    zoom: int = option(100, Option(_A, tr("Text size"), "", 50, 300, 10, "%", slider=(50, 300)))
    density: Density = option(Density.COMFORTABLE, choices.DENSITY)
    line_width: LineWidth = option(LineWidth.MEDIUM, choices.LINE_WIDTH)
    text_font: str = option("", choices.TEXT_FONT)
    code_font: str = option("", choices.CODE_FONT)
    code_theme: CodeTheme = option(CodeTheme.CALM, choices.CODE_THEME)
    enter_sends: bool = option(True, choices.ENTER_SENDS)
    notify: bool = option(
        True,
        Option(
            _GENERAL,
            tr("Tell when a long answer is ready"),
            tr("By a notification of the desktop, while you look at something else."),
        ),
    )
    spelling: bool = option(True, choices.SPELLING)
    tray: bool = option(False, choices.TRAY)
    keep_in_tray: bool = option(False, choices.KEEP_IN_TRAY)
    check_sums: bool = option(True, choices.CHECK_SUMS)
    tick_sums: bool = option(False, choices.TICK_SUMS)
    wrap_code: bool = option(
        False, Option(_A, tr("Wrap long lines of code"), tr("Off: code scrolls sideways."))
    )
    offline: bool = option(
        False,
        Option(
            _P,
            tr("Offline"),
            tr(
                "Refuses every connection, also those you ask for. Phial connects only to find and "
                "download models, to ask models at endpoints, and to check for updates."
            ),
        ),
    )
    download_limit_mb: float | None = option(
        None,
        Option(
            _P, tr("Download speed limit"), "", 0.1, 10_000, 1, "MB/s", tr("no limit"), first=10
        ),
    )
    serving: bool = option(
        False,
        Option(
            Section.SERVING,
            tr("Serve the model to other programs of this computer"),
            tr(
                "Editors and tools that speak OpenAI's protocol may then ask it; no other computer"
                " can. Nothing of what they ask is kept, and your own chats go first."
            ),
        ),
    )
    serving_port: int = option(
        DEFAULT_PORT,
        Option(
            Section.SERVING,
            tr("Port"),
            tr("Part of the address that other programs need."),
            1_024,
            65_535,
            grouped=False,
        ),
    )
    serving_origins: str = option(
        "",
        Option(
            Section.SERVING,
            tr("Web pages that may ask"),
            tr(
                "None, as long as this is empty. A page is named by its origin, such as "
                "https://example.org; several are kept apart by blanks."
            ),
        ),
    )
    shortcuts: str = option("", Option(None, tr("Shortcuts")))
    welcomed: bool = option(False, Option(None, tr("First start is over")))
    sidebar_visible: bool = option(True, Option(None, tr("Sidebar is shown")))
    window_geometry: str = option("", Option(None, tr("Window geometry")))
    last_conversation: str = option("", Option(None, tr("Conversation shown last")))

    def __post_init__(self) -> None:
        for spec in SPECS.values():
            value = check(spec, getattr(self, spec.name))
            object.__setattr__(self, spec.name, value)

    def sampling(self, advised: Sampling | None = None) -> Sampling:
        """What the user set, and for the rest what the model's makers advise.

        Args:
            advised: Their advice; None where there is none.
        """
        own = {name: getattr(self, name) for name in SAMPLED}
        chosen = {name: value for name, value in own.items() if value is not None}
        return replace(advised or Sampling(), **chosen)


SPECS: dict[str, SettingSpec] = specs_of(Settings)
SAMPLED = tuple(field.name for field in fields(Sampling) if field.name in SPECS)
"""Settings that say how tokens are drawn."""
SHOWN = {name: spec for name, spec in SPECS.items() if spec.option.section is not None}
"""Settings for people, in the dialog and the terminal; the others are what the window remembers."""


def settings_to_dict(settings: Settings) -> dict[str, object]:
    """The stored form: plain JSON values."""
    return {
        name: str(value) if isinstance(value, StrEnum) else value
        for name in SPECS
        for value in (getattr(settings, name),)
    }
