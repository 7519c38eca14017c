(class_body (public_field_definition
  name: (_) @name
  value: [(arrow_function) (function_expression)] @value) @function)
(abstract_class_declaration name: (_) @name) @class
(interface_declaration name: (_) @name) @interface
(enum_declaration name: (_) @name) @enum
(internal_module name: (_) @name) @module
(module name: (identifier) @name) @module
