//! The binary: which program it is depends on its file name and operands.

fn main() -> std::process::ExitCode {
    let arguments: Vec<_> = std::env::args_os().collect();
    slugsmith::program::run(&arguments)
}
