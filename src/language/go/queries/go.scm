(function_declaration name: (identifier) @name) @function
(method_declaration
  receiver: (parameter_list (parameter_declaration type: (_) @owner))
  name: (field_identifier) @name) @function
(type_declaration (type_spec name: (type_identifier) @name type: (interface_type)) @interface)
(type_declaration (type_spec
  name: (type_identifier) @name
  type: [(struct_type) (map_type) (slice_type) (array_type) (function_type) (channel_type) (pointer_type)
    (type_identifier) (qualified_type) (generic_type)]) @class)

(source_file (const_declaration (const_spec name: (identifier) @name) @global))
(source_file (var_declaration (var_spec name: (identifier) @name) @global))
(source_file (var_declaration (var_spec_list (var_spec name: (identifier) @name) @global)))

(import_spec path: (_) @source) @import

(call_expression function: (_) @callee) @call

; What a file uses of other files of its package, and of other packages.
(selector_expression operand: (identifier) @used.package field: (field_identifier) @used.name) @used
(qualified_type package: (package_identifier) @used.package name: (type_identifier) @used.name) @used
