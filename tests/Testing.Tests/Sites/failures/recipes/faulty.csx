Plant.press.Scans
    .Payload(scan => new { whole = int.Parse(scan["good"].Text) })
    .To(Sinks.broker);
