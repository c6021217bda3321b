Test("a day of the site's zone has 23 hours when clocks are set forward", plant =>
{
    plant.StartAt("2026-03-28T23:00:00Z");
    plant.Load("recipes/day.csx");
    for (var hour = 0; hour < 24; hour++)
    {
        plant.press.Scan(amps: 10);
        plant.Advance(1.Hours);
    }

    plant.Sinks.table.ShouldBe(new { day = "2026-03-28T23:00:00Z", count = 23 });
});
