// Every change of the line's state, with the value before and after; and a word when the line cannot be read.
#load "changes.csx"

Changes(Plant.line.Scans.Only("running", "state")).To(Sinks.events);

Plant.line.Silent(3.Seconds)
    .Payload(s => new { time = s.Time, device = s.Device, silent_since = s.Since, reason = s.Reason })
    .To(Sinks.events);

// Each time that the line runs is an event: a row of the table events, open until the line stops. The page lists them.
Plant.line.Scans.Events("running", reportStart: true).To(Sinks.history);
