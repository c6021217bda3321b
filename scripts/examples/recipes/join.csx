// Energy per piece from two devices, which are scanned once a second, but not at the same moment.
Plant.line.Scans.Only("speed")
    .Join(Plant.meter.Scans.Only("power"), within: 500.Milliseconds)
    .Where(scan => scan["speed"].Number > 0)
    .Payload(scan => new { time = scan.Time, kwh_per_1000 = Math.Round(1000 * scan["power"].Number / scan["speed"].Number, 3) })
    .To(Sinks.rows);
