// What is known of the water, in three places. Run with: plant test sites/costadellago

Test("a scan goes to the file, the table and the historian", plant =>
{
    plant.lagoon.Scan(level_lagoon: 2.5, chlorine: 0.62, mode: "AUTO");

    var payload = new { plant_id = 7, source = "siemens", timestamp = plant.Time, tags = new { level_lagoon = 2.5, chlorine = 0.62, mode = "AUTO" } };
    plant.Sinks.lines.ShouldHave(payload);
    plant.Sinks.history.ShouldHave(payload);
    plant.Sinks.historian.ShouldHave(new { device = "lagoon", tags = new { level_lagoon = 2.5, chlorine = 0.62, mode = "AUTO" } });
});

Test("a value that cannot be is none, and the historian is told why", plant =>
{
    plant.lagoon.Scan(ph: 14.1);
    plant.Sinks.lines.ShouldHave(new { tags = new { ph = (double?)null } });
    plant.Sinks.historian.ShouldHave(new { quality = new { ph = "BAD_RANGE" } });
});

Test("only the historian is told that the PLC does not answer", plant =>
{
    plant.lagoon.Cut("no answer within 3 s");
    plant.Run(1.Minutes);
    plant.Sinks.lines.ShouldBeEmpty();
    plant.Sinks.historian.ShouldHave(new { quality = new { level_lagoon = "BAD_COMM", mode = "BAD_COMM" } });
});
