Test("a capture is fed at its times, as recipes saw it then", plant =>
{
    plant.Load("recipes/press.csx");
    plant.Replay("captures/monday.jsonl");
    plant.Sinks.broker.ShouldHave(
        new { silent = "no scan came", time = "2026-11-21T09:59:30Z" },
        new { silent = "no scan came", time = "2026-11-21T10:00:00Z" },
        new { number = 1, values = new { amps = 12.5, good = true } },
        new { number = 2, values = new { amps = (double?)null, good = true }, quality = new { amps = "BAD_RANGE" } },
        new { number = 3, failure = "no answer within 3 s", quality = new { amps = "BAD_COMM", good = "BAD_COMM" } },
        new { silent = "no answer within 3 s", time = "2026-11-21T10:00:03.5Z" },
        new { silent = "no answer within 3 s", time = "2026-11-21T10:00:33.5Z" },
        new { number = 4, values = new { good = new object[] { 1, "a", true } } });
    Equal(new DateTime(2026, 11, 21, 10, 1, 0), plant.Time);
});

Test("a packed capture of another name's device is the same", plant =>
{
    plant.Load("recipes/press.csx");
    plant.Replay("captures/monday.jsonl.gz", new Dictionary<string, string> { ["hall"] = "press" });
    plant.Sinks.broker.ShouldHaveCount(8);
});
