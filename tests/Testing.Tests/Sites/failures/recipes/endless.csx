Plant.press.Scans.Where(scan =>
{
    while (scan["amps"].Number > 1) { }
    return true;
}).To(Sinks.broker);
