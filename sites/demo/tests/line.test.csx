// Tests of the demo's recipes. Run them with: plant test sites/demo
// A test has its own plant with simulated devices; a scan happens when the test says so.

Test("speed is written a second, not a minute", plant =>
{
    plant.line.Scan(speed: 120, temperature: 4.5);
    plant.Sinks.lines.ShouldHave(new { device = "line", timestamp = plant.Time, tags = new { speed = 2.0, temperature = 4.5 } });
});

Test("what is out of range has no value, in the payload and in the table", plant =>
{
    plant.line.Scan(temperature: 9, pressure: 7.6);         // the recipe's range ends at 8.5 °C, that of site.toml at 7.5 bar
    plant.Sinks.lines.ShouldHave(new { tags = new { temperature = (double?)null, pressure = (double?)null } });
    plant.Sinks.history.ShouldHave(new { quality = new { temperature = "BAD_RANGE", pressure = "BAD_RANGE" } });
});

Test("the table gets a weight when it moved by 50 kg", plant =>
{
    plant.tank.Scan(weight: 2000);
    plant.tank.Scan(weight: 2049);
    plant.tank.Scan(weight: 2050);

    plant.Sinks.history.ShouldHave(
        new { device = "tank", tags = new { level = 0, weight = 2000 } },
        new { tags = new { level = 0 } },                   // the level is let through always
        new { tags = new { level = 0, weight = 2050 } });
});

Test("a change of state is an event with the state before", plant =>
{
    plant.line.Scan(state: "filling", running: true);
    plant.line.Scan(state: "filling");
    plant.line.Scan(state: "stopped", running: false);

    plant.Sinks.events.ShouldHave(new
    {
        device = "line",
        changes = new object[] { new { tag = "running", from = true, to = false }, new { tag = "state", from = "filling", to = "stopped" } },
    });
});

Test("when a scan fails there is a word, and every three seconds again, until the line is back", plant =>
{
    plant.line.Scan(state: "filling");
    plant.line.Cut("network failed");
    plant.Run(5.Seconds);                                   // scans at the rates of site.toml
    plant.Sinks.events.ShouldHave(
        new { changes = new object[] { new { tag = "running", to = (bool?)null }, new { tag = "state", from = "filling", to = (string)null } } },
        new { device = "line", reason = "network failed", silent_since = "2026-01-01T00:00:00Z" },
        new { device = "line", reason = "network failed" });

    plant.line.Heal();
    plant.Run(1.Hours);                                     // 7,200 scans
    plant.Sinks.events.ShouldHave(new { time = "2026-01-01T00:00:05.5Z", device = "line" });
});

Test("a saved recipe goes on where the old one stood", plant =>
{
    plant.tank.Scan(weight: 2000);
    Equal("carried=2", plant.Reload("recipes/line.csx", text => text.Replace("plant_id = Site.PlantId", "plant = Site.Name")));

    plant.tank.Scan(weight: 2049);                          // still less than 50 kg away from what was let through last
    plant.line.Scan();
    plant.Sinks.history.ShouldEndWith(new { device = "tank", tags = new { level = 0 } }, new { device = "line" });
    plant.Sinks.lines.ShouldHave(new { plant = "demo" });
});

Test("each time that the line runs is an event, open until it stops", plant =>
{
    plant.line.Scan(running: true);
    var start = plant.Sinks.history.Take().Single(record => record["event_id"] != null);     // the scan is there too
    plant.Advance(12.Seconds);
    plant.line.Scan(running: false);
    var end = plant.Sinks.history.Take().Single(record => record["event_id"] != null);
    Equal(start["event_id"].ToString(), end["event_id"].ToString());
    Equal("12", end["duration"].ToString());
});
