Test("a row has the values of both devices", plant =>
{
    plant.Load("recipes/join.csx");
    plant.line.Scan(speed: 2400);
    plant.Advance(300.Milliseconds);
    plant.meter.Scan(power: 60);
    plant.Sinks.rows.ShouldBe(new { time = "2026-01-01T00:00:00Z", kwh_per_1000 = 25 });
});

Test("without the meter, or half a second later, there is no row", plant =>
{
    plant.Load("recipes/join.csx");
    plant.line.Scan(speed: 2400);
    plant.Advance(600.Milliseconds);
    plant.meter.Scan(power: 60);
    plant.Sinks.rows.ShouldBeEmpty();
    plant.Run(10.Seconds);
    plant.Sinks.rows.ShouldHaveCount(10);
});

Test("a scan that waits for the other device outlives a restart", plant =>
{
    plant.Load("recipes/join.csx");
    plant.meter.Scan(power: 30);
    plant.Restart();
    plant.line.Scan(speed: 1200);
    plant.Sinks.rows.ShouldHave(new { kwh_per_1000 = 25 });
});
