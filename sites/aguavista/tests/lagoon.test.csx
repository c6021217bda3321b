// Tests of the records of the water in all three sinks. Run with: plant test sites/aguavista

Test("a scan goes to the file, the table and the historian", plant =>
{
    plant.lagoon.Scan(tag_temperature: 25.5, tag_status: true, tag_chlorine: 0.62, tag_mode: "AUTO");

    var payload = new
    {
        plant_id = 1,
        source = "rockwell",
        timestamp = plant.Time.ToString("yyyy-MM-ddTHH:mm:ss.ffffffZ"),
        tags = new { tag_temperature = 25.5, tag_status = true, tag_chlorine = 0.62, tag_mode = "AUTO" },
    };
    plant.Sinks.buffer.ShouldHave(payload);
    plant.Sinks.history.ShouldHave(payload);
    plant.Sinks.historian.ShouldHave(new { device = "lagoon", tags = new { tag_temperature = 25.5, tag_status = true, tag_mode = "AUTO" } });
});

Test("a value that cannot be is none, and the historian is told why", plant =>
{
    plant.lagoon.Scan(tag_ph: 14.1);
    plant.Sinks.buffer.ShouldHave(new { tags = new { tag_ph = (double?)null } });
    plant.Sinks.historian.ShouldHave(new { quality = new { tag_ph = "BAD_RANGE" } });
});

Test("only the historian is told that the controller does not answer", plant =>
{
    plant.lagoon.Cut("no answer within 3 s");
    plant.Run(1.Minutes);
    plant.Sinks.buffer.ShouldBeEmpty();
    plant.Sinks.historian.ShouldHave(new { quality = new { tag_temperature = "BAD_COMM", tag_mode = "BAD_COMM" } });
});
