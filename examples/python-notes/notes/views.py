from flask import Blueprint, abort, jsonify, render_template, request

from .models import Note, db

bp = Blueprint("notes", __name__)
MAX_LENGTH = Note.text.type.length


@bp.get("/")
def index():
    return render_template("index.html", notes=newest())


@bp.get("/notes")
def list_notes():
    return jsonify([note.as_dict() for note in newest()])


@bp.post("/notes")
def add_note():
    body = request.get_json(silent=True)
    text = body.get("text") if isinstance(body, dict) else None
    if not isinstance(text, str) or not 0 < len(text.strip()) <= MAX_LENGTH:
        abort(400, f"a note needs a text of 1 to {MAX_LENGTH} characters")
    note = Note(text=text.strip())
    db.session.add(note)
    db.session.commit()
    return jsonify(note.as_dict()), 201


@bp.delete("/notes/<int:note_id>")
def delete_note(note_id):
    db.session.delete(db.get_or_404(Note, note_id))
    db.session.commit()
    return "", 204


@bp.get("/healthz")
def healthz():
    return jsonify(status="ok")


def newest():
    return db.session.scalars(db.select(Note).order_by(Note.id.desc()).limit(100)).all()
