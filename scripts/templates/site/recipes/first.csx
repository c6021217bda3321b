// What to do with the plant. Save this file while `plant run` is going: the new version takes over between two scans, or not at all.

// Every scan, as one JSON line.
Plant.machine.Scans.To(Sinks.lines);

// An event each time the machine ran, when it ends: start, end, duration.
Plant.machine.Scans.Events(Plant.machine.Tags.running).To(Sinks.events);

// A word when nothing good came from it for half a minute, and again after each further half.
Plant.machine.Silent(30.Seconds)
    .Payload(s => new { ts = s.Time.ToUnixSeconds(), machine = s.Device, error = s.Reason })
    .To(Sinks.events);
