import os
import subprocess
import sys
import time

from check import check, main
from fastapi import Depends, FastAPI, Form, UploadFile
from fastapi.responses import HTMLResponse
from pydantic import BaseModel

app = FastAPI()


class Item(BaseModel):
    name: str
    price: float = 1.0


@app.post("/items")
def items(item: Item, q: int = 3): return {"item": item, "q": q}
@app.post("/form")
def form(a: str = Form(), f: UploadFile = None): return {"a": a, "size": f.size if f else 0}
@app.get("/page", response_class=HTMLResponse)
def page():
    from jinja2 import Environment
    return Environment(extensions=["jinja2.ext.do", "jinja2.ext.i18n"]).from_string("{% for i in x %}{{ i|title }}{% endfor %}").render(x=["a"])


async def ask(method, path, **more):
    import httpx
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url="http://x") as client:
        answer = await client.request(method, path, **more)
        return [answer.status_code, answer.text[:200]]


@check
def post(): return ask("POST", "/items?q=4", json={"name": "a"})
@check
def bad(): return ask("POST", "/items", json={})
@check
def upload(): return ask("POST", "/form", data={"a": "b"}, files={"f": ("a.txt", b"xyz")})
@check
def docs(): return ask("GET", "/docs")
@check
def openapi(): return ask("GET", "/openapi.json")
@check
def template(): return ask("GET", "/page")
@check
def uvicorn():
    import httpx
    child = subprocess.Popen([sys.executable, "-m", "uvicorn", "server:app", "--port", "18431", "--no-access-log"], stderr=subprocess.DEVNULL, env={**os.environ, "SERVED": "1"})
    try:
        for _ in range(80):
            try:
                return httpx.get("http://127.0.0.1:18431/page").text
            except httpx.ConnectError:
                time.sleep(0.25)
    finally:
        child.kill()
@check
def sqlalchemy():
    from sqlalchemy import create_engine, select, text
    from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column

    class Base(DeclarativeBase): pass
    class User(Base):
        __tablename__ = "u"
        id: Mapped[int] = mapped_column(primary_key=True)
        name: Mapped[str]
    engine = create_engine("sqlite://")
    Base.metadata.create_all(engine)
    with Session(engine) as session:
        session.add(User(name="a"))
        session.commit()
        from sqlalchemy.dialects import mysql, postgresql
        return [session.scalars(select(User)).one().name, str(select(User).compile(dialect=postgresql.dialect())), str(select(User).limit(1).compile(dialect=mysql.dialect()))]
@check
async def asyncpg():
    from sqlalchemy.ext.asyncio import create_async_engine
    from sqlalchemy import text
    engine = create_async_engine("postgresql+asyncpg://a@127.0.0.1:1/b")
    async with engine.connect() as connection:
        await connection.execute(text("select 1"))
@check
def storage():
    from google.auth.credentials import AnonymousCredentials
    from google.cloud import storage
    client = storage.Client(project="p", credentials=AnonymousCredentials())
    bucket = client.bucket("b")
    return [bucket.blob("x").path, bucket.blob("x").public_url]
@check
def pubsub():
    from google.auth.credentials import AnonymousCredentials
    from google.cloud import pubsub_v1
    from google.pubsub_v1.types import PubsubMessage
    publisher = pubsub_v1.PublisherClient(credentials=AnonymousCredentials())
    return [publisher.topic_path("p", "t"), PubsubMessage.to_json(PubsubMessage(data=b"x"))[:30], publisher.transport.kind]
@check
def pubsub_call():
    from google.auth.credentials import AnonymousCredentials
    from google.cloud import pubsub_v1
    from google.api_core.client_options import ClientOptions
    client = pubsub_v1.SubscriberClient(credentials=AnonymousCredentials(), client_options=ClientOptions(api_endpoint="127.0.0.1:1"))
    try:
        client.pull(request={"subscription": "projects/p/subscriptions/s", "max_messages": 1}, timeout=1, retry=None)
    except Exception as error:
        return type(error).__name__
@check
def protobuf():
    from google.protobuf import json_format, struct_pb2
    value = struct_pb2.Struct()
    value.update({"a": [1, "b"]})
    return json_format.MessageToJson(value).replace("\n", "")


if not os.environ.get("SERVED"):
    main()
