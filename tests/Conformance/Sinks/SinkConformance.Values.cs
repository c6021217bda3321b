using System.Text;
using PlantRuntime.Contracts;
using static PlantRuntime.Conformance.Sinks.Batches;

namespace PlantRuntime.Conformance.Sinks;

public abstract partial class SinkConformance
{
    [SkippableFact]
    public async Task Stores_every_kind_of_value()
    {
        Value[] values =
        [
            true, false, 0, -1, long.MinValue, long.MaxValue, 0UL, ulong.MaxValue, 0.1f, float.MaxValue,
            float.Epsilon, 0.1, -1.0, double.MaxValue, double.Epsilon, 1e-7, float.NaN, double.NaN, float.PositiveInfinity,
            double.PositiveInfinity, double.NegativeInfinity, "", "text", Value.Null,
        ];
        await using var sink = await ConnectAsync();
        await sink.WriteAsync(Of(1, [.. values.Select((v, i) => ($"v{i}", v, Quality.Good))]), default);

        Assert.Equal(values.Select((v, i) => new StoredSample("press", $"v{i}", Shown(v), "GOOD")), Samples());
    }

    [SkippableFact]
    public async Task Stores_arrays()
    {
        var array = Value.Of([1, 2.5, "x \"y\"", true, Value.Null, Value.Of([7, 8])]);
        await using var sink = await ConnectAsync();
        await sink.WriteAsync(Of(1, ("a", array, Quality.Good), ("none", Value.Of([]), Quality.Good)), default);

        Assert.Equal([.. StoredArray("a", """[1,2.5,"x \"y\"",true,null,[7,8]]"""), .. StoredArray("none", "[]")], Samples());
    }

    [SkippableFact]
    public async Task Stores_every_quality()
    {
        var qualities = Enum.GetValues<Quality>();
        await using var sink = await ConnectAsync();
        await sink.WriteAsync(Of(1, [.. qualities.Select(q => (q.ToString(), (Value)1, q))]), default);

        Assert.Equal(qualities.Select(q => new StoredSample("press", q.ToString(), "1", q.ToText())), Samples());
    }

    [SkippableTheory]
    [InlineData("line\nbreak\r\n")]
    [InlineData("tab\tbell\aescape\u001b[31m nul\0end delete\u007f")]
    [InlineData("quote\" back\\slash 'single' ; DROP TABLE samples; --")]
    [InlineData("°C µ ñ 温度 🏭 \u2028")]
    [InlineData("{\"json\":1}")]
    public async Task Keeps_odd_characters_of_names_and_texts(string text)
    {
        var batch = Empty(1);
        batch.Add(Start, text, [new Sample { Tag = new Tag(0, text, text, unit: text), Value = text, Time = Start }]);
        await using var sink = await ConnectAsync();
        await sink.WriteAsync(batch, default);
        await sink.WriteAsync(Counting(2, 0, 1), default);

        Assert.Equal([new(text, text, text, "GOOD"), .. CountingStored(0, 1)], Samples());
    }

    [SkippableFact]
    public async Task Stores_payloads_as_they_are()
    {
        string[] payloads = ["""{"a":1,"b":[1.5,null,"x"]}""", """{"ü":"温度 🏭","escaped":"\n\u0000"}""", "{}"];
        var batch = Empty(1);
        foreach (var payload in payloads) batch.Add(Start, "press", Encoding.UTF8.GetBytes(payload));
        batch.AddCounting(0, 1);
        await using var sink = await ConnectAsync();
        await sink.WriteAsync(batch, default);

        Assert.Equal(payloads, Payloads());
        Assert.Equal(CountingStored(0, 1), Samples());
    }
}
