// The lagoon: what was read to a file and a table here; every sample, with the quality of those that failed, to the historian.
var lagoon = Plant.lagoon.Scans;

lagoon.Where(scan => scan.Failure is null)
    .Payload(scan => new { plant_id = Site.PlantId, source = "siemens", timestamp = scan.Time, tags = scan.Values })
    .To(Sinks.lines, Sinks.history);

lagoon.To(Sinks.historian);
