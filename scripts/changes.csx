// Creates one payload for each scan with changes: the tag, the previous and the new value, and the time.
// Usage: #load "changes.csx" and then Changes(Plant.line.Scans.Only("running")).To(Sinks.events);
PayloadFlow Changes(ScanFlow flow)
{
    var before = new Dictionary<string, Value>();
    return flow.OnChange().Payload(scan =>
    {
        var changes = new List<object>();
        foreach (var sample in scan.Samples)
        {
            if (before.TryGetValue(sample.Tag.Name, out var old)) changes.Add(new { tag = sample.Tag.Name, from = old, to = sample.Value });
            before[sample.Tag.Name] = sample.Value;
        }

        return changes.Count == 0 ? null : new { time = scan.Time, device = scan.Device, changes };
    });
}
