"""Which apps are started, per language: real packages, in the slugs that Cedar's buildpacks leave."""
import json
import pathlib

from bench_boot.apps import RAILS, SINATRA

EXAMPLES = pathlib.Path(__file__).resolve().parents[2] / "examples"
PYTHON_WEB = """import os, wsgiref.simple_server
{imports}
def app(environ, start):
    start('200 OK', [('Content-Type', 'text/plain')])
    return [b'fine']
wsgiref.simple_server.make_server('127.0.0.1', int(os.environ['PORT']), app).serve_forever()
"""
NODE_WEB = """{imports}
require('node:http').createServer((_, response) => response.end('fine')).listen(process.env.PORT);
"""
POM = """<project xmlns="http://maven.apache.org/POM/4.0.0">
<modelVersion>4.0.0</modelVersion>{parent}<groupId>shop</groupId><artifactId>app</artifactId><version>1</version>
<properties><java.version>17</java.version><maven.compiler.release>17</maven.compiler.release></properties>
<dependencies>{dependencies}</dependencies>
<build><finalName>app</finalName><plugins>{plugins}</plugins></build></project>
"""
SPRING = """package shop;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.web.bind.annotation.*;
@SpringBootApplication @RestController
public class Shop {
    @GetMapping("/") String index() { return "fine"; }
    public static void main(String[] args) { SpringApplication.run(Shop.class, args); }
}
"""
JAVALIN = """package shop;
public class Shop {
    public static void main(String[] args) {
        var app = io.javalin.Javalin.create();
        app.get("/", context -> context.json(java.util.Map.of("answer", "fine")));
        app.start(Integer.parseInt(System.getenv("PORT")));
    }
}
"""


def python(packages, imports):
    lines = "\n".join(f"import {name}" for name in imports)
    return {
        "language": "python",
        "packages": packages,
        "files": {
            "requirements.txt": "\n".join(packages) + "\n",
            "server.py": "import shop\n",
            "shop.py": PYTHON_WEB.format(imports=lines),
        },
        "web": "python server.py",
        "level": "safe",
    }


def node(packages, imports):
    lines = "\n".join(f"require('{name}');" for name in imports)
    manifest = {"name": "bench", "version": "1.0.0", "private": True, "dependencies": packages}
    return {
        "language": "node",
        "files": {"package.json": json.dumps(manifest), "server.js": NODE_WEB.format(imports=lines)},
        "web": "node server.js",
        "level": "trained",
    }


def jvm(source, dependencies, parent, plugins, web, extract=False):
    def coordinates(text):
        group, artifact, *version = text.split(":")
        version = f"<version>{version[0]}</version>" if version else ""
        return f"<groupId>{group}</groupId><artifactId>{artifact}</artifactId>{version}"

    pom = POM.format(
        parent=f"<parent>{coordinates(parent)}</parent>" if parent else "",
        dependencies="".join(f"<dependency>{coordinates(one)}</dependency>" for one in dependencies),
        plugins="".join(f"<plugin>{coordinates(one)}{more}</plugin>" for one, more in plugins),
    )
    return {
        "language": "jvm",
        "source": {"pom.xml": pom, "src/main/java/shop/Shop.java": source},
        "extract": extract,
        "files": {},
        "web": web,
        "level": "trained",
    }


def ruby(packages, files):
    return {
        "language": "ruby",
        "packages": packages,
        "files": files,
        "web": "bundle exec puma -b tcp://127.0.0.1:$PORT config.ru",
        "level": "safe",
    }


def example(name, language, level):
    """As the repository has it, with its own Procfile."""
    return {"language": language, "example": EXAMPLES / name, "packages": [], "files": {}, "level": level}


SPRING_PARTS = (
    SPRING,
    ["org.springframework.boot:spring-boot-starter-web", "org.springframework.boot:spring-boot-starter-actuator",
     "org.springframework.boot:spring-boot-starter-validation"],
    "org.springframework.boot:spring-boot-starter-parent:3.5.6",
    [("org.springframework.boot:spring-boot-maven-plugin", "")],
)
COPIED = ("<executions><execution><phase>package</phase><goals><goal>copy-dependencies</goal></goals><configuration>"
          "<includeScope>runtime</includeScope></configuration></execution></executions>")
