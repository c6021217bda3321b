// A recipe. When you save this file while `plant run` is running, the new version replaces the old one between two scans, or not at all.

// Writes every scan as one JSON line.
Plant.machine.Scans.To(Sinks.lines);

// Writes an event with start, end and duration each time the machine stops.
Plant.machine.Scans.Events(Plant.machine.Tags.running).To(Sinks.events);

// Writes a message at the first scan that fails, and every 30 s while this lasts.
Plant.machine.Silent(30.Seconds)
    .Payload(s => new { ts = s.Time.ToUnixSeconds(), machine = s.Device, error = s.Reason })
    .To(Sinks.events);
