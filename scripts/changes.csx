// Creates one payload for each scan with changes: the tag, the previous and the new value, and the time.
// Usage: #load "changes.csx" and then Changes(Plant.line.Scans.Only("running")).To(Sinks.events);
PayloadFlow Changes(ScanFlow flow) => flow.OnChange()
    .Fold(new TagChanges([], [], default, ""), (before, scan) =>
    {
        var values = new Dictionary<string, Value>(before.Values);
        var changes = new List<TagChange>();
        foreach (var sample in scan.Samples)
        {
            var tag = sample.Tag.Name;
            if (values.TryGetValue(tag, out var old)) changes.Add(new TagChange(tag, old, sample.Value));
            values[tag] = sample.Value;
        }

        return new TagChanges(values, changes, scan.Time, scan.Device);
    })
    .Where(state => state.Changes.Count > 0)
    .Payload(state => new
    {
        time = state.Time, device = state.Device, changes = state.Changes.Select(c => new { tag = c.Tag, from = c.From, to = c.To }),
    });

record TagChange(string Tag, Value From, Value To);

record TagChanges(Dictionary<string, Value> Values, List<TagChange> Changes, DateTime Time, string Device);
