"""A Flask app that keeps short notes."""

import os

import click
from flask import Flask
from flask.cli import with_appcontext
from sqlalchemy.engine import make_url

from .models import db
from .views import bp


def database_uri(url):
    """The URI for SQLAlchemy: the platform still says postgres://, which SQLAlchemy no longer takes."""
    if url.startswith("postgres://"):
        url = "postgresql://" + url.removeprefix("postgres://")
    return make_url(url).set(drivername="postgresql+psycopg") if url.startswith("postgresql://") else url


@click.command("init-db")
@with_appcontext
def init_db():
    """Make the tables that are missing; the release process runs it, so that workers never race for it."""
    db.create_all()
    click.echo("tables are in place")


def create_app(config=None):
    app = Flask(__name__)
    # Without a database, notes live in memory and go with the process.
    url = os.environ.get("DATABASE_URL") or "sqlite://"
    app.config["SQLALCHEMY_DATABASE_URI"] = database_uri(url)
    app.config["MAX_CONTENT_LENGTH"] = 100_000
    app.config.update(config or {})
    db.init_app(app)
    app.register_blueprint(bp)
    app.cli.add_command(init_db)
    if url == "sqlite://":
        with app.app_context():
            db.create_all()
    return app
