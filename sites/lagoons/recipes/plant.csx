// The Siemens side: the server sends what changed; each change is stored with its time.
Plant.plant.Scans
    .Where(scan => scan.Failure is null)
    .Payload(scan => new { plant_id = Site.PlantId, source = "opcua", timestamp = scan.Time, tags = scan.Values })
    .To(Sinks.history);

Plant.plant.Scans.Events("*_pump", reportStart: true).To(Sinks.events);
