(class_declaration name: (identifier) @name) @class
(struct_declaration name: (identifier) @name) @class
(record_declaration name: (identifier) @name) @class
(interface_declaration name: (identifier) @name) @interface
(enum_declaration name: (identifier) @name) @enum
(method_declaration name: (identifier) @name) @function
(constructor_declaration name: (identifier) @name) @function
(local_function_statement name: (identifier) @name) @function

(using_directive) @import
(namespace_declaration name: (_) @namespace) @package
(file_scoped_namespace_declaration name: (_) @namespace) @package

(invocation_expression function: (_) @callee) @call
(object_creation_expression type: (_) @callee) @call
; DateTime.Now is no call, and asks the clock all the same.
((member_access_expression expression: (identifier) @_clock name: (identifier) @_now) @call @callee
  (#match? @_clock "^DateTime(Offset)?$")
  (#match? @_now "^(Now|UtcNow|Today)$"))
