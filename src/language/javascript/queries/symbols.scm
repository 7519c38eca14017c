; Functions, also those bound to a name, and methods.
(function_declaration name: (_) @name) @function
(generator_function_declaration name: (_) @name) @function
(variable_declarator
  name: (identifier) @name
  value: [(arrow_function) (function_expression) (generator_function)] @value) @function
(class_body (method_definition name: (_) @name) @function)
(export_statement "default" value: [(arrow_function) (function_expression)] @function)

; CommonJS: exports.total = function () {}, Cart.prototype.total = function () {}
((assignment_expression
  left: (member_expression object: (_) @_object property: (property_identifier) @name)
  right: [(arrow_function) (function_expression)] @value) @function
  (#match? @_object "^(module\\.)?exports$"))
((assignment_expression
  left: (member_expression
    object: (member_expression object: (identifier) @owner property: (property_identifier) @_prototype)
    property: (property_identifier) @name)
  right: [(arrow_function) (function_expression)] @value) @function
  (#eq? @_prototype "prototype"))

; Classes.
(class_declaration name: (_) @name) @class
(variable_declarator name: (identifier) @name value: (class) @value) @class
(export_statement "default" value: (class) @class)

; Names at the top level.
(program (lexical_declaration (variable_declarator name: (identifier) @name)) @global)
(program (variable_declaration (variable_declarator name: (identifier) @name)) @global)
(program (export_statement declaration: (lexical_declaration (variable_declarator name: (identifier) @name)) @global))
(program (export_statement declaration: (variable_declaration (variable_declarator name: (identifier) @name)) @global))

(call_expression function: (_) @callee) @call
(new_expression constructor: (_) @callee) @call
