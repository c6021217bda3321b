Test("a reload carries what operators remember, and takes the new text", plant =>
{
    plant.Load("recipes/window.csx", "recipes/press.csx");
    plant.press.Scan(amps: 10);
    Equal("carried=1", plant.Reload("recipes/window.csx", text => text.Replace("press.Scans", "press\n    .Scans")));
    plant.press.Scan(amps: 20);
    plant.Advance(1.Minutes);
    plant.Sinks.table.ShouldHave(new { tags = new { amps = 15 } });
    Check(plant.Reload("recipes/window.csx", text => text.Replace("Mean", "Max")).StartsWith("carried=0 dropped="));
});

Test("after a restart scans are counted anew and what waits is still there", plant =>
{
    plant.Load("recipes/press.csx");
    plant.Sinks.broker.Fail();
    plant.press.Scan();
    plant.Restart();
    plant.press.Scan();
    plant.Sinks.broker.Heal();
    plant.Sinks.broker.ShouldHave(new { number = 1 }, new { number = 2 }, new { number = 1 }, new { number = 2 });
});

Test("after a restart operators remember what they did before", plant =>
{
    plant.Load("recipes/window.csx");
    plant.press.Scan(amps: 10);
    plant.Restart();
    plant.press.Scan(amps: 20);
    plant.Advance(1.Minutes);
    plant.Sinks.table.ShouldHave(new { tags = new { amps = 15 } });
});

Test("an exception of a recipe can be expected", plant =>
{
    plant.Load("recipes/faulty.csx");
    plant.ShouldFault("FormatException", () => plant.press.Scan(good: "x"));
    plant.ShouldFault("recipes/faulty.csx(2,", () => plant.press.Scan(good: "y"));
});

Test("the clock can be set before it begins", plant =>
{
    plant.StartAt("2026-03-29T00:59:30Z");
    plant.Load("recipes/window.csx");
    plant.press.Scan(amps: 10);
    plant.Advance(30.Seconds);
    plant.Sinks.table.ShouldHave(new { time = "2026-03-29T00:59:00Z" });
});
