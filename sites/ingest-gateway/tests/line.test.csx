// The messages of a gateway. Run with: plant test sites/ingest-gateway

Test("every scan is one message", plant =>
{
    plant.line.Scan(bottles: 7, speed: 120, running: true);
    plant.line.Scan(bottles: 8);

    plant.Sinks.stream.ShouldHave(
        new { device = "line", tags = new { bottles = 7, speed = 120, running = true } },
        new { device = "line", tags = new { bottles = 8, speed = 120, running = true } });
});

Test("a line that does not answer sends nothing, and the next scan is sent", plant =>
{
    plant.line.Cut("cable pulled");
    plant.Run(10.Seconds);
    plant.Sinks.stream.ShouldBeEmpty();

    plant.line.Heal();
    plant.Run(1.Seconds);
    plant.Sinks.stream.ShouldHaveCount(1);
});

Test("a day without the stream loses nothing", plant =>
{
    plant.Sinks.stream.Fail("no server accepts");
    plant.Run(1.Days, t => plant.line.Set(bottles: (int)t.TotalSeconds));
    plant.Sinks.stream.Waiting.ShouldHaveCount(86_400);

    plant.Sinks.stream.Heal();
    plant.Sinks.stream.ShouldHaveCount(86_400);
});
