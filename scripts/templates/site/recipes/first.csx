// Every scan, as one JSON line. Save this file while `plant run` is going: the new version takes over between two scans.
Plant.machine.Scans.To(Sinks.lines);
