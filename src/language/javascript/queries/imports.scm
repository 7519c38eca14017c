(import_statement source: (string) @source) @import
(export_statement source: (string) @source) @import
((call_expression
  function: [(identifier) (import)] @_how
  arguments: (arguments . (string) @source)) @import
  (#match? @_how "^(require|import)$"))

(export_statement) @export
((assignment_expression left: (member_expression object: (_) @_object)) @export
  (#match? @_object "^(module|exports|module\\.exports)$"))
