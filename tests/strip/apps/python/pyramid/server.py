import os
import subprocess
import sys

from check import check, main


def application():
    from pyramid.config import Configurator
    from pyramid.response import Response
    with Configurator() as config:
        config.add_route("home", "/{name}")
        config.add_view(lambda request: Response(f"hi {request.matchdict['name']}"), route_name="home")
        config.add_view(lambda request: {"a": 1}, name="j", renderer="json")
        config.add_static_view("static", "pyramid:")
        return config.make_wsgi_app()


@check
def pyramid():
    from webob import Request
    return [str(Request.blank(path).get_response(application()))[:60] for path in ("/x", "/", "/static/no")]
@check
def scaffolds(): return subprocess.run([".venv/bin/pdistreport"], capture_output=True).returncode
@check
def waitress():
    from waitress.server import create_server
    server = create_server(application(), port=0)
    server.close()
    return server.effective_host
@check
def waitress_command(): return subprocess.run([sys.executable, "-m", "waitress", "--help"], capture_output=True).returncode
@check
def alembic():
    for name in ("alembic.ini",):
        if os.path.exists(name): os.unlink(name)
    subprocess.run(["rm", "-rf", "m"])
    one = subprocess.run([".venv/bin/alembic", "init", "m"], capture_output=True, text=True)
    text = open("alembic.ini").read().replace("driver://user:pass@localhost/dbname", "sqlite:///a.db")
    open("alembic.ini", "w").write(text)
    two = subprocess.run([".venv/bin/alembic", "revision", "-m", "x"], capture_output=True, text=True)
    three = subprocess.run([".venv/bin/alembic", "upgrade", "head"], capture_output=True, text=True)
    subprocess.run(["rm", "-rf", "m", "alembic.ini", "a.db"])
    return [one.returncode, two.returncode, three.returncode, three.stderr[-100:] if three.returncode else ""]
@check
def pytz():
    import datetime, pytz
    return [pytz.timezone("Asia/Tokyo").utcoffset(datetime.datetime(2020, 1, 1)), len(pytz.all_timezones) > 300]
@check
def babel():
    import datetime
    from babel.dates import format_date
    from babel.numbers import format_currency
    return [format_date(datetime.date(2020, 1, 2), locale=one) for one in ("de", "ja")] + [format_currency(3, "EUR", locale="fr")]
@check
def markdown():
    import markdown
    return markdown.markdown("# a\n\n| a |\n|---|\n| b |\n\n```python\nx\n```", extensions=["tables", "fenced_code", "codehilite", "toc", "extra", "admonition"])
@check
def docutils():
    from docutils.core import publish_string
    text = "T\n=\n\n.. note:: x\n\n.. code:: python\n\n   x = 1\n\n.. math:: a^2\n"
    return [len(publish_string(text, writer=writer, settings_overrides={"report_level": 5})) > 100 for writer in ("html5", "latex", "odt", "manpage", "pseudoxml")]
@check
def docutils_languages():
    from docutils.core import publish_string
    return publish_string(".. hinweis:: x\n", writer="pseudoxml", settings_overrides={"language_code": "de"}).decode()[:120].replace("\n", "|")
@check
def pygments():
    from pygments import highlight
    from pygments.formatters import get_formatter_by_name
    from pygments.lexers import get_lexer_by_name, guess_lexer
    return [len(highlight("x = 1", get_lexer_by_name(one), get_formatter_by_name("html", style="monokai"))) for one in ("python", "rust", "yaml", "html+jinja", "sql")] + [guess_lexer("#!/usr/bin/python\nimport os").name, len(highlight("x", get_lexer_by_name("c"), get_formatter_by_name("latex")))]


main()
