//! `launch-check` as a program of its own: 1.3 MB in the image instead of 16.

fn main() -> std::process::ExitCode {
    slugsmith::program::launch_check::main(std::env::args_os().next().as_ref())
}
