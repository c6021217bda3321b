// The lagoon: what was read to a file and a table here; every sample, with the quality of those that failed, to the historian.
var lagoon = Plant.lagoon.Scans;

lagoon.Where(scan => scan.Failure is null)
    .Payload(scan => new
    {
        plant_id = Site.PlantId,
        source = "rockwell",
        timestamp = scan.Time.ToString("yyyy-MM-ddTHH:mm:ss.ffffffZ"),    // six digits, as the collector before wrote them
        tags = scan.Values,
    })
    .To(Sinks.buffer, Sinks.history);

lagoon.To(Sinks.historian);
