Test("values differ", plant =>
{
    plant.Load("recipes/press.csx");
    plant.press.Scan(amps: 12.5, good: true);
    plant.press.Scan(amps: 13.5);
    plant.Sinks.broker.ShouldHave(
        new { plc_id = "press-01", values = new { amps = 12.5, good = true } },
        new { plc_id = "press-01", values = new { amps = 14, good = true }, list = new[] { 1, 3 } });
});

Test("a record is missing", plant =>
{
    plant.Load("recipes/press.csx");
    plant.press.Scan(amps: 12.5);
    plant.Sinks.broker.ShouldHave(new { values = new { amps = 12.5 } }, new { values = new { amps = 13.5 } });
});

Test("a field is too many", plant =>
{
    plant.Load("recipes/press.csx");
    plant.press.Scan(amps: 12.5);
    plant.Sinks.broker.ShouldBe(new { plc_id = "press-01", values = new { amps = 12.5, good = 0 } });
});

Test("nothing was to come", plant =>
{
    plant.Load("recipes/press.csx");
    plant.press.Scan(amps: 12.5);
    plant.Sinks.broker.ShouldBeEmpty();
});

Test("many records", plant =>
{
    plant.Load("recipes/press.csx");
    plant.Run(2.Minutes, t => plant.press.Set(amps: t.TotalSeconds == 100 ? -1 : 1));
    plant.Sinks.broker.ShouldHave([.. Enumerable.Range(0, 120).Select(_ => new { values = new { amps = 1 } })]);
});

Test("the recipe throws", plant =>
{
    plant.Load("recipes/faulty.csx");
    plant.press.Scan(good: "x");
});

Test("the test throws", plant => plant.Time.ToString("q"));

Test("a tag by its name is misspelt", plant => plant.press.Scan(("amsp", 1)));

Test("a recipe does not compile", plant => plant.Load("recipes/broken.csx"));

Test("an edit does not compile", plant =>
{
    plant.Load("recipes/press.csx");
    plant.Reload("recipes/press.csx", text => text.Replace("Sinks.broker", "Sinks.brker"));
});

Test("a recipe is not there", plant => plant.Load("recipes/pres.csx"));

Test("bytes differ", plant =>
{
    plant.Load("recipes/press.csx");
    plant.press.Block("DB1").Write(0, 1, 2, 3);
    plant.press.Block("DB1").ShouldHave(0, 1, 2, 4);
});

Test("something is not so", plant => Check(plant.Time.Year == 2025));

Test("a passing one", plant => Check(true));

Test("one too many in the middle", plant =>
{
    plant.Load("recipes/press.csx");
    plant.Run(6.Seconds, t => plant.press.Set(amps: t.TotalSeconds));
    plant.Sinks.broker.ShouldHave([.. new[] { 1, 2, 4, 5.5, 6 }.Select(amps => new { values = new { amps } })]);
});
