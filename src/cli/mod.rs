//! Parses the command line: a file per subcommand.
