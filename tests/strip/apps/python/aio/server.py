import asyncio

from check import check, main


@check
async def aiohttp():
    from aiohttp import ClientSession, web

    async def hello(request): return web.json_response({"a": request.query.get("a")})
    app = web.Application()
    app.router.add_get("/", hello)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 18433)
    await site.start()
    async with ClientSession() as session, session.get("http://127.0.0.1:18433/?a=1") as answer:
        text = await answer.text()
    await runner.cleanup()
    return text
@check
async def aiofiles():
    import aiofiles
    async with aiofiles.open("check.py") as file:
        return len(await file.read()) > 10
@check
def jinja():
    from jinja2 import Environment, PackageLoader, select_autoescape, DictLoader
    return Environment(loader=DictLoader({"a": "{% macro m(x) %}{{ x|e }}{% endmacro %}{{ m('<') }}"}), autoescape=select_autoescape()).get_template("a").render()
@check
def yaml():
    import yaml
    return [yaml.safe_load("a: [1, 2]\nb: 2020-01-01"), yaml.dump({"a": 1}), yaml.load("a: 1", Loader=yaml.CSafeLoader)]
@check
def cryptography():
    from cryptography.fernet import Fernet
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec, rsa
    from cryptography import x509
    key = ec.generate_private_key(ec.SECP256R1())
    return [Fernet(Fernet.generate_key()).decrypt, len(key.sign(b"x", ec.ECDSA(hashes.SHA256()))) > 50, key.public_key().public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)[:10]][1:]
@check
def paramiko():
    import paramiko
    client = paramiko.SSHClient()
    client.set_missing_host_key_policy(paramiko.AutoAddPolicy())
    return [paramiko.RSAKey.generate(1024).get_bits(), client.connect("127.0.0.1", port=1)]
@check
def lxml():
    from lxml import etree, html, objectify
    import lxml.html.soupparser
    tree = etree.fromstring("<a><b>1</b></a>")
    return [tree.xpath("//b/text()"), html.fromstring("<p>x</p>").text_content(), objectify.fromstring("<a><b>1</b></a>").b, etree.XSLT, html.soupparser.fromstring("<p>y").text_content()][:3]
@check
def soup():
    from bs4 import BeautifulSoup
    return [BeautifulSoup("<p class=a>x", parser).select("p.a")[0].text for parser in ("html.parser", "lxml", "lxml-xml")]
@check
def click():
    import click
    from click.testing import CliRunner
    command = click.command()(click.option("--a", type=click.Choice(["x", "y"]))(lambda a: click.echo(a)))
    return [CliRunner().invoke(command, ["--a", "x"]).output, CliRunner().invoke(command, ["--help"]).output]
@check
def typer():
    import typer
    from typer.testing import CliRunner
    app = typer.Typer()
    app.command()(lambda name="a": typer.echo(name))
    return [CliRunner().invoke(app, ["--help"]).exit_code, CliRunner().invoke(app, []).output]
@check
def rich():
    import io
    from rich.console import Console
    from rich.markdown import Markdown
    from rich.progress import track
    from rich.syntax import Syntax
    from rich.table import Table
    from rich.traceback import install
    console = Console(file=io.StringIO(), width=40, emoji=True)
    table = Table("a")
    table.add_row("[b]x[/b] :smile: 世界")
    console.print(table, Markdown("# a\n```python\nx = 1\n```"), Syntax("a: 1", "yaml"), Syntax("<a/>", "html"))
    list(track([1], console=console))
    return console.file.getvalue()[:400].replace("\n", "|")


main()
