// What to do with the plant. `Plant.`, `Sinks.` and `Site.` know what site.toml holds; `plant check` finds mistakes before the plant does.
//
// Plant.machine.Scans
//     .Only("temperature", "pressure_*")
//     .Range("temperature", -20, 120)           // outside: no value, quality BAD_RANGE
//     .Deadband("temperature", 0.5)             // only when it moved by half a degree
//     .Payload(scan => new { ts = scan.Time.ToUnixSeconds(), plant = Site.PlantId, values = scan.Values })
//     .To(Sinks.lines);
