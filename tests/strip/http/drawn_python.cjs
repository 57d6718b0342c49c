// Python servers that find plugins by entry points and files by configuration.
"use strict";

const app = (name, pip, start, files, more = {}) => ({ name: `drawn-python-${name}`, pip, start, seconds: 120, ...more, files: { Procfile: `web: ${start}\n`, ...files } });
module.exports = [
  app("datasette", ["datasette", "datasette-vega", "datasette-cluster-map"], "datasette -p $PORT --memory --plugins-dir design --template-dir docs --static assets:spec", { "design/hello.py": "from datasette import hookimpl\n@hookimpl\ndef prepare_connection(conn):\n    conn.create_function('hello', 0, lambda: 'hello')\n", "docs/index.html": "<p>home <a href=/-/plugins.json>p</a> <img src=/assets/a.svg>", "spec/a.svg": "<svg/>" }, { urls: ["/", "/-/plugins.json", "/_memory", "/_memory.json?sql=select+hello()"], loose: true }),
  app("locust", ["locust"], "locust -f tests/locustfile.py --web-port $PORT --web-host 127.0.0.1 --host http://127.0.0.1:1", { "tests/locustfile.py": "from locust import HttpUser, task\nclass A(HttpUser):\n    @task\n    def a(self):\n        self.client.get('/')\n" }, { urls: ["/", "/stats/requests", "/tasks"], loose: true }),
  app("mkdocs-serve", ["mkdocs", "mkdocs-awesome-pages-plugin", "mkdocs-macros-plugin"], "mkdocs serve -a 127.0.0.1:$PORT --no-livereload", { "mkdocs.yml": "site_name: a\ntheme: readthedocs\nplugins: [search, awesome-pages, macros]\n", "docs/index.md": "# Hello {{ 1 + 1 }}\n", "main.py": "def define_env(env):\n    pass\n" }, { urls: ["/"], loose: true }),
];
