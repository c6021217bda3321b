using System.Text;
using PlantRuntime.Contracts;
using PlantRuntime.Queue.Format;

namespace PlantRuntime.Queue.Tests;

public class FormatTests
{
    private static readonly DateTime s_time = new(2026, 11, 21, 8, 0, 0, 123, DateTimeKind.Utc);

    [Fact]
    public void Records_come_back_as_they_were_each_sink_its_own()
    {
        var (a, b) = (new RouteSet("a.csx", ["one", "two"]), new RouteSet("b.csx", ["two"]));
        Tag[] tags = [new(0, "t", "press", "bar", "Druck"), new(1, "u", "press")];
        Value[] values = [1.5, 1.5f, true, -7, 18446744073709551615UL, "Grüße", Value.Null, double.NaN,
            Value.Of([1, Value.Of(["x", 2.5])])];
        var encoder = new BatchEncoder();
        foreach (var value in values)
        {
            Sample[] samples = [new() { Tag = tags[0], Value = value, Time = s_time.AddTicks(-3), Quality = Quality.Stale },
                new() { Tag = tags[1], Time = s_time, Quality = Quality.BadComm }];
            encoder.Add(a, s_time, "press", samples, default);
        }

        encoder.Add(b, DateTime.MinValue.AddTicks(1), "saw", default, "{\"n\":1}"u8);
        var bytes = Stamped(encoder);

        var (two, recipes) = Decode("two", bytes);
        Assert.Equal([.. Enumerable.Repeat("a.csx", values.Length), "b.csx"], recipes);
        for (var i = 0; i < values.Length; i++)
        {
            var samples = two[i].Samples.Span;
            Assert.Equal((new RecordId(Guid.Empty, 42, i), s_time, "press"), (two[i].Id, two[i].Time, two[i].Device));
            Assert.Equal((values[i], Quality.Stale, s_time.AddTicks(-3)), (samples[0].Value, samples[0].Quality, samples[0].Time));
            Assert.Equal(("t", "press", "bar", "Druck", "u"),
                (samples[0].Tag.Name, samples[0].Tag.Device, samples[0].Tag.Unit, samples[0].Tag.Description, samples[1].Tag.Name));
        }

        Assert.Equal(("saw", "{\"n\":1}"), (two[values.Length].Device, Encoding.UTF8.GetString(two[values.Length].Json.Span)));
        Assert.Equal(values.Length, Decode("one", bytes).Batch.Count);
        Assert.Equal(0, Decode("three", bytes).Batch.Count);
        Assert.Equal(2, Decode("two", bytes, values.Length - 1).Batch.Count);
    }

    private static byte[] Stamped(BatchEncoder encoder)
    {
        var batch = encoder.Complete();
        batch.Stamp(42, TimeSpan.FromSeconds(7));
        return batch.Bytes;
    }

    private static (RecordBatch Batch, List<string> Recipes) Decode(string sink, byte[] bytes, int first = 0)
    {
        var (batch, recipes) = (new RecordBatch(), new List<string>());
        BatchHeader.Read(bytes);
        new BatchDecoder(sink).Decode(bytes, first, [], batch, recipes);
        return (batch, recipes);
    }
}
