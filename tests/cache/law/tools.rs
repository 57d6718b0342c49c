//! Small scripts that do to an app what package managers and compilers do.

/// Installs a package, copies the one that `file:` names, then runs the workspace's own script
/// and the root's, as package managers do. `run NAME` runs `NAME.sh` of the app.
pub(super) const MANAGER: &str = r#"#!/bin/sh
case "$1" in --version) echo 10.9.3; exit;; esac
case "$1" in
ci|install)
  rm -rf node_modules; mkdir node_modules; echo '{}' > node_modules/.package-lock.json
  mkdir -p node_modules/ms; echo "module ms" > node_modules/ms/index.js
  [ ! -e libs/money ] || cp -R libs/money node_modules/money
  [ ! -e ../shared ] || cp -R ../shared node_modules/money
  if grep -q plugins .yarnrc.yml 2>/dev/null; then cat db/*.gen > node_modules/.made 2>/dev/null; fi
  if grep -q '"gen"' package.json; then
    mkdir node_modules/gen node_modules/.gen
    echo '{"name":"gen","scripts":{"postinstall":"x"}}' > node_modules/gen/package.json
    cat db/*.gen > node_modules/.gen/index.js 2>/dev/null
  fi
  if grep -q '"own"' package.json; then
    mkdir node_modules/own
    echo '{"name":"own","scripts":{"postinstall":"node own.js"}}' > node_modules/own/package.json
    echo 'process.env.INIT_CWD' > node_modules/own/own.js
    sleep 0.02; cat db/*.gen > node_modules/own/made.js 2>/dev/null
  fi
  [ ! -e packages/lib/prepare.sh ] || (cd packages/lib && sh ./prepare.sh)
  if grep -q postinstall package.json; then sh ./postinstall.sh; fi;;
run) sh "./$2.sh";;
prune) ;;
esac
"#;

/// Compiles: everything that it finds goes into its program, and a copy beside it.
pub(super) const COMPILER: &str = r#"#!/bin/sh
case "$1" in --version|env) echo 1.0; exit;; esac
mkdir -p bin build/server
find . -type f ! -path './bin/*' ! -path './build/*' ! -path './.slugsmith*' ! -path './node_modules/*' |
  sort | xargs cat > bin/s
cp bin/s build/server/runner.jar
rm -f generated.tmp
"#;

/// Puts a package into `vendor` and another one where an installer plugin wants it.
pub(super) const COMPOSER: &str = r#"#!/bin/sh
case "$1" in --version) echo 2.8; exit;; esac
case "$1" in
install)
  mkdir -p vendor/composer vendor/acme web/plugins
  [ ! -e local ] || cp -R local vendor/acme/local
  [ ! -e ../shared ] || cp -R ../shared vendor/acme/local
  echo '{"packages":[{"name":"a/hello","install-path":"../../web/plugins/hello"}]}' > vendor/composer/installed.json
  mkdir -p web/plugins/hello; echo hello > web/plugins/hello/hello.php;;
dump-autoload) find . -name '*.php' ! -path './vendor/*' | sort > vendor/autoload.php;;
esac
"#;

/// Fills a virtual environment: what is asked for, copies of packages of the app, links to them.
pub(super) const PYTHON: &str = r#"#!/bin/sh
case "$*" in
--version*) echo 3.12; exit;;
*-c*) echo "3.12.1 cpython-312 /usr"; exit;;
*venv*) for last; do :; done; mkdir -p "$last/bin" "$last/lib"; echo made > "$last/pyvenv.cfg"; exit;;
esac
venv=${UV_PROJECT_ENVIRONMENT:-$VIRTUAL_ENV}
mkdir -p "$venv/lib"
cat requirements*.txt pyproject.toml Pipfile Pipfile.lock poetry.lock uv.lock 2>/dev/null |
  grep -v '^ *#' | tr -d '\n' > "$venv/lib/list"
cat etc/*.txt etc/more/*.txt >> "$venv/lib/list" 2>/dev/null
[ ! -d copied ] || cp -R copied "$venv/lib/copied"
[ ! -d wheels ] || cp -R wheels "$venv/lib/wheels"
[ ! -d linked ] || echo "$PWD/linked" > "$venv/lib/linked.pth"
[ ! -e linked/pyproject.toml ] || cat linked/pyproject.toml > "$venv/lib/linked.metadata"
exit 0
"#;

/// Installs gems and evaluates those of the app.
pub(super) const BUNDLE: &str = r#"#!/bin/sh
case "$1" in --version) echo 2.5; exit;; esac
case "$1" in
install) mkdir -p "$BUNDLE_PATH/gems"; cat Gemfile Gemfile.lock > "$BUNDLE_PATH/gems/list"
  [ ! -d vendor/cache ] || cat vendor/cache/* > "$BUNDLE_PATH/gems/archives" 2>/dev/null
  [ ! -d engine ] || cat engine/*.gemspec engine/lib/engine/version.rb > "$BUNDLE_PATH/gems/engine" 2>/dev/null;;
esac
exit 0
"#;

/// `cargo install --path MEMBER`: every file goes into the program of the member.
pub(super) const CARGO: &str = r#"#!/bin/sh
case "$1" in --version) echo 1.0; exit;; esac
member=.
while [ $# -gt 0 ]; do [ "$1" != --path ] || member=$2; shift; done
name=$(sed -n 's/^name = "\(.*\)"/\1/p' "$member/Cargo.toml" | head -1)
mkdir -p bin
find . -type f ! -path './bin/*' ! -path './target/*' ! -path './.slugsmith*' ! -path './node_modules/*' |
  sort | xargs cat > "bin/$name"
"#;
