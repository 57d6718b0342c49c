// The apps of scripts/strip-apps, by kind.
"use strict";
exports.apps = [
  ...require("./native.cjs"),
  ...require("./loaders.cjs"),
  ...require("./starts.cjs"),
  ...require("./frameworks.cjs"),
  ...require("./frontends.cjs"),
  ...require("./python.cjs"),
  ...require("./others.cjs"),
  ...require("./reported.cjs"),
  ...require("./drawn.cjs"),
  ...require("./drawn_python.cjs"),
  ...require("./drawn_debian.cjs"),
  ...require("./strangers.cjs"),
  ...require("./plugins.cjs"),
  ...require("./science.cjs"),
  ...require("./commands.cjs"),
  ...require("./built.cjs"),
  ...require("./served.cjs"),
  ...require("./rendered.cjs"),
  ...require("./debian_products.cjs"),
  ...require("./python_products.cjs"),
];
