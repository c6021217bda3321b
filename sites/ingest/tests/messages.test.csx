// The row that an ingest host stores of a message. Run with: plant test sites/ingest

Test("a message becomes one row with its identity, sequence, subject and payload", plant =>
{
    plant.stream.Scan(id: "3f-1-0", seq: 42, site: "press-01", device: "line", payload: """{"tags":{"speed":12.5},"quality":{}}""");

    plant.Sinks.messages.ShouldBe(new
    {
        time = "2026-01-01T00:00:00Z", id = "3f-1-0", seq = 42, site = "press-01", device = "line",
        payload = new { tags = new { speed = 12.5 }, quality = new { } },
    });
});

Test("a payload that is not JSON is kept as a text", plant =>
{
    plant.stream.Scan(id: "PLANT-7", seq: 7, site: "boiler", device: "plc", payload: "off {");

    plant.Sinks.messages.ShouldHave(new { id = "PLANT-7", seq = 7, payload = "off {" });
});

Test("what comes while the database is away is stored afterwards", plant =>
{
    plant.Sinks.messages.Fail("connection refused");
    for (var n = 1; n <= 1000; n++)
        plant.stream.Scan(id: $"3f-{n}-0", seq: n, site: "press-01", device: "line", payload: """{"tags":{}}""");
    plant.Sinks.messages.ShouldBeEmpty();
    plant.Sinks.messages.Waiting.ShouldHaveCount(1000);

    plant.Sinks.messages.Heal();
    plant.Sinks.messages.ShouldHaveCount(1000);
});
