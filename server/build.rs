//! Linker options of the release binary, for targets on which Rust ships its own linker (LLD).

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    let is = |name: &str, value: &str| std::env::var(name).is_ok_and(|it| it == value);
    let at_home = is("CARGO_CFG_TARGET_ARCH", "x86_64") && is("CARGO_CFG_TARGET_OS", "linux");
    if at_home && is("CARGO_CFG_TARGET_ENV", "gnu") && is("PROFILE", "release") {
        // Packs relocations into an eighth of the space. Needs glibc 2.36: Debian 12.
        println!("cargo::rustc-link-arg-bins=-Wl,-z,pack-relative-relocs");
        // Merges identical copies of generic code.
        println!("cargo::rustc-link-arg-bins=-Wl,--icf=all");
    }
}
