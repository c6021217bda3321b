Plant.press.Block("DB1", bytes: 8).Decode(every: 1.Seconds, new("on", 0, DataType.Bool, bit: 2), new("count", 2, DataType.Int), new("level", 4, DataType.Real))
    .Payload(scan => new { failure = scan.Failure, values = scan.Values })
    .To(Sinks.table);
Plant.press.Block("DB1", bytes: 8).MirrorTo(Plant.lab.Block("DB7"), every: 100.Milliseconds, changedOnly: true, watchdog: 8);
