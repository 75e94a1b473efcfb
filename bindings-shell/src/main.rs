//! The command `iofilter-certs`.

fn main() -> std::process::ExitCode {
    iofilter_certs_shell::main_with(std::env::args_os()).into()
}
