Plant.press.Scans.Window(1.Days).Count("amps").Payload(s => new { day = s.Time, count = s["amps"] }).To(Sinks.table);
