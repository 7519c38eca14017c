; Methods bound to a name in a class: total = () => 1
(class_body (field_definition
  property: (_) @name
  value: [(arrow_function) (function_expression)] @value) @function)
