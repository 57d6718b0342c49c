//! `launch-check` as a program of its own: under 1 MB in the image instead of all of slugsmith.

fn main() -> std::process::ExitCode {
    slugsmith::program::launch_check::main(std::env::args_os().next().as_ref())
}
