// OEE of each shift: availability × performance × quality. The counters overflow at 65536; the shifts are those of the site's time zone.
const double SecondsPerPiece = 1.5;               // at the ideal speed

var shift = Plant.line.Scans
    .Increase("good", wraps: 65536)
    .Increase("total", wraps: 65536)
    .Shifts("06:00", "14:00", "22:00");

shift.TimeMean("running")                         // share of the time in which the line ran, 0 to 1
    .Join(shift.Sum("good", "total"), within: 1.Seconds)
    .Payload(scan =>
    {
        var hours = scan.WindowLength.Value.TotalHours;     // 7 or 9 in the shift in which the clocks are set
        var availability = scan["running"].Number;
        var performance = scan["total"].Number * SecondsPerPiece / (availability * hours * 3600);
        var quality = scan["good"].Number / scan["total"].Number;
        return new { shift = scan.Time, hours, availability, performance, quality, oee = availability * performance * quality };
    })
    .To(Sinks.oee);
