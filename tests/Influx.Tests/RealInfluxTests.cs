using System.Text;
using PlantRuntime.Conformance.Peers;
using PlantRuntime.Conformance.Sinks;
using PlantRuntime.Contracts;
using PlantRuntime.Influx.Tests.Testing;
using PlantRuntime.Plugins.Influx;

namespace PlantRuntime.Influx.Tests;

/// <summary>Writes to a real InfluxDB 1.6 and reads back through its query language.</summary>
[Trait("Needs", "Server")]
public sealed class RealInfluxTests(Influxd server) : RealInfluxBase(server)
{
    [SkippableFact]
    public async Task Every_kind_of_value_comes_back()
    {
        (string Tag, Value Value, string Shown)[] kinds =
        [
            ("b", true, "True"), ("b0", false, "False"), ("i", -1, "-1"), ("least", long.MinValue, $"{long.MinValue}"),
            ("greatest", long.MaxValue, $"{long.MaxValue}"), ("u", (ulong)long.MaxValue, $"{long.MaxValue}"), ("f", 0.1f, "0.1"),
            ("d", 0.1, "0.1"),
            ("whole", -1.0, "-1"), ("small", 1e-7, "1E-07"), ("empty", "", ""),
            ("t", "L 7 \"x\" \\ a,b=c \n °C 温度 🏭", "L 7 \"x\" \\ a,b=c \n °C 温度 🏭"),
            ("backslash", "\\", "\\"), ("huge", double.MaxValue, "1.7976931348623157E+308"),
        ];
        await using var sink = await ConnectAsync();
        await sink.WriteAsync(Batches.Of(1, [.. kinds.Select(k => (k.Tag, k.Value, Quality.Good))]), default);

        var row = Assert.Single(await RowsAsync("SELECT * FROM press"));
        Assert.Equal(1795248000123000000, row["time"].GetInt64());
        Assert.Equal(("press-hall", "press"), (row["site"].GetString(), row["device"].GetString()));
        foreach (var (tag, _, shown) in kinds) Assert.Equal((tag, shown), (tag, Shown(row[tag])));
        Assert.Equal(kinds.Length + 3, row.Count);
    }

    [SkippableFact]
    public async Task Types_of_fields_are_those_of_the_tags()
    {
        await using var sink = await ConnectAsync();
        var batch = Batches.Of(1, Good("b", true), Good("i", 1), Good("u", 1UL), Good("f", 1f), Good("d", 1.0), Good("t", "1"));
        await sink.WriteAsync(batch, default);

        var types = await RowsAsync("SHOW FIELD KEYS FROM press");
        Assert.Equal(
            ["b boolean", "d float", "f float", "i integer", "t string", "u integer"],
            types.Select(t => $"{t["fieldKey"].GetString()} {t["fieldType"].GetString()}"));
    }

    [SkippableFact]
    public async Task What_has_no_form_is_marked()
    {
        await using var sink = await ConnectAsync();
        var batch = Batches.Of(
            1,
            Good("nan", double.NaN), Good("inf", float.NegativeInfinity), Good("big", ulong.MaxValue), Good("none", Value.Null),
            ("old", 1.5, Quality.Stale));
        await sink.WriteAsync(batch, default);

        var row = Assert.Single(await RowsAsync("SELECT * FROM press"));
        Assert.Equal(
            ["big_quality GOOD", "inf_quality GOOD", "nan_quality GOOD", "none_quality GOOD", "old_quality STALE"],
            row.Where(c => c.Key.EndsWith("_quality", StringComparison.Ordinal)).Select(c => $"{c.Key} {c.Value}").Order());
        Assert.DoesNotContain("old", row.Keys);
    }

    [SkippableTheory]
    [InlineData("a,b=c d", "a,b=c d")]
    [InlineData("°C 温度 🏭", "°C 温度 🏭")]
    [InlineData("quote\" 'single' ; DROP", "quote\" 'single' ; DROP")]
    [InlineData("back\\slash", "back\\slash")]
    [InlineData("two\\\\slashes", "two\\\\slashes")]
    [InlineData("before\\,comma", "before/,comma")]
    [InlineData("at end\\", "at end/")]
    [InlineData("line\nbreak\ttab", "line\\nbreak\\ttab")]
    [InlineData("#comment", "#comment")]
    [InlineData("{}[]!", "{}[]!")]
    public async Task Odd_names_come_back(string name, string stored)
    {
        await using var sink = await ConnectAsync(new InfluxOptions { Url = Server.Url, Database = Database, Tags = { [name] = name } });
        var batch = Batches.Empty(1);
        batch.Add(Batches.Start, name, [new Sample { Tag = new Tag(0, $"n {name}", name), Value = name, Time = Batches.Start }]);
        batch.AddCounting(0, 1);
        await sink.WriteAsync(batch, default);

        var measurements = (await RowsAsync("SHOW MEASUREMENTS")).Select(m => m["name"].GetString()!);
        Assert.Equal(["press", stored.Replace('#', '_')], measurements.OrderBy(name => name != "press"));
        var row = Assert.Single(await RowsAsync("SELECT * FROM /.*/ WHERE device != 'press'"));
        Assert.Equal((stored, stored, name), (row["device"].GetString(), row[stored].GetString(), row[$"n {stored}"].GetString()));
    }

