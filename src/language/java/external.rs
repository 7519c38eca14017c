//! Classes that leave the program.

use crate::domain::ExternalKind::{Clock, Database, Files, Network, Process, Random};

use super::super::external::Known;

/// Callees, or what they lie below.
pub(super) const KNOWN: &[Known] = &[
    ("java.net", Network),
    ("org.apache.http", Network),
    ("okhttp3", Network),
    ("org.springframework.web.client.RestTemplate", Network),
    ("org.springframework.web.reactive.function.client.WebClient", Network),
    ("HttpClient", Network),
    ("java.nio.file.Files", Files),
    ("java.io.File", Files),
    ("java.io.FileReader", Files),
    ("java.io.FileWriter", Files),
    ("java.io.FileInputStream", Files),
    ("java.io.FileOutputStream", Files),
    ("System.currentTimeMillis", Clock),
    ("System.nanoTime", Clock),
    ("Thread.sleep", Clock),
    ("java.time.Instant.now", Clock),
    ("java.time.LocalDate.now", Clock),
    ("java.time.LocalDateTime.now", Clock),
    ("java.time.LocalTime.now", Clock),
    ("java.time.ZonedDateTime.now", Clock),
    ("java.time.OffsetDateTime.now", Clock),
    ("java.util.Date", Clock),
    ("java.util.Random", Random),
    ("java.util.UUID.randomUUID", Random),
    ("java.security.SecureRandom", Random),
    ("java.util.concurrent.ThreadLocalRandom", Random),
    ("Math.random", Random),
    ("ProcessBuilder", Process),
    ("Runtime.getRuntime.exec", Process),
    ("System.exit", Process),
    ("java.sql.DriverManager", Database),
    ("org.springframework.jdbc.core.JdbcTemplate", Database),
    ("com.mongodb", Database),
    ("redis.clients.jedis", Database),
];
