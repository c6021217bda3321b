// A device or a sink is down and is back, a queue or the disk fills up, a recipe was stopped or rolled back. With another sink the same goes
// to a web service or a broker: see README.md.
Site.Alerts
    .Payload(a => new { time = a.Time, kind = a.Kind, subject = a.Subject, active = a.IsActive, reason = a.Reason })
    .To(Sinks.alerts);

// Values leave their ranges, and all values of the meter are within again.
OutOfRange(Plant.Energy_Meter_01.Scans, Plant.Energy_Meter_01.Properties.type);
OutOfRange(Plant.Power_Analyzer_01.Scans, Plant.Power_Analyzer_01.Properties.type);

void OutOfRange(ScanFlow meter, string type) => meter
    .Where(scan => scan.Failure is null)
    .Fold(new OutOfRangeTags("", false, default, ""), (before, scan) =>
    {
        var tags = "";
        foreach (var sample in scan.Samples)
            if (sample.Quality == Quality.BadRange) tags += tags.Length > 0 ? $", {sample.Tag.Name}" : sample.Tag.Name;
        return new OutOfRangeTags(tags, tags != before.Tags, scan.Time, scan.Device);
    })
    .Where(state => state.HasChanged)
    .Payload(state => new
    {
        time = state.Time, kind = "Range", subject = state.Device, type, active = state.Tags.Length > 0, reason = state.Tags,
    })
    .To(Sinks.alerts);

record OutOfRangeTags(string Tags, bool HasChanged, DateTime Time, string Device);
