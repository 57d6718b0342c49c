// Ruby and PHP: gems and libraries as Debian packs them, put where Bundler and Composer would.
"use strict";

/** Packages by name, unpacked; nothing of the machine is changed. */
const unpack = (names) => `mkdir .debs && (cd .debs && apt-get -qq download ${names.join(" ")} 2>/dev/null && for file in *.deb; do dpkg -x $file root; done)`;
const gems = (names) => [unpack(names), "mkdir -p vendor/bundle/ruby/3.1.0 vendor/ruby && cp -a .debs/root/usr/share/rubygems-integration/all/* vendor/bundle/ruby/3.1.0/", "cp -a .debs/root/usr/share/rubygems-integration/3.1.0/. .debs/root/usr/lib/x86_64-linux-gnu/rubygems-integration/3.1.0/. vendor/bundle/ruby/3.1.0/ 2>/dev/null || true", "cp -a .debs/root/usr/lib/ruby/vendor_ruby/. vendor/ruby/ 2>/dev/null || true", "cp -a .debs/root/usr/lib/x86_64-linux-gnu/ruby/vendor_ruby/3.1.0/. vendor/ruby/ 2>/dev/null || true", "rm -rf .debs"];
const ruby = { GEM_PATH: "vendor/bundle/ruby/3.1.0", GEM_HOME: "vendor/bundle/ruby/3.1.0", RUBYLIB: "vendor/ruby", RACK_ENV: "production", RAILS_ENV: "production", SECRET_KEY_BASE: "x" };
const app = (name, start, files, more) => ({ name: `drawn-${name}`, start, follow: true, seconds: 90, ...more, files: { Procfile: `web: ${start}\n`, ...files } });

