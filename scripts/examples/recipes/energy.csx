// Energy of each hour from a counter that overflows after 6553.5 kWh and is 0 after a power failure of the meter.
Plant.meter.Scans
    .Increase("energy", wraps: 6553.6)
    .Window(CalendarUnit.Hour).Sum("energy")
    .Payload(scan => new { hour = scan.Time, kwh = scan["energy"], quality = scan.QualityOf("energy") })
    .To(Sinks.energy);
