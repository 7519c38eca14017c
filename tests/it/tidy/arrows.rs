//! Arrows point down only: every `crate::` path is compared with this table.

use std::collections::{BTreeMap, BTreeSet};

use super::{room_of, rust_files};

/// Each room, and the rooms that it may use. `*` is all.
const MAY_USE: &[(&str, &[&str])] = &[
    ("main", &["*"]),
    ("cli", &["*"]),
    ("app", &["*"]),
    ("server", &["domain", "config", "forge", "store", "intake", "health"]),
    ("worker", &["domain", "config", "forge", "store", "command", "journey"]),
    ("health", &["domain", "config", "forge", "store", "sandbox"]),
    ("intake", &["domain", "command", "config"]),
    ("command", &["domain", "config", "forge", "store"]),
    ("journey", &["domain", "config", "agent", "pipeline", "forge", "sandbox", "language", "framework"]),
    ("agent", &["domain", "config", "pipeline", "sandbox"]),
    ("pipeline", &["domain", "config", "forge", "sandbox", "language", "framework", "store"]),
    ("forge", &["domain"]),
    ("sandbox", &["domain"]),
    ("store", &["domain"]),
    ("language", &["domain"]),
    ("framework", &["domain", "language"]),
    ("report", &["domain"]),
    ("config", &["domain"]),
    ("domain", &[]),
    ("standin", &["domain"]),
];

/// Clients that live in one room each.
const ONE_ROOM: &[(&str, &str)] = &[
    ("octocrab", "forge"),
    ("bollard", "sandbox"),
    ("sqlx", "store"),
    ("tree_sitter", "language"),
    ("axum", "server"),
];

#[test]
fn arrows_point_down_only() {
    let table: BTreeMap<&str, &[&str]> = MAY_USE.iter().copied().collect();
    let mut wrong = Vec::new();
    for (path, text) in rust_files("src") {
        let room = room_of(&path);
        if room == "lib" {
            continue;
        }
        let Some(allowed) = table.get(room.as_str()) else {
            wrong.push(format!("{}: the room `{room}` is not in the table", path.display()));
            continue;
        };
        for used in rooms_used(&text) {
            let fine = used == room || allowed.contains(&"*") || allowed.contains(&used.as_str());
            if !fine && table.contains_key(used.as_str()) {
                wrong.push(format!("{}: `{room}` may not use `{used}`", path.display()));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_heavy_client_lives_in_one_room() {
    let mut wrong = Vec::new();
    for (path, text) in rust_files("src") {
        let room = room_of(&path);
        for (client, home) in ONE_ROOM {
            let elsewhere = room != *home && room != "standin" && !(*client == "axum" && room == "cli");
            if elsewhere && code_lines(&text).any(|line| line.contains(&format!("{client}::"))) {
                wrong.push(format!("{}: {client} belongs to {home}", path.display()));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// The rooms that a text names by `crate::room` or `crate::{room, …}`.
fn rooms_used(text: &str) -> BTreeSet<String> {
    let code: String = code_lines(text).collect::<Vec<_>>().join("\n");
    let mut used = BTreeSet::new();
    for (at, _) in code.match_indices("crate::") {
        let rest = &code[at + "crate::".len()..];
        if let Some(group) = rest.strip_prefix('{') {
            let inside = group.split('}').next().unwrap_or_default();
            used.extend(inside.split(',').map(|part| part.trim().split("::").next().unwrap_or_default().to_owned()));
        } else {
            used.insert(rest.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect());
        }
    }
    used
}

fn code_lines(text: &str) -> impl Iterator<Item = &str> {
    text.lines().filter(|line| !line.trim_start().starts_with("//"))
}
