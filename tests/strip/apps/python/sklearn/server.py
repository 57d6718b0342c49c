import subprocess
import sys
import os

from check import check, main
from flask import Flask, jsonify, request

app = Flask(__name__)


@app.post("/predict")
def predict():
    import joblib
    return jsonify(joblib.load("model.joblib").predict([request.json["x"]]).tolist())


@check
def train():
    import joblib
    from sklearn.datasets import load_iris, make_regression
    from sklearn.ensemble import GradientBoostingClassifier, RandomForestClassifier
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler
    x, y = load_iris(return_X_y=True)
    model = make_pipeline(StandardScaler(), RandomForestClassifier(n_estimators=5, random_state=0)).fit(x, y)
    joblib.dump(model, "model.joblib")
    return [model.score(x, y) > 0.9, GradientBoostingClassifier(n_estimators=2).fit(x, y).predict(x[:2]).tolist()]
@check
def serve(): return app.test_client().post("/predict", json={"x": [5.1, 3.5, 1.4, 0.2]}).json
@check
def apart():
    code = "import joblib; print(joblib.load('model.joblib').predict([[5.1, 3.5, 1.4, 0.2]]))"
    return subprocess.run([sys.executable, "-c", code], capture_output=True, text=True).stdout
@check
def more():
    import numpy as np
    from sklearn import cluster, decomposition, feature_extraction, linear_model, manifold, metrics, model_selection, naive_bayes, neighbors, neural_network, svm, tree
    x = np.random.default_rng(0).normal(size=(40, 4))
    y = (x[:, 0] > 0).astype(int)
    out = []
    for model in (linear_model.LogisticRegression(), svm.SVC(), neighbors.KNeighborsClassifier(), naive_bayes.GaussianNB(), tree.DecisionTreeClassifier(), neural_network.MLPClassifier(max_iter=20)):
        out.append(round(float(model.fit(x, y).score(x, y)), 1) > 0)
    out += [cluster.KMeans(2, n_init=1).fit(x).n_iter_ > 0, decomposition.PCA(2).fit_transform(x).shape, feature_extraction.text.TfidfVectorizer().fit_transform(["a b", "b cd"]).shape, manifold.TSNE(perplexity=5, max_iter=250).fit_transform(x).shape, len(model_selection.cross_val_score(linear_model.Ridge(), x, y, cv=3, n_jobs=2)), metrics.roc_auc_score(y, x[:, 0])]
    return out
@check
def html():
    from sklearn.linear_model import Ridge
    return len(Ridge()._repr_html_()) > 100


main()
