var calls = 0;

Test("a tag holds what it was given last, at first what is nearest to 0", plant =>
{
    calls++;
    plant.Load("recipes/press.csx");
    plant.press.Scan();
    plant.press.Scan(good: true, amps: 12.5);
    plant.press.Scan(amps: 13);

    // Two rates are two scans, as with the real device.
    plant.Sinks.broker.ShouldHave(
        new { number = 1, values = new { amps = 5, good = 0 } },
        new { number = 2 },
        new { number = 3, values = new { amps = 12.5, good = true } },
        new { number = 4 },
        new { number = 5, values = new { amps = 13, good = true } },
        new { number = 6 });
});

Test("a test knows nothing of the one before", plant => Equal(0, calls));

Test("a value is in the tag's unit, and a range holds", plant =>
{
    plant.Load("recipes/press.csx");
    plant.press.Scan(amps: 121, good: Quality.BadType);
    plant.press.Scan(("amps", 120), ("good", true), ("slow 1", 7));
    plant.Sinks.broker.ShouldHave(
        new { values = new { amps = (double?)null, good = (bool?)null }, quality = new { amps = "BAD_RANGE", good = "BAD_TYPE" } },
        """{ "values": { "slow 1": 0 } }""",
        new { values = new { amps = 120, good = true }, quality = new { amps = "GOOD", good = "GOOD" } },
        """{ "values": { "slow 1": 7 } }""");
});

Test("a lost connection is told once", plant =>
{
    plant.Load("recipes/press.csx");
    plant.press.Cut("cable pulled");
    plant.Run(5.Seconds);
    plant.press.Heal();
    plant.Run(1.Seconds);
    plant.Sinks.broker.ShouldHave(
        new { number = 1, failure = "cable pulled", values = new { amps = (double?)null }, quality = new { amps = "BAD_COMM" } },
        new { silent = "cable pulled" },
        new { number = 2, failure = (string)null, values = new { amps = 5 } });
});

Test("devices are scanned at the rates of site.toml", plant =>
{
    plant.Load("recipes/press.csx");
    plant.Run(1.Minutes);
    plant.Sinks.broker.ShouldHaveCount(60 + 6);
    plant.Run(1.Minutes, t => plant.press.Set(amps: 10 + t.TotalSeconds));
    plant.Sinks.broker.ShouldEndWith(new { values = new { amps = 70 } }, new { device = "press" });
});

Test("what is due goes before a scan of the same moment, and a scan before what is due later", plant =>
{
    plant.Load("recipes/press.csx");
    plant.press.Scan();
    plant.Advance(29.9.Seconds);
    plant.press.Scan();
    plant.Advance(29.9.Seconds);
    plant.Sinks.broker.ShouldHaveCount(4);
    plant.Advance(0.1.Seconds);
    plant.press.Scan();
    plant.Sinks.broker.ShouldHave(new { silent = "no scan came", since = "2026-01-01T00:00:29.9Z", time = plant.Time }, new { number = 5 }, new { number = 6 });
});

Test("a recipe's writes are checked and held", plant =>
{
    plant.Load("recipes/control.csx");
    plant.press.Scan(amps: 40);
    plant.press.Scan(amps: 110);
    plant.lab.Cut("off");
    plant.press.Scan(amps: 41);
    plant.lab.Writes.ShouldHave(
        new { tag = "setpoint", value = 40 },
        new { tag = "setpoint", value = 110, refused = "110 is outside 0 to 100" },
        new { tag = "setpoint", value = 41, refused = "lab is not connected: off" });
});
