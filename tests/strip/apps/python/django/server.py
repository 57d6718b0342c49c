import os
import subprocess
import sys

from check import check, main

for name in ("db.sqlite3",):
    if os.path.exists(name):
        os.unlink(name)


def run(*words, **more):
    done = subprocess.run([sys.executable, *words], capture_output=True, text=True, **more)
    return (done.stdout + done.stderr).strip().split("\n")[-1] if done.returncode else f"{done.returncode} {len(done.stdout) > 0}"


@check
def manage_check(): return run("manage.py", "check")
@check
def makemigrations(): return run("manage.py", "makemigrations", "shop")
@check
def migrate(): return run("manage.py", "migrate", "--run-syncdb")
@check
def collectstatic(): return run("manage.py", "collectstatic", "--noinput")
@check
def deploy_check(): return run("manage.py", "check", "--deploy")
@check
def user(): return run("manage.py", "createsuperuser", "--noinput", "--username", "a", "--email", "a@example.com", env={**os.environ, "DJANGO_SUPERUSER_PASSWORD": "secret-x"})
@check
def dumpdata(): return run("manage.py", "dumpdata")
@check
def shell(): return run("manage.py", "shell", "-c", "print(1)")


def client():
    import django
    import project  # noqa: F401
    from django.test import Client

    return Client()


@check
def home(): return [client().get("/", headers={"accept-language": one}).content for one in ("en", "de", "ja")]
@check
def api(): return [client().get("/api/").json(), client().post("/api/items/", {"title": "t"}).json(), client().get("/api/items/?format=api").status_code]
@check
def admin():
    c = client()
    done = c.post("/admin/login/?next=/admin/", {"username": "a", "password": "secret-x"})
    return [done.status_code, [c.get(path).status_code for path in ("/admin/", "/admin/shop/item/", "/admin/shop/item/add/", "/admin/auth/user/1/change/", "/admin/auth/user/1/password/", "/admin/jsi18n/", "/nothing")]]
@check
def orm():
    client()
    from django.db.models import Count, Q
    from shop.models import Item
    return str(Item.objects.filter(Q(title__icontains="x")).annotate(n=Count("id")).query)
@check
def mail():
    client()
    from django.core import mail
    return mail.send_mail("a", "b", "c@d.e", ["f@g.h"])
@check
def cache_and_sessions():
    client()
    from django.core.cache import cache
    from django.core.serializers import serialize
    from shop.models import Item
    cache.set("a", 1)
    return [cache.get("a"), serialize("json", Item.objects.all()), serialize("xml", Item.objects.all())[:20]]
@check
def formats():
    client()
    from django.utils import formats, translation
    import datetime
    with translation.override("de"):
        return [formats.date_format(datetime.date(2020, 1, 2)), formats.localize(1.5)]
@check
def postgres(): return run("manage.py", "migrate", env={**os.environ, "DATABASE_URL": "postgres://a@127.0.0.1:1/b"})
@check
def celery():
    from tasks import add
    return [add.delay(1, 2).get(), run(".venv/bin/celery", "--version"), run(".venv/bin/celery", "-A", "tasks", "report")]
@check
def celery_redis():
    from celery import Celery
    app = Celery("x", broker="redis://127.0.0.1:1", broker_connection_retry=False)
    app.conf.broker_transport_options = {"max_retries": 0}
    return app.send_task("y", retry=False)
@check
def gunicorn(): return run(".venv/bin/gunicorn", "--check-config", "project:application")
@check
def boto3():
    import boto3
    os.environ.update(AWS_ACCESS_KEY_ID="a", AWS_SECRET_ACCESS_KEY="b", AWS_DEFAULT_REGION="eu-west-1")
    url = boto3.client("s3").generate_presigned_url("get_object", Params={"Bucket": "b", "Key": "k"})
    return [url.split("?")[0], boto3.resource("dynamodb").Table("t").name, len(boto3.client("ec2").meta.service_model.operation_names) > 100]
@check
def pillow():
    import io
    from PIL import Image, ImageDraw, ImageFont
    out = []
    for kind in ("PNG", "JPEG", "WEBP", "GIF", "PDF", "TIFF"):
        image = Image.new("RGB", (8, 8), "red")
        ImageDraw.Draw(image).text((0, 0), "x", font=ImageFont.load_default())
        data = io.BytesIO()
        image.save(data, kind)
        out.append((kind, len(data.getvalue()) > 10, Image.open(io.BytesIO(data.getvalue())).size if kind != "PDF" else 0))
    return out
@check
def redis():
    import redis
    return redis.Redis(port=1).ping()
@check
def requests():
    import requests
    return requests.get("http://127.0.0.1:1", timeout=1)


main()
