// An alarm when the furnace was above 850 °C for 30 s, until it is at 840 °C or below: one record at the start, one with its id at the end.
Plant.furnace.Scans
    .Alarm("temperature", above: 850, clear: 840, after: 30.Seconds)
    .To(Sinks.alarms);
