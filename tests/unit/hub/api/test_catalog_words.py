"""What the catalogue of models says in sentences is said in the language in force."""

from __future__ import annotations

from app.hub.api.catalog import load_catalog
from app.hub.api.catalog_words import SENTENCES
from app.system.bundled import bundled


def test_every_sentence_of_the_file_has_a_place_in_the_message_catalogue() -> None:
    families = load_catalog(bundled("models", "catalog.json")).families
    said = {family.good_for for family in families}
    said |= {file.good_for for family in families for file in family.files}
    assert said - {""} == set(SENTENCES)
