; http.HandleFunc("GET /cart", show), r.GET("/cart", show), r.Route("/cart", func(r chi.Router) { … })
(call_expression
  function: (selector_expression operand: (_) @router field: (field_identifier) @verb)
  arguments: (argument_list) @arguments) @route

; registerOrders(v1)
(call_expression function: (identifier) @verb arguments: (argument_list) @arguments) @route

; v1 := r.Group("/v1")
(short_var_declaration
  left: (expression_list . (identifier) @variable)
  right: (expression_list . (call_expression
    function: (selector_expression operand: (_) @router field: (field_identifier) @verb)
    arguments: (argument_list) @arguments))) @group

; carts := handlers.NewCarts(store), carts := &handlers.Carts{}
(short_var_declaration
  left: (expression_list . (identifier) @made)
  right: (expression_list . (call_expression function: [(identifier) (selector_expression)] @made.by)))
(short_var_declaration
  left: (expression_list . (identifier) @made)
  right: (expression_list . (unary_expression operand: (composite_literal
    type: [(type_identifier) (qualified_type)] @made.of))))
(short_var_declaration
  left: (expression_list . (identifier) @made)
  right: (expression_list . (composite_literal type: [(type_identifier) (qualified_type)] @made.of)))
