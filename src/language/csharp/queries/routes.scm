; app.MapGet("/cart", Show)
(invocation_expression
  function: (member_access_expression expression: (_) @router name: (identifier) @verb)
  arguments: (argument_list) @arguments) @route
