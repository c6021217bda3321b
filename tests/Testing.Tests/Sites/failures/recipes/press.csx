Plant.press.Scans
    .Payload(scan => new { plc_id = "press-01", values = scan.Values, list = new[] { 1, 2 } })
    .To(Sinks.broker);
