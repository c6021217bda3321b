// A device or a sink is down and is back, a queue or the disk fills up, a recipe was stopped or rolled back. With another sink the same goes
// to a web service or a broker: see README.md.
Site.Alerts
    .Payload(a => new { time = a.Time, kind = a.Kind, subject = a.Subject, active = a.IsActive, reason = a.Reason })
    .To(Sinks.alerts);

// Values leave their ranges, and all values of the meter are within again.
OutOfRange(Plant.Energy_Meter_01.Scans, Plant.Energy_Meter_01.Properties.type);
OutOfRange(Plant.Power_Analyzer_01.Scans, Plant.Power_Analyzer_01.Properties.type);

void OutOfRange(ScanFlow meter, string type)
{
    var before = "";
    meter.Where(scan => scan.Failure is null).Payload(scan =>
    {
        var tags = "";
        foreach (var sample in scan.Samples)
            if (sample.Quality == Quality.BadRange) tags += tags.Length > 0 ? $", {sample.Tag.Name}" : sample.Tag.Name;
        if (tags == before) return null;
        before = tags;
        return new { time = scan.Time, kind = "Range", subject = scan.Device, type, active = tags.Length > 0, reason = tags };
    }).To(Sinks.alerts);
}
