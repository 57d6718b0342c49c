# Has bootsnap make entries of its cache for files that a dyno has at another path. Nothing of the app runs.
#
# Arguments: folders of bootsnap's code (joined by ":"), a folder to write to, a list of sources (path, tab, path on a
# dyno), and where to list what came of it (path on a dyno, tab, file in the folder, tab, the file's name had the app
# stayed where it is).
folders, scratch, list, done = ARGV
$LOAD_PATH.unshift(*folders.split(":"))
require "rbconfig"
require "bootsnap/version"
require "bootsnap/compile_cache"
require "bootsnap/compile_cache/iseq"
compiler = Bootsnap::CompileCache::ISeq
native = Bootsnap::CompileCache::Native
exit 3 unless native.respond_to?(:precompile)

# bootsnap names an entry by this digest of the path (FNV-1a, 64 bits). Whether this version does is seen below.
def name_of(path)
  hash = path.b.each_byte.inject(0xcbf29ce484222325) { |all, byte| ((all ^ byte) * 0x100000001b3) & 0xffffffffffffffff }
  format("%02x/%014x", hash >> 56, hash & 0x00ffffffffffffff)
end

# Compiles a source as if it were at another path.
class Elsewhere
  def initialize(shown)
    @shown = shown
  end

  def input_to_storage(_source, path)
    source = File.binread(path).force_encoding(Encoding::UTF_8)
    return Bootsnap::CompileCache::UNCOMPILABLE if source.include?("<compiled>")

    binary = named(RubyVM::InstructionSequence.compile(source, @shown, @shown).to_binary)
    code = RubyVM::InstructionSequence.load_from_binary(binary)
    is_same = [code.label, code.path, code.absolute_path] == ["<main>", @shown, @shown]
    is_same && !binary.include?("<compiled>") ? binary : Bootsnap::CompileCache::UNCOMPILABLE
  rescue SyntaxError, TypeError, EncodingError, ArgumentError
    Bootsnap::CompileCache::UNCOMPILABLE
  end

  private

  # Backtraces call the top of a compiled text `<compiled>`, and that of a file `<main>`. A label is its length, as
  # one byte, and its bytes.
  def named(binary)
    from = 0
    while (at = binary.index("<compiled>".b, from))
      from = at + 1
      before = binary[[at - 80, 0].max...at][/(?:(?:block|rescue|ensure)(?: \(\d+ levels\))? in )*\z/n]
      length = at - before.length - 1
      next if binary.getbyte(length) != ((before.length + 10) << 1 | 1)

      binary.setbyte(length, (before.length + 6) << 1 | 1)
      binary[at, 10] = "<main>\0\0\0\0".b
    end
    binary
  end
end

compiler.cache_dir = File.join(scratch, "compile-cache")
folder = compiler.cache_dir
File.open(done, "w") do |out|
  File.foreach(list, chomp: true) do |line|
    path, shown = line.split("\t")
    native.precompile(folder, path, path == shown ? compiler : Elsewhere.new(shown))
    made = File.join(folder, name_of(path))
    out.puts([shown, made.delete_prefix("#{scratch}/"), name_of(shown)].join("\t")) if File.file?(made)
  rescue StandardError
    # Without an entry the file is compiled at the start, as before.
    next
  end
end