    [SkippableFact]
    public async Task Random_names_and_texts_come_back()
    {
        const int Seed = 20261121;
        var random = new Random(Seed);
        await using var sink = await ConnectAsync(new InfluxOptions { Url = Server.Url, Database = Database, Measurement = "m" });
        var batch = Batches.Empty(1);
        var texts = Enumerable.Range(0, 500).Select(_ => RandomText.From(random)).ToArray();
        for (var i = 0; i < texts.Length; i++)
        {
            var time = Batches.Start.AddMilliseconds(i);
            batch.Add(time, RandomText.From(random), [new Sample { Tag = new Tag(0, "t", ""), Value = texts[i], Time = time }]);
        }

        await sink.WriteAsync(batch, default);
        var stored = (await RowsAsync("SELECT t FROM m")).Select(r => r["t"].GetString());
        Assert.True(texts.SequenceEqual(stored), $"seed {Seed}: {string.Join('\u241f', stored)}");
    }

    [SkippableFact]
    public async Task A_batch_that_comes_again_adds_nothing()
    {
        await using var sink = await ConnectAsync();
        await sink.WriteAsync(Batches.Counting(1, 0, 500), default);
        await sink.WriteAsync(Batches.Counting(1, 0, 500), default);

        Assert.Equal(Enumerable.Range(0, 500), (await RowsAsync("SELECT n FROM press")).Select(r => r["n"].GetInt32()));
    }

    [SkippableTheory]
    [InlineData(Precision.Ns, 1795248000123456700)]
    [InlineData(Precision.Us, 1795248000123456000)]
    [InlineData(Precision.Ms, 1795248000123000000)]
    [InlineData(Precision.S, 1795248000000000000)]
    public async Task A_time_is_as_fine_as_the_precision(Precision precision, long stored)
    {
        var options = new InfluxOptions { Url = Server.Url, Database = Database, Precision = precision, Gzip = false };
        await using var sink = await ConnectAsync(options);
        var batch = Batches.Empty(1);
        batch.AddScan(Batches.Start.AddTicks(4567), Good("a", 1));
        await sink.WriteAsync(batch, default);

        Assert.Equal(stored, Assert.Single(await RowsAsync("SELECT a FROM press"))["time"].GetInt64());
    }

    [SkippableFact]
    public async Task Samples_with_times_of_their_own_are_points_of_their_own()
    {
        await using var sink = await ConnectAsync();
        var batch = Batches.Empty(1);
        DateTime[] times = [Batches.Start, Batches.Start, Batches.Start.AddMilliseconds(5)];
        var samples = times.Select((time, i) => new Sample { Tag = new Tag(i, $"t{i}", "press"), Value = i, Time = time });
        batch.Add(Batches.Start, "press", samples.ToArray());
        await sink.WriteAsync(batch, default);

        var rows = await RowsAsync("SELECT t0, t1, t2 FROM press");
        Assert.Equal(["time t0 t1", "time t2"], rows.Select(r => string.Join(' ', r.Keys)));
    }

    [SkippableFact]
    public async Task A_payload_is_a_field_for_each_value()
    {
        await using var sink = await ConnectAsync();
        var batch = Batches.Empty(1);
        var payload = """{"ts":2,"ok":true,"values":{"a b":1.5,"none":null},"list":["x",{"y":"ü"}],"time":1}""";
        batch.Add(Batches.Start, "press", Encoding.UTF8.GetBytes(payload));
        await sink.WriteAsync(batch, default);

        var row = Assert.Single(await RowsAsync("SELECT * FROM press"));
        Assert.Equal(
            ["list_0=x", "list_1_y=ü", "ok=True", "time_=1", "ts=2", "values_a b=1.5"],
            row.Where(c => c.Key is not ("time" or "site" or "device")).Select(c => $"{c.Key}={c.Value}").Order(StringComparer.Ordinal));
    }
}