SETS = {
    "python-django": python(
        ["django==5.2", "celery==5.5.0", "boto3==1.38.0", "sqlalchemy==2.0.40", "fastapi==0.115.12"],
        ["django.db.models, django.contrib.admin", "celery", "boto3", "sqlalchemy.orm", "fastapi"],
    ),
    "python-flask": python(
        ["flask==3.1.0", "requests==2.32.3", "pydantic==2.11.3", "jinja2==3.1.6", "cryptography==44.0.2"],
        ["flask", "requests", "pydantic", "cryptography.x509"],
    ),
    "python-data": python(["pandas==2.2.3", "httpx==0.28.1"], ["pandas", "httpx"]),
    "python-aiohttp": python(
        ["aiohttp==3.11.16", "sentry-sdk==2.26.1", "stripe==12.0.0", "openai==1.75.0"],
        ["aiohttp.web", "sentry_sdk", "stripe", "openai"],
    ),
    "node-express": node(
        {"express": "4.21.2", "@aws-sdk/client-s3": "3.787.0", "@aws-sdk/client-dynamodb": "3.787.0",
         "@apollo/server": "4.12.0", "graphql": "16.10.0"},
        ["express", "@aws-sdk/client-s3", "@aws-sdk/client-dynamodb", "@apollo/server"],
    ),
    "node-nest": node(
        {"@nestjs/core": "11.0.20", "@nestjs/common": "11.0.20", "@nestjs/platform-express": "11.0.20",
         "reflect-metadata": "0.2.2", "rxjs": "7.8.2", "typeorm": "0.3.22", "pg": "8.14.1"},
        ["reflect-metadata", "@nestjs/core", "@nestjs/platform-express", "typeorm", "pg"],
    ),
    "node-saas": node(
        {"stripe": "18.0.0", "openai": "4.95.1", "@sentry/node": "9.13.0", "fastify": "5.3.2"},
        ["@sentry/node", "stripe", "openai", "fastify"],
    ),
    "node-firebase": node(
        {"firebase-admin": "13.2.0", "koa": "2.16.1", "knex": "3.1.0", "pg": "8.14.1"},
        ["firebase-admin", "koa", "knex", "pg"],
    ),
    "jvm-javalin": jvm(
        JAVALIN,
        ["io.javalin:javalin:6.7.0", "com.fasterxml.jackson.core:jackson-databind:2.19.2",
         "org.slf4j:slf4j-simple:2.0.17"],
        None,
        [("org.apache.maven.plugins:maven-compiler-plugin:3.14.0", ""),
         ("org.apache.maven.plugins:maven-dependency-plugin:3.8.1", COPIED)],
        "java -cp target/app.jar:target/dependency/* shop.Shop",
    ),
    # As Spring Boot's own guide deploys with an archive: `java -Djarmode=tools -jar app.jar extract`.
    "jvm-spring": jvm(*SPRING_PARTS, "java -jar target/app/app.jar --server.port=$PORT", extract=True),
    "jvm-spring-fat": jvm(*SPRING_PARTS, "java -jar target/app.jar --server.port=$PORT"),
    "ruby-rails": ruby(
        ["ruby-railties", "ruby-activerecord", "ruby-actionpack", "ruby-sqlite3", "ruby-bootsnap", "puma"], RAILS,
    ),
    "ruby-sinatra": ruby(
        ["ruby-sinatra", "ruby-activerecord", "ruby-nokogiri", "ruby-builder", "ruby-sqlite3", "ruby-bootsnap", "puma"],
        SINATRA,
    ),
    # `heroku-php-apache2` of php-layout is on Heroku alone, and nothing is made for PHP.
    "example-python-notes": example("python-notes", "python", "safe"),
    "example-storefront": example("storefront", "node", "trained"),
    "example-monorepo": example("monorepo", "node", "trained"),
    "example-go-hello": example("go-hello", "go", "trained"),
}
