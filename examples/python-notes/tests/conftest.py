import pytest

from notes import create_app


@pytest.fixture
def client(monkeypatch):
    monkeypatch.delenv("DATABASE_URL", raising=False)
    return create_app({"TESTING": True}).test_client()
