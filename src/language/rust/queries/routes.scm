; Router::new().route("/cart", get(show).post(add)), .nest("/cart", cart::router())
(call_expression
  function: (field_expression value: (_) @router field: (field_identifier) @verb)
  arguments: (arguments) @arguments) @route
