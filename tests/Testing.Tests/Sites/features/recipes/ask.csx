// Asks for a level once per good scan; the answer goes on as a record.
Plant.lab.Scans.Payload(scan => new { setpoint = scan["setpoint"] }).Ask(Sinks.service, maxAge: 1.Minutes)
    .Payload(answer => new
    {
        asked = answer.Request.GetProperty("setpoint").GetDouble(),
        status = answer.Status,
        level = answer.IsJson ? answer.Json.GetProperty("level").GetDouble() : -1,
    }).To(Sinks.broker);
