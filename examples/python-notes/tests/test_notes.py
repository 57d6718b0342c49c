import pytest

from notes import database_uri


def test_a_note_is_kept_listed_and_deleted(client):
    made = client.post("/notes", json={"text": "  buy milk "})
    assert made.status_code == 201
    assert made.json["text"] == "buy milk"
    assert [note["id"] for note in client.get("/notes").json] == [made.json["id"]]
    assert client.delete(f"/notes/{made.json['id']}").status_code == 204
    assert client.get("/notes").json == []
    assert client.delete(f"/notes/{made.json['id']}").status_code == 404


@pytest.mark.parametrize("body", [None, [], {}, {"text": 1}, {"text": "   "}, {"text": "x" * 501}])
def test_a_note_without_a_fitting_text_is_refused(client, body):
    assert client.post("/notes", json=body).status_code == 400
    assert client.get("/notes").json == []


def test_the_page_shows_notes_as_text(client):
    client.post("/notes", json={"text": "<b>bold</b>"})
    page = client.get("/").text
    assert "&lt;b&gt;bold&lt;/b&gt;" in page
    assert "<b>" not in page


def test_health(client):
    assert client.get("/healthz").json == {"status": "ok"}


@pytest.mark.parametrize("scheme", ["postgres", "postgresql"])
def test_the_platforms_url_names_the_driver(scheme):
    uri = database_uri(f"{scheme}://u:p%40ss@db.example/notes?sslmode=require")
    assert uri.drivername == "postgresql+psycopg"
    assert (uri.password, uri.host, uri.query["sslmode"]) == ("p@ss", "db.example", "require")
