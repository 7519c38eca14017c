(function_item name: (identifier) @name) @function
(trait_item body: (declaration_list (function_signature_item name: (identifier) @name) @function))
(struct_item name: (type_identifier) @name) @class
(union_item name: (type_identifier) @name) @class
(enum_item name: (type_identifier) @name) @enum
(trait_item name: (type_identifier) @name) @interface
(impl_item type: (_) @name) @type
(mod_item name: (identifier) @name body: (_)) @module

(source_file (const_item name: (identifier) @name) @global)
(source_file (static_item name: (identifier) @name) @global)
(mod_item body: (declaration_list (const_item name: (identifier) @name) @global))
(mod_item body: (declaration_list (static_item name: (identifier) @name) @global))

(use_declaration argument: (_) @source) @import
(mod_item name: (identifier) @source !body) @import

(call_expression function: (_) @callee) @call
(scoped_identifier) @path
(scoped_type_identifier) @path
