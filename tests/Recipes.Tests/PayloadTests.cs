using System.Text.Json.Nodes;
using PlantRuntime.Contracts;

namespace PlantRuntime.Recipes.Tests;

public class PayloadTests
{
    [Fact]
    public void A_scan_becomes_the_object_that_the_recipe_shaped()
    {
        var fixture = new PlanFixture(b => b.Line.Scans.Only("speed", "temp", "running").Range("temp", 0, 10)
            .Payload(s => new { plc = s.Device, tags = s.Values, q = s.Qualities }).To(b.Sink));
        Assert.Equal(
            ["""{"plc":"line","tags":{"speed":1.5,"temp":null,"running":true},"q":{"speed":"GOOD","temp":"BAD_RANGE","running":"GOOD"}}"""],
            fixture.Scan(1.5f).Take());
    }

    [Fact]
    public void Everything_a_recipe_may_put_in_is_written_as_one_expects()
    {
        var fixture = new PlanFixture(b => b.Line.Scans.Payload(_ => new
        {
            text = "é \"quoted\" \n", none = (string?)null, big = ulong.MaxValue, real = 0.1f, nan = double.NaN, money = 1.10m,
            day = new DateTime(2026, 11, 21, 8, 0, 0, DateTimeKind.Utc), span = 90.Seconds, name = DayOfWeek.Friday,
            quality = Quality.BadRange,
            maybe = (int?)null, list = new[] { 1, 2 }, map = new Dictionary<string, object?> { ["a"] = 1, ["b"] = new { c = true } },
            node = JsonNode.Parse("[1]"), value = (Value)7, inner = new Point(1, 2),
        }).To(b.Sink));
        Assert.Equal(
            ["""
            {"text":"é \"quoted\" \n","none":null,"big":18446744073709551615,"real":0.1,"nan":null,"money":1.10,"day":"2026-11-21T08:00:00Z","span":90,"name":"Friday","quality":"BAD_RANGE","maybe":null,"list":[1,2],"map":{"a":1,"b":{"c":true}},"node":[1],"value":7,"inner":{"X":1,"Y":2}}
            """],
            fixture.Scan(1).Take());
        Assert.Empty(fixture.Faults);
    }

    [Fact]
    public void Null_is_no_record()
    {
        var fixture = new PlanFixture(b => b.Line.Scans.Payload(s => s["speed"].Number > 1 ? new { speed = s["speed"] } : null).To(b.Sink));
        Assert.Equal(["""{"speed":2}"""], fixture.Scan(1).Scan(2).Take());
    }

    [Fact]
    public void A_tag_that_is_not_there_is_named_with_what_was_meant()
    {
        var fixture = new PlanFixture(b => b.Line.Scans.Payload(s => new { v = s["sped"] }).To(b.Sink));
        Assert.Empty(fixture.Scan(1).Take());
        Assert.Equal("no tag \"sped\" in device line: did you mean \"speed\"?", Assert.Single(fixture.Faults).Message);
    }

    private readonly record struct Point(int X, int Y);
}
