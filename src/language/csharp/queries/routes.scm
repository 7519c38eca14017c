; app.MapGet("/cart", Show)
(invocation_expression
  function: (member_access_expression expression: (_) @router name: (identifier) @verb)
  arguments: (argument_list) @arguments) @route

; var api = app.MapGroup("/api");
(variable_declarator
  name: (identifier) @variable
  (invocation_expression
    function: (member_access_expression expression: (_) @router name: (identifier) @verb)
    arguments: (argument_list) @arguments)) @group
