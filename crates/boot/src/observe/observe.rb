# frozen_string_literal: true

# What each gem takes: the time of its features, without those that they require themselves, and the bytes of their
# sources. One line a feature at once, since a process may be replaced or killed.
module SlugsmithObserver
  OUT = File.open(File.join(ENV.fetch("SLUGSMITH_OBSERVED"), "ruby.tsv"), "a")
  private_constant :OUT

  # `require_relative` is not seen as such: what it loads is new as well, and mostly of the same gem.
  @seen = $LOADED_FEATURES.size

  class << self
    def observed
      stack = Thread.current[:slugsmith_observed] ||= []
      stack.push(0)
      begun = now
      yield
    ensure
      took = now - begun
      inside = stack.pop
      fresh = $LOADED_FEATURES[@seen..] || []
      @seen = $LOADED_FEATURES.size
      # What loads nothing belongs to who asks.
      stack[-1] += fresh.empty? ? inside : took unless stack.empty?
      tell(fresh, took - inside)
    end

    private

    def now
      Process.clock_gettime(Process::CLOCK_MONOTONIC, :nanosecond)
    end

    # The last one is the feature that was asked for.
    def tell(fresh, took)
      *others, last = fresh
      lines = others.map { |path| line(path, 0) }
      lines << line(last, took) if last
      OUT.syswrite(lines.join) unless lines.empty?
    rescue SystemCallError, IOError
      nil
    end

    def line(path, took)
      bytes = path.end_with?(".rb") ? File.size?(path) : nil
      "#{took}\t#{bytes || 0}\t1\t#{owner(path)}\n"
    end

    # `…/gems/net-http2-0.18.5/lib/a.rb` is net-http2, `…/bundler/gems/shop-1a2b3c4d5e6f/lib/a.rb` is shop.
    def owner(path)
      gem = path[%r{.*/gems/([^/]+)/}, 1]
      return gem[/\A(.+)-(?:\d+\.[^-]*|\h{7,40}\z)/, 1] || gem if gem
      return "the app" if path.start_with?(ENV.fetch("HOME", "/app"))

      path.include?("/vendor_ruby/") ? path[%r{/vendor_ruby/(?:[\d.]+/)?([^/.]+)}, 1] : "Ruby's library"
    end
  end
end

module Kernel
  alias slugsmith_require require
  private :slugsmith_require

  def require(path)
    SlugsmithObserver.observed { slugsmith_require(path) }
  end
  private :require

  class << self
    alias slugsmith_require require

    def require(path)
      SlugsmithObserver.observed { slugsmith_require(path) }
    end
  end
end
