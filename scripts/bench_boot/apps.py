"""Apps of the sets that are more than a list of imports."""

RAILS = {
    "Gemfile": """source "https://rubygems.org"
gem "railties"
gem "activerecord"
gem "actionpack"
gem "sqlite3"
gem "puma"
gem "bootsnap", require: false
""",
    "config/boot.rb": """ENV["BUNDLE_GEMFILE"] ||= File.expand_path("../Gemfile", __dir__)
require "bundler/setup"
require "bootsnap/setup"
""",
    "config/application.rb": """require_relative "boot"
require "rails"
require "active_model/railtie"
require "active_record/railtie"
require "action_controller/railtie"
require "action_view/railtie"
Bundler.require(*Rails.groups)
module Bench
  class Application < Rails::Application
    config.load_defaults 6.1
    config.eager_load = true
    config.hosts.clear
    config.secret_key_base = "bench" * 10
    config.logger = Logger.new($stderr, level: :warn)
    routes.append { root to: "shops#index" }
  end
end
""",
    "config/environment.rb": """require_relative "application"
Rails.application.initialize!
""",
    "config/database.yml": """production: { adapter: sqlite3, database: ":memory:" }
""",
    "config.ru": """require_relative "config/environment"
run Rails.application
""",
    "app/controllers/shops_controller.rb": """class ShopsController < ActionController::Base
  def index
    render plain: "fine"
  end
end
""",
    "app/models/shop.rb": """class Shop < ActiveRecord::Base; end
""",
}
SINATRA = {
    "Gemfile": """source "https://rubygems.org"
gem "sinatra"
gem "activerecord", require: "active_record"
gem "sqlite3"
gem "nokogiri"
gem "builder"
gem "puma"
gem "bootsnap", require: false
""",
    "config/boot.rb": RAILS["config/boot.rb"],
    "config.ru": """require_relative "config/boot"
Bundler.require
require "active_support/all"
require_relative "lib/shop"
run Shop
""",
    "lib/shop.rb": """class Order < ActiveRecord::Base; end
class Shop < Sinatra::Base
  get("/") { "fine" }
end
""",
}
