Plant.line.Scans
    .Fold(0, (count, scan) => count + 1)
    .Payload(count => new { count })
    .To(Sinks.history, Sinks.later);
