"""What ``models/catalog.json`` says in sentences, with their places in the message catalogue."""

from __future__ import annotations

from app.language import tr

SENTENCES = {
    one.message: one
    for one in (
        # families
        tr(
            "General questions, mathematics and science in English, on a computer with 12 GB or "
            "more free."
        ),
        tr("Quick answers on small computers, and long texts; knows less than Phi-4."),
        tr("Hard problems that need steps; it thinks at length before it answers."),
        tr("As Phi-4-reasoning, more exact, and with about half as many words again of thinking."),
        tr("Mathematics step by step on small computers."),
        # files
        tr("A little smaller than Q5_K_M, and nearly as good."),
        tr("An older format that some processors compute faster."),
        tr("As good as the full model; for much memory and patience."),
        tr("For computers where Q4 does not fit; makes more mistakes."),
        tr("No loss that anyone notices, a quarter smaller than Q8_0."),
        tr("Only where Q4_K_M does not fit."),
        tr("Slightly smaller than Q4_K_M and slightly less exact."),
        tr("Small; noticeably weaker than Q4."),
        tr("Smaller than Q3_K_M at about the same quality; slower on a CPU."),
        tr("The best of the three-bit files; mistakes become noticeable."),
        tr("The smallest of the four-bit files; slower than Q4_K_S on a CPU."),
        tr("The smallest; only where nothing else fits."),
        tr("The usual choice: little is lost, and it runs on most computers with 16 GB."),
        tr("The usual choice: runs with 4 GB free."),
        tr("Very close to the full model; a good choice with 16 GB free."),
    )
}
"""By their English words, which are what the file has."""
