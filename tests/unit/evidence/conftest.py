"""A file of claims of a test's own."""

import pytest
import yaml


@pytest.fixture
def write(tmp_path):
    """Returns a function that writes a file of claims."""

    def write_claims(records):
        path = tmp_path / "claims.yml"
        path.write_text(
            yaml.safe_dump(records, allow_unicode=True), encoding="utf-8"
        )
        return path

    return write_claims
