"""The model that a person means by a word."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.domain.errors import InvalidValueError, ModelFileError
from app.services.models.model_files import find_model_named, read_model_file
from tests.support.window import write_model


def test_a_name_or_any_part_of_one_is_understood_and_else_the_names_are_told(
    tmp_path: Path,
) -> None:
    listed = [read_model_file(write_model(tmp_path / name)) for name in ("oak.gguf", "oar.gguf")]
    assert find_model_named("OAK", listed) == listed[0]
    assert find_model_named("ar", listed) == listed[1]
    assert find_model_named("demo", listed).demo
    with pytest.raises(InvalidValueError, match="2 models"):
        find_model_named("oa", listed)
    with pytest.raises(ModelFileError, match="“oak"):
        find_model_named("elm", listed)
    with pytest.raises(ModelFileError, match="list: none"):
        find_model_named("elm", [])
