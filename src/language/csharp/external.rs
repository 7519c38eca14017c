//! Classes that leave the program, by their short names: a `using` brings them all.

use crate::domain::ExternalKind::{Clock, Database, Files, Network, Process, Random};

use super::super::external::Known;

/// Callees, or what they lie below.
pub(super) const KNOWN: &[Known] = &[
    ("HttpClient", Network),
    ("WebClient", Network),
    ("TcpClient", Network),
    ("TcpListener", Network),
    ("UdpClient", Network),
    ("Socket", Network),
    ("SmtpClient", Network),
    ("Dns", Network),
    ("GrpcChannel", Network),
    ("WebRequest", Network),
    ("File", Files),
    ("Directory", Files),
    ("FileStream", Files),
    ("FileInfo", Files),
    ("DirectoryInfo", Files),
    ("StreamReader", Files),
    ("StreamWriter", Files),
    ("Path.GetTempFileName", Files),
    ("DateTime.Now", Clock),
    ("DateTime.UtcNow", Clock),
    ("DateTime.Today", Clock),
    ("DateTimeOffset.Now", Clock),
    ("DateTimeOffset.UtcNow", Clock),
    ("Stopwatch", Clock),
    ("Thread.Sleep", Clock),
    ("Task.Delay", Clock),
    ("Random", Random),
    ("Guid.NewGuid", Random),
    ("RandomNumberGenerator", Random),
    ("Process", Process),
    ("Environment.Exit", Process),
    ("SqlConnection", Database),
    ("SqlCommand", Database),
    ("NpgsqlConnection", Database),
    ("SqliteConnection", Database),
    ("MySqlConnection", Database),
    ("MongoClient", Database),
    ("ConnectionMultiplexer", Database),
];
