//! A new migration is taken into the next build.
fn main() {
    println!("cargo:rerun-if-changed=migrations");
}
