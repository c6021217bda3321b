Test("the OEE of a shift is its good pieces by those that were possible", plant =>
{
    plant.StartAt("2026-06-01T04:00:00Z");                  // 6 o'clock in Berlin
    plant.Load("recipes/oee.csx");
    var made = 60000;                                       // the counters overflow during the shift
    plant.line.Scan(running: true, total: made, good: made);
    plant.Run(8.Hours, t =>
    {
        var isRunning = t < 6.Hours;
        if (isRunning && t.Seconds % 2 == 1) made++;
        plant.line.Set(running: isRunning, total: made % 65536, good: (made - made / 10) % 65536);
    });
    plant.Sinks.oee.ShouldHave(new { shift = "2026-06-01T04:00:00Z", hours = 8, availability = 0.75, performance = 0.75 });
});

Test("the night shift in which clocks are set forward has seven hours", plant =>
{
    plant.StartAt("2026-03-28T21:00:00Z");
    plant.Load("recipes/oee.csx");
    plant.line.Scan(running: true, total: 0, good: 0);
    plant.Advance(6.Hours);
    plant.line.Scan(running: true, total: 8400, good: 4200);
    plant.Advance(1.Hours);
    plant.Sinks.oee.ShouldBe(new
    {
        shift = "2026-03-28T21:00:00Z", hours = 7, availability = 1, performance = 0.5, quality = 0.5, oee = 0.25,
    });
});

Test("a restart within a shift loses no piece", plant =>
{
    plant.StartAt("2026-06-01T04:00:00Z");
    plant.Load("recipes/oee.csx");
    plant.line.Scan(running: true, total: 65000, good: 65000);
    plant.Advance(4.Hours);
    plant.line.Scan(total: 65536 - 1, good: 65536 - 1);
    plant.Restart();
    plant.line.Scan(total: 9600 - 1 - 535, good: 4800 - 1 - 535);
    plant.Advance(4.Hours);
    plant.Sinks.oee.ShouldHave(new { availability = 1, performance = 0.5, quality = 0.5, oee = 0.25 });
});
