import io
import os
import subprocess
import sys

from check import check, main
from flask import Flask, jsonify, render_template_string, session
from flask_sqlalchemy import SQLAlchemy

app = Flask(__name__)
app.config.update(SECRET_KEY="x", SQLALCHEMY_DATABASE_URI="sqlite://")
db = SQLAlchemy(app)


class Item(db.Model):
    id = db.Column(db.Integer, primary_key=True)
    name = db.Column(db.String(10))


@app.get("/")
def home():
    session["a"] = 1
    return render_template_string("{{ 'x'|upper }} {{ url_for('home') }}")


@app.get("/db")
def rows():
    db.create_all()
    db.session.add(Item(name="a"))
    db.session.commit()
    return jsonify([item.name for item in Item.query.all()])


@check
def pages(): return [app.test_client().get(path).data for path in ("/", "/db", "/no")]
@check
def command(): return subprocess.run([sys.executable, "-m", "flask", "--app", "server", "routes"], capture_output=True, text=True, env={**os.environ, "SERVED": "1"}).returncode
@check
def gunicorn(): return subprocess.run([".venv/bin/gunicorn", "--check-config", "-k", "gthread", "server:app"], env={**os.environ, "SERVED": "1"}).returncode
@check
def pandas():
    import pandas as pd
    frame = pd.DataFrame({"a": [1, 2, 2], "b": ["x", "y", "z"], "t": pd.date_range("2020", periods=3, tz="Europe/Berlin")})
    out = [frame.groupby("a").agg({"b": "count"}).to_json(), frame.describe().shape, frame.to_csv(), frame.to_html()[:20], frame.pivot_table(index="a", values="b", aggfunc="first").to_json()]
    out += [pd.read_csv(io.StringIO("a,b\n1,2")).to_dict(), pd.read_json(io.StringIO('[{"a":1}]')).to_dict(), frame.rolling(2, on="t").sum(numeric_only=True).shape, frame.merge(frame, on="a").shape, frame.query("a > 1").shape, frame.eval("a + 1").tolist()]
    return out
@check
def excel():
    import pandas as pd
    pd.DataFrame({"a": [1]}).to_excel("x.xlsx")
@check
def style():
    import pandas as pd
    return pd.DataFrame({"a": [1.0]}).style.format("{:.1f}").to_html()[:10]
@check
def plot():
    import matplotlib
    matplotlib.use("Agg")
    import matplotlib.pyplot as plt
    import pandas as pd
    out = []
    for kind in ("png", "svg", "pdf"):
        figure, axis = plt.subplots()
        pd.DataFrame({"a": [1, 2]}).plot(ax=axis, title="$x^2$")
        data = io.BytesIO()
        figure.savefig(data, format=kind)
        out.append((kind, len(data.getvalue()) > 100))
    with plt.style.context("ggplot"):
        plt.figure().add_subplot(projection="3d").scatter([1], [2], [3])
        plt.savefig(io.BytesIO())
    return out
@check
def scipy():
    import numpy as np
    from scipy import fft, integrate, interpolate, linalg, ndimage, optimize, signal, sparse, spatial, special, stats
    import scipy.sparse.linalg, scipy.cluster.hierarchy, scipy.io
    return [round(float(one), 4) for one in (stats.norm.cdf(1), optimize.minimize(lambda x: (x - 1) ** 2, 0).x[0], integrate.quad(np.sin, 0, 1)[0], linalg.det(np.eye(2)), special.gamma(5), interpolate.interp1d([0, 1], [0, 2])(0.5), abs(fft.fft([1, 2])[0]), signal.butter(2, 0.5)[0][0], ndimage.gaussian_filter(np.ones(3), 1)[0], sparse.eye(3).sum(), spatial.distance.pdist([[0, 0], [1, 1]])[0], scipy.cluster.hierarchy.linkage([[0.0], [1.0]], "single")[0][2])]
@check
def scipy_lazy():
    import scipy
    return [scipy.stats.ttest_ind([1, 2, 3], [2, 3, 4]).pvalue > 0, scipy.constants.c, scipy.odr.__name__, scipy.datasets.__name__]
@check
def numpy():
    import numpy as np
    return [np.random.default_rng(1).integers(10), np.linalg.norm([3, 4]), np.testing.assert_allclose([1], [1]), np.polynomial.Polynomial([1, 2])(2), np.ma.array([1, 2], mask=[0, 1]).sum(), np.fft.fft([1, 2])[0].real]


if not os.environ.get("SERVED"):
    main()
