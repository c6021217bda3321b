// A recipe. `Plant.`, `Sinks.` and `Site.` contain the names of site.toml; `plant check` finds errors without touching a device.
//
// Plant.machine.Scans
//     .Only("temperature", "pressure_*")
//     .Range("temperature", -20, 120)           // outside: no value, quality BAD_RANGE
//     .Deadband("temperature", 0.5)             // only changes of at least half a degree
//     .Payload(scan => new { ts = scan.Time.ToUnixSeconds(), plant = Site.PlantId, values = scan.Values })
//     .To(Sinks.lines);
