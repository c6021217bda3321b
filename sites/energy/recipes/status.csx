// Once a minute the four fields of the old status, and behind them what its monitor counted.
Site.Health.Every(1.Minutes)
    .Payload(h => new
    {
        total_devices = h.TotalDevices, active_devices = h.ActiveDevices,
        data_points_collected = h.DataPointsCollected, last_collection = h.LastCollection,
        time = h.Time, values_per_minute = h.ValuesPerMinute, memory_mb = h.MemoryMegabytes, queue = h.Waiting,
        devices = h.Devices.Select(d => new { name = d.Name, state = d.State, errors = d.Errors, response_ms = d.ResponseMilliseconds }),
        sinks = h.Sinks.Select(s => new { name = s.Name, state = s.State, waiting = s.Waiting, dead_letters = s.DeadLetters }),
    })
    .To(Sinks.status);
