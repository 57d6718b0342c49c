//! `docs/caches.md` has the table of switches as the code has it.

use std::path::Path;

const BEGIN: &str = "the_table_of_switches -->\n";
const END: &str = "<!-- end of the table -->";

#[test]
fn the_table_of_switches_is_current() {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/caches.md");
    let there = fs_err::read_to_string(&file).unwrap();
    let (before, rest) = there.split_once(BEGIN).unwrap();
    let (_, after) = rest.split_once(END).unwrap();
    let table = slugsmith::cache::switches::table();
    let wanted = format!("{before}{BEGIN}\n{table}\n{END}{after}");
    if std::env::var_os("SLUGSMITH_BLESS").is_some() {
        fs_err::write(&file, &wanted).unwrap();
    }
    let there = fs_err::read_to_string(&file).unwrap();
    assert_eq!(
        there, wanted,
        "write it anew: SLUGSMITH_BLESS=1 cargo test --test audit the_table_of_switches"
    );
}
