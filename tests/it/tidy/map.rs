//! The map in `ARCHITECTURE.md` and `lib.rs` agree, and every member of a room is registered.

use std::collections::BTreeSet;

use super::root;

#[test]
fn the_map_names_the_rooms_in_the_order_of_lib() {
    let lib = std::fs::read_to_string(root().join("src/lib.rs")).expect("lib.rs");
    let rooms: Vec<&str> =
        lib.lines().filter_map(|line| line.strip_prefix("pub mod ")).map(|line| line.trim_end_matches(';')).collect();
    let map = std::fs::read_to_string(root().join("ARCHITECTURE.md")).expect("ARCHITECTURE.md");
    let (_, code_map) = map.split_once("## Code map").expect("a code map");
    let code_map = code_map.split("### ").next().expect("its table");
    let rows = code_map.lines().filter_map(|line| line.strip_prefix("| `"));
    let named: Vec<&str> = rows
        .filter_map(|row| row.split('`').next())
        .map(|name| name.trim_end_matches('/').trim_end_matches(".rs"))
        .collect();
    let of_map: Vec<&str> = named.into_iter().filter(|name| rooms.contains(name)).collect();
    assert_eq!(of_map, rooms, "the code map of ARCHITECTURE.md is not in the order of lib.rs");
}

#[test]
fn every_member_of_a_list_is_in_it() {
    for (room, list) in [("language", "MAPPED"), ("framework", "ALL"), ("command", "ALL")] {
        let folder = root().join("src").join(room);
        let listed = std::fs::read_to_string(folder.join("mod.rs")).expect("a room's mod.rs");
        let (_, after) = listed.split_once(&format!("{list}:")).unwrap_or_else(|| panic!("{room} has no {list}"));
        let entries = after.split("];").next().unwrap_or_default();
        for member in members(&folder) {
            assert!(entries.contains(&format!("{member}::")), "{room}/{member} is missing in {room}::{list}");
        }
    }
}

/// Folders of a room; for commands its files, less those that serve all commands.
fn members(folder: &std::path::Path) -> BTreeSet<String> {
    let entries = std::fs::read_dir(folder).expect("a room").flatten();
    let is_command = folder.ends_with("command");
    entries
        .filter(|entry| is_command || entry.path().is_dir())
        .map(|entry| entry.file_name().to_string_lossy().trim_end_matches(".rs").to_owned())
        .filter(|name| !matches!(name.as_str(), "mod" | "parse" | "context" | "tests"))
        .collect()
}
