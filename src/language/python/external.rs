//! Calls that leave the program, told by what their names were imported as.

use std::collections::BTreeMap;

use crate::domain::ExternalKind::{Clock, Database, Files, Network, Process, Random};
use crate::domain::{ExternalCall, Import, Symbol};
use crate::language::external::{Known, kind};

use super::symbols::body;
use super::syntax::Syntax;

const KNOWN: &[Known] = &[
    ("requests", Network),
    ("httpx", Network),
    ("aiohttp", Network),
    ("urllib.request", Network),
    ("urllib3", Network),
    ("http.client", Network),
    ("socket", Network),
    ("smtplib", Network),
    ("ftplib", Network),
    ("boto3", Network),
    ("grpc", Network),
    ("websockets", Network),
    ("paramiko", Network),
    ("open", Files),
    ("io.open", Files),
    ("os.remove", Files),
    ("os.rename", Files),
    ("os.replace", Files),
    ("os.listdir", Files),
    ("os.mkdir", Files),
    ("os.makedirs", Files),
    ("os.unlink", Files),
    ("os.walk", Files),
    ("os.scandir", Files),
    ("os.stat", Files),
    ("os.path.exists", Files),
    ("os.path.getsize", Files),
    ("shutil", Files),
    ("tempfile", Files),
    ("glob.glob", Files),
    ("pathlib.Path.read_text", Files),
    ("pathlib.Path.read_bytes", Files),
    ("pathlib.Path.write_text", Files),
    ("pathlib.Path.write_bytes", Files),
    ("pathlib.Path.open", Files),
    ("pathlib.Path.exists", Files),
    ("pathlib.Path.mkdir", Files),
    ("pathlib.Path.unlink", Files),
    ("pathlib.Path.iterdir", Files),
    ("time.time", Clock),
    ("time.time_ns", Clock),
    ("time.sleep", Clock),
    ("time.monotonic", Clock),
    ("time.perf_counter", Clock),
    ("time.localtime", Clock),
    ("datetime.datetime.now", Clock),
    ("datetime.datetime.utcnow", Clock),
    ("datetime.datetime.today", Clock),
    ("datetime.date.today", Clock),
    ("asyncio.sleep", Clock),
    ("random", Random),
    ("secrets", Random),
    ("uuid.uuid1", Random),
    ("uuid.uuid4", Random),
    ("numpy.random", Random),
    ("os.urandom", Random),
    ("subprocess", Process),
    ("os.system", Process),
    ("os.popen", Process),
    ("os.fork", Process),
    ("os.kill", Process),
    ("multiprocessing.Process", Process),
    ("sqlite3", Database),
    ("psycopg2", Database),
    ("psycopg", Database),
    ("pymysql", Database),
    ("MySQLdb", Database),
    ("asyncpg", Database),
    ("pymongo", Database),
    ("redis", Database),
    ("sqlalchemy.create_engine", Database),
];

/// The calls of a file that leave the program, in order of place.
pub(super) fn calls(syntax: &Syntax<'_>, imports: &[Import], symbols: &[Symbol]) -> Vec<ExternalCall> {
    let names = names(imports);
    let mut found = Vec::new();
    for call in syntax.root().descendants().filter(|part| part.is("call")) {
        let Some(written) = call.field("function").and_then(body::called_name) else { continue };
        let (first, rest) = written.split_once('.').map_or((written.as_str(), ""), |(first, rest)| (first, rest));
        let first = match names.get(first) {
            Some(target) => target.as_str(),
            // A name that was not imported is a built-in one, or our own.
            None if first == "open" && rest.is_empty() => first,
            None => continue,
        };
        let callee = if rest.is_empty() { first.to_owned() } else { format!("{first}.{rest}") };
        if let Some(kind) = kind(KNOWN, &callee, ".") {
            let holder = symbols
                .iter()
                .rev()
                .find(|symbol| symbol.span.start_byte <= call.start() && call.end() <= symbol.span.end_byte);
            let symbol = holder.map(|symbol| symbol.local_name.to_string());
            found.push(ExternalCall { kind, callee, line: call.line_start(), symbol });
        }
    }
    found
}

/// What each name of the file stands for.
fn names(imports: &[Import]) -> BTreeMap<String, String> {
    let mut names = BTreeMap::new();
    for import in imports {
        if import.names.is_empty() {
            let first = import.source.split('.').next().unwrap_or_default().to_owned();
            names.insert(first.clone(), first);
        }
        for name in &import.names {
            let target =
                if name.name == "*" { import.source.to_string() } else { format!("{}.{}", import.source, name.name) };
            names.insert(name.local.to_string(), target);
        }
    }
    names
}

#[cfg(test)]
mod tests {
    use crate::domain::RepoPath;
    use crate::language::{Mapper, python::Python};

    #[test]
    fn calls_that_leave_the_program_are_told_with_their_symbols() {
        let text = concat!(
            "import requests\nimport os.path\nfrom datetime import datetime as dt\nfrom pathlib import Path\n",
            "def f(client):\n    requests.get('x')\n    client.get('x')\n    return dt.now(), open('a')\n",
            "class A:\n    def m(self):\n        return Path('x').read_text()\n",
        );
        let facts = Python.facts(&RepoPath::parse("a.py").unwrap(), text).unwrap();
        let found: Vec<String> = facts
            .external
            .iter()
            .map(|call| {
                format!("{:?} {} {} {}", call.kind, call.callee, call.line, call.symbol.as_deref().unwrap_or(""))
            })
            .collect();
        assert_eq!(
            found,
            [
                "Network requests.get 6 f",
                "Clock datetime.datetime.now 8 f",
                "Files open 8 f",
                "Files pathlib.Path.read_text 11 A.m"
            ]
        );
    }
}
