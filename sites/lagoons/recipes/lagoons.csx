// The Rockwell side: each controller alone, a record a second, and an event for each time that a valve is open.
var lagoons = Plant.lagoon_1.Scans.Merge(Plant.lagoon_2.Scans, Plant.lagoon_3.Scans);

lagoons.Where(scan => scan.Failure is null)
    .Payload(scan => new { plant_id = Site.PlantId, source = "rockwell", plc = scan.Device, timestamp = scan.Time, tags = scan.Values })
    .To(Sinks.history);

lagoons.Events("valve_*", reportStart: true).To(Sinks.events);       // TRUE opens one, FALSE closes it: table events
