// The line: a payload of all values a scan to a file, the samples to a table. Edit and save it while it runs.
var line = Plant.line.Scans
    .Scale("speed", 1 / 60.0)                     // bottles a second
    .Range("temperature", 2.5, 8.5);              // outside: no value, quality BAD_RANGE

line.Payload(scan => new { plant_id = Site.PlantId, device = scan.Device, timestamp = scan.Time, tags = scan.Values })
    .To(Sinks.lines);

line.Merge(Plant.tank.Scans)
    .Deadband("weight", 50)
    .To(Sinks.history);
