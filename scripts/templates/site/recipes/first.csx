// What to do with the plant. Save this file while `plant run` is going: the new version takes over between two scans, or not at all.

// Every scan, as one JSON line: bad values are null.
Plant.machine.Scans
    .Payload(scan => new { ts = scan.Time.ToUnixSeconds(), plant = Site.PlantId, machine = scan.Device, values = scan.Values })
    .To(Sinks.lines);

// A line each time the machine ran, with start, end and duration.
Plant.machine.Scans
    .Events(Plant.machine.Tags.running)
    .To(Sinks.lines);

// A word when nothing good came from it for half a minute, and again after each further half.
Plant.machine.Silent(30.Seconds)
    .Payload(s => new { ts = s.Time.ToUnixSeconds(), machine = s.Device, error = s.Reason })
    .To(Sinks.lines);
