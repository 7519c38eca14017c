; app.get("/cart", handler), router.route("/cart").get(handler), app.use("/cart", router)
(call_expression
  function: (member_expression
    object: (_) @router
    property: (property_identifier) @verb)
  arguments: (arguments) @arguments) @route
