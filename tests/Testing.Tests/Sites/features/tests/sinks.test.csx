Test("what could not be delivered waits and arrives in order", plant =>
{
    plant.Load("recipes/press.csx");
    plant.Sinks.broker.Fail("no route");
    plant.Run(10.Seconds, t => plant.press.Set(amps: 10 + t.TotalSeconds));
    plant.Sinks.broker.ShouldBeEmpty();
    plant.Sinks.broker.Waiting.ShouldHaveCount(11);
    plant.Sinks.broker.Waiting.ShouldEndWith(new { number = 11 });
    plant.Sinks.broker.Waiting.ShouldHaveCount(11);
    plant.Sinks.broker.Heal();
    plant.Sinks.broker.Waiting.ShouldBeEmpty();
    var amps = plant.Sinks.broker.Take().Where(r => r["values"]["amps"] != null).Select(r => (double)r["values"]["amps"]);
    Check(amps.SequenceEqual(Enumerable.Range(11, 10).Select(i => (double)i)));
});

Test("what waits for longer than max_age is given up", plant =>
{
    plant.Load("recipes/press.csx");
    plant.Sinks.broker.Fail();
    plant.Run(10.Seconds);
    plant.Run(1.Hours);
    Equal(9, plant.Sinks.broker.Expired);                   // an hour is not longer than an hour
    plant.Sinks.broker.Heal();
    plant.Sinks.broker.ShouldHaveCount(2 + 3600 + 360);
});

Test("what a sink refuses is a dead letter", plant =>
{
    plant.Load("recipes/press.csx");
    plant.Sinks.broker.Refuse("too large");
    plant.press.Scan();
    plant.Sinks.broker.Heal();
    plant.Sinks.broker.ShouldBeEmpty();
    plant.Sinks.broker.DeadLetters.ShouldHave(new { number = 1 }, new { number = 2 });
});

Test("a window closes at its time", plant =>
{
    plant.Load("recipes/window.csx");
    plant.press.Scan(amps: 10);
    plant.Advance(1.Minutes);
    plant.Sinks.table.ShouldBe(new { time = "2026-01-01T00:00:00Z", device = "press", tags = new { amps = 10 } });
});

Test("only the last records are kept, and all are counted", plant =>
{
    plant.Load("recipes/press.csx");
    plant.Run(4.Hours);
    plant.Sinks.broker.ShouldEndWith(new { number = 15839 }, new { number = 15840 });
    plant.Run(4.Hours);
    plant.Sinks.broker.ShouldHaveCount(15840);
});
