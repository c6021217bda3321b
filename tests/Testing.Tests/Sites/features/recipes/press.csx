Plant.press.Scans.Payload(scan => new { device = scan.Device, number = scan.Number, failure = scan.Failure, values = scan.Values, quality = scan.Qualities })
    .To(Sinks.broker);
Plant.press.Silent(30.Seconds).Payload(s => new { silent = s.Reason, since = s.Since, time = s.Time }).To(Sinks.broker);