module.exports = [
  app("sinatra", "ruby app.rb", {
    "Gemfile": "source 'https://rubygems.org'\ngem 'sinatra'\ngem 'slim'\ngem 'faker'\ngem 'rouge'\ngem 'liquid'\n",
    "package.json": { name: "a", private: true, devDependencies: {} },
    "app.rb": `require 'sinatra'
require 'slim'
require 'i18n'
require 'faker'
require 'rouge'
require 'liquid'
set :server, 'webrick'
set :bind, '127.0.0.1'
set :port, ENV['PORT'].to_i
set :views, File.join(__dir__, 'docs')
set :public_folder, 'design'
I18n.load_path += Dir[File.join(__dir__, 'spec', 'locales', '*.yml')]
Dir.glob('test/routes/*.rb').sort.each { |file| require_relative file }
get('/') { erb :index }
get('/slim') { slim :page }
get('/words') { I18n.t('hello', locale: :de) }
get('/people') { Faker::Config.locale = :de; Faker::Config.random = Random.new(1); Faker::Name.name }
get('/code') { Rouge::Formatters::HTML.new.format(Rouge::Lexer.find('haskell').new.lex('main = print 1')) + Rouge::Theme.find('github').render }
get('/liquid') { Liquid::Template.file_system = Liquid::LocalFileSystem.new('features'); Liquid::Template.parse("{% include 'part' %}").render }
`,
    "docs/index.erb": "<link href='/a.css'><%= erb :part, layout: false %>", "docs/part.erb": "<b>part</b>", "docs/page.slim": "p page\n", "design/a.css": "a{}", "spec/locales/de.yml": "de:\n  hello: hallo\n", "test/routes/more.rb": "get('/more') { 'more' }\n", "features/_part.liquid": "x",
  }, { build: gems(["ruby-sinatra", "ruby-rack", "ruby-rack-protection", "ruby-mustermann", "ruby-ruby2-keywords", "ruby-tilt", "ruby-slim", "ruby-temple", "ruby-i18n", "ruby-concurrent", "ruby-faker", "ruby-rouge", "ruby-liquid", "ruby-multi-json", "ruby-webrick"]), env: ruby, urls: ["/", "/slim", "/words", "/people", "/code", "/liquid", "/more"] }),
  app("rails", "ruby -S rackup -s webrick -o 127.0.0.1 -p $PORT config.ru", {
    "Gemfile": "source 'https://rubygems.org'\ngem 'rails'\n", "package.json": { name: "a", private: true, devDependencies: {} },
    "config.ru": "require_relative 'config/environment'\nrun Site::Application\n",
    "config/environment.rb": `require 'logger'
require 'rails'
require 'action_controller/railtie'
require 'active_model/railtie'
module Site
  class Application < Rails::Application
    config.root = File.expand_path('..', __dir__)
    config.load_defaults 6.1
    config.eager_load = true
    config.hosts.clear
    config.logger = Logger.new(nil)
    config.consider_all_requests_local = true
    config.paths['app/views'] << 'design/views'
    config.autoload_paths << 'docs/lib'
    config.i18n.load_path += Dir['spec/locales/*.yml']
  end
end
Site::Application.initialize!
`,
    "config/routes.rb": "Rails.application.routes.draw do\n  root 'pages#home'\n  get '/late', to: 'pages#late'\n  get '/raises', to: 'pages#raises'\nend\n",
    "app/controllers/pages_controller.rb": "class PagesController < ActionController::Base\n  def home; end\n  def late; render plain: Late.new.text + I18n.t('hello', locale: :de) + ActiveModel::Errors.new(self).full_messages.join; end\n  def raises; raise 'x'; end\nend\n",
    "design/views/pages/home.html.erb": "<%= number_to_currency(1.5) %><%= time_ago_in_words(Time.now) %><a href='/late'>m</a>", "docs/lib/late.rb": "class Late\n  def text; 'late'; end\nend\n", "spec/locales/de.yml": "de:\n  hello: hallo\n",
  }, { build: gems(["ruby-railties", "ruby-activesupport", "ruby-actionpack", "ruby-actionview", "ruby-activejob", "ruby-activemodel", "ruby-activerecord", "ruby-rack", "ruby-rack-test", "ruby-builder", "ruby-erubi", "ruby-rails-dom-testing", "ruby-rails-html-sanitizer", "ruby-rails-deprecated-sanitizer", "ruby-loofah", "ruby-crass", "ruby-nokogiri", "ruby-mini-portile2", "racc", "rake", "ruby-pkg-config", "ruby-mini-mime", "ruby-globalid", "ruby-tzinfo", "ruby-i18n", "ruby-concurrent", "ruby-zeitwerk", "ruby-method-source", "ruby-thor", "ruby-minitest", "ruby-webrick"]), env: ruby, urls: ["/", "/late", "/raises"], loose: true, headers: { accept: "text/html", host: "localhost" } }),
  app("php-libraries", "php -S 127.0.0.1:$PORT index.php", {
    "composer.json": { autoload: { "psr-4": { "Twig\\": "vendor/twig/twig/", "Symfony\\Component\\Yaml\\": "vendor/symfony/yaml/", "Symfony\\Component\\Translation\\": "vendor/symfony/translation/", "Symfony\\Contracts\\Translation\\": "vendor/symfony/translation-contracts/", "Symfony\\Component\\Intl\\": "vendor/symfony/intl/", "Symfony\\Component\\Validator\\": "vendor/symfony/validator/", "Symfony\\Component\\VarDumper\\": "vendor/symfony/var-dumper/", "Symfony\\Component\\ErrorHandler\\": "vendor/symfony/error-handler/", "Monolog\\": "vendor/monolog/monolog/", "Psr\\Log\\": "vendor/psr/log/", "Tests\\": "tests/" }, classmap: ["vendor/erusev"], files: ["docs/functions.php"] } },
    "package.json": { name: "a", private: true, devDependencies: {} },
    "index.php": `<?php
require 'vendor/autoload.php';
$path = parse_url($_SERVER['REQUEST_URI'], PHP_URL_PATH);
switch ($path) {
case '/': echo (new Twig\\Environment(new Twig\\Loader\\FilesystemLoader('design')))->render('a.twig', ['a' => 1]); break;
case '/yaml': echo json_encode(Symfony\\Component\\Yaml\\Yaml::parseFile('spec/a.yaml')); break;
case '/words': $t = new Symfony\\Component\\Translation\\Translator('de'); $t->addLoader('yaml', new Symfony\\Component\\Translation\\Loader\\YamlFileLoader()); $t->addResource('yaml', __DIR__ . '/test/messages.de.yaml', 'de'); echo $t->trans('hello'); break;
case '/countries': echo Symfony\\Component\\Intl\\Countries::getName('FR', 'de'), Symfony\\Component\\Intl\\Currencies::getSymbol('EUR', 'en'); break;
case '/dump': Symfony\\Component\\VarDumper\\VarDumper::dump(1); break;
case '/error': echo (new Symfony\\Component\\ErrorHandler\\ErrorRenderer\\HtmlErrorRenderer(false))->render(new Exception('x'))->getStatusCode(); break;
case '/text': echo (new Parsedown())->text('# a'); break;
case '/own': echo greet(), (new Tests\\Helper())->x(), implode(array_map(fn ($f) => require $f, glob(__DIR__ . '/coverage/*.php'))); break;
default: http_response_code(404);
}
`,
    "design/a.twig": "{% include 'parts/b.twig' %}{{ a }}<img src=/text>", "design/parts/b.twig": "b", "spec/a.yaml": "a: [1, 2]\n", "test/messages.de.yaml": "hello: hallo\n", "docs/functions.php": "<?php function greet() { return 'g'; }", "tests/Helper.php": "<?php namespace Tests; class Helper { function x() { return 'x'; } }", "coverage/a.php": "<?php return 'c';",
  }, { build: [unpack(["php-twig", "php-symfony-yaml", "php-symfony-translation", "php-symfony-translation-contracts", "php-symfony-intl", "php-symfony-validator", "php-symfony-var-dumper", "php-symfony-error-handler", "php-monolog", "php-psr-log", "php-parsedown"]),
    "P=.debs/root/usr/share/php; mkdir -p vendor/twig vendor/symfony vendor/monolog vendor/psr vendor/erusev; cp -a $P/Twig vendor/twig/twig; for n in Yaml:yaml Translation:translation Intl:intl Validator:validator VarDumper:var-dumper ErrorHandler:error-handler; do cp -a $P/Symfony/Component/${n%%:*} vendor/symfony/${n##*:}; done; cp -a $P/Symfony/Contracts/Translation vendor/symfony/translation-contracts; cp -a $P/Monolog vendor/monolog/monolog; cp -a $P/Psr/Log vendor/psr/log; cp -a $P/Parsedown vendor/erusev/parsedown; rm -rf .debs", "COMPOSER_ALLOW_SUPERUSER=1 composer dump-autoload --optimize --quiet"], urls: ["/", "/yaml", "/words", "/countries", "/dump", "/error", "/text", "/own"] }),
];
