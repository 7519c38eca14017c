; http.HandleFunc("GET /cart", show), r.GET("/cart", show), r.Route("/cart", func(r chi.Router) { … })
(call_expression
  function: (selector_expression operand: (_) @router field: (field_identifier) @verb)
  arguments: (argument_list) @arguments) @route

; v1 := r.Group("/v1")
(short_var_declaration
  left: (expression_list . (identifier) @variable)
  right: (expression_list . (call_expression
    function: (selector_expression operand: (_) @router field: (field_identifier) @verb)
    arguments: (argument_list) @arguments))) @group
