//! How the release binary is linked, where Rust brings its own linker (LLD) for it.

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    let is = |name: &str, value: &str| std::env::var(name).is_ok_and(|it| it == value);
    let at_home = is("CARGO_CFG_TARGET_ARCH", "x86_64") && is("CARGO_CFG_TARGET_OS", "linux");
    if at_home && is("CARGO_CFG_TARGET_ENV", "gnu") && is("PROFILE", "release") {
        // Addresses to be mended at start take an eighth of the room. Needs glibc 2.36: Debian 12.
        println!("cargo::rustc-link-arg-bins=-Wl,-z,pack-relative-relocs");
        // Generic code that came out the same twice is kept once.
        println!("cargo::rustc-link-arg-bins=-Wl,--icf=all");
    }
}
