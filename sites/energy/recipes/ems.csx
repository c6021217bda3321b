// Every scan of a meter becomes one record of the EMS.
Plant.Energy_Meter_01.Scans.Merge(Plant.Power_Analyzer_01.Scans)
    .Where(scan => scan.Failure is null)          // a meter that cannot be read at all sends nothing: see alerts.csx
    .Payload(scan => new { device_id = scan.Device, timestamp = scan.Time, measurements = scan.Measurements })
    .To(Sinks.ems);
