using System.Text;
using System.Text.Json;
using PlantRuntime.Conformance;
using PlantRuntime.Conformance.Sinks;
using PlantRuntime.Conformance.Time;
using PlantRuntime.Contracts;
using PlantRuntime.Influx.Tests.Testing;
using PlantRuntime.Plugins.Influx;

namespace PlantRuntime.Influx.Tests;

/// <summary>Written to a real InfluxDB 1.6, read back through its query language.</summary>
public sealed class RealInfluxTests(Influxd server) : IClassFixture<Influxd>
{
    private readonly string _database = $"t{Guid.NewGuid():N}";

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
        await using var sink = await ConnectAsync(new InfluxOptions { Url = server.Url, Database = _database, Tags = { [name] = name } });
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
        var chance = new Random(Seed);
        await using var sink = await ConnectAsync(new InfluxOptions { Url = server.Url, Database = _database, Measurement = "m" });
        var batch = Batches.Empty(1);
        var texts = Enumerable.Range(0, 500).Select(_ => RandomText.Of(chance)).ToArray();
        for (var i = 0; i < texts.Length; i++)
        {
            var time = Batches.Start.AddMilliseconds(i);
            batch.Add(time, RandomText.Of(chance), [new Sample { Tag = new Tag(0, "t", ""), Value = texts[i], Time = time }]);
        }

        await sink.WriteAsync(batch, default);
        Assert.Equal(texts, (await RowsAsync("SELECT t FROM m")).Select(r => r["t"].GetString()));
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
        var options = new InfluxOptions { Url = server.Url, Database = _database, Precision = precision, Gzip = false };
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

    [SkippableFact]
    public async Task A_field_of_another_type_is_refused_with_its_records_and_the_rest_is_stored()
    {
        await using var sink = await ConnectAsync();
        await sink.WriteAsync(Batches.Of(1, Good("a", 1)), default);
        var batch = Batches.Empty(2);
        for (var i = 1; i <= 4; i++) batch.AddScan(Batches.Start.AddSeconds(i), Good("a", i % 2 == 0 ? i + 0.5 : (Value)i));
        var refusal = await Assert.ThrowsAsync<RejectedException>(async () => await sink.WriteAsync(batch, default));

        Assert.Equal([1, 3], refusal.Indexes);
        Assert.False(refusal.OthersAreStored);
        Assert.Contains("answered 400 Bad Request: ", refusal.Message, StringComparison.Ordinal);
        Assert.Contains("field type conflict", refusal.Message, StringComparison.Ordinal);
        Assert.Equal([1, 1, 3], (await RowsAsync("SELECT a FROM press")).Select(r => r["a"].GetInt32()));
    }

    [SkippableFact]
    public async Task An_array_is_a_field_for_each_element_and_a_conflict_of_one_names_its_record()
    {
        await using var sink = await ConnectAsync();
        await sink.WriteAsync(Batches.Of(1, Good("a", Value.Of([1.5, Value.Null, true]))), default);
        var row = Assert.Single(await RowsAsync("SELECT a_0, a_2 FROM press"));
        Assert.Equal(("1.5", "True"), (Shown(row["a_0"]), Shown(row["a_2"])));

        var batch = Batches.Empty(2);
        for (var i = 1; i <= 2; i++) batch.AddScan(Batches.Start.AddSeconds(i), Good("a", Value.Of([i + 0.5, 0, i == 1 ? "x" : false])));
        var refusal = await Assert.ThrowsAsync<RejectedException>(async () => await sink.WriteAsync(batch, default));
        Assert.Equal([0], refusal.Indexes);
    }

    [SkippableFact]
    public async Task A_conflict_of_a_field_in_payloads_names_its_records()
    {
        await using var sink = await ConnectAsync();
        await sink.WriteAsync(Payloads(1, """{"values":{"a":1,"list":[true]}}"""), default);
        var batch = Payloads(2, """{"values":{"a":"x"}}""", """{"values":{"a":2}}""", """{"values":{"a":"y"}}""", """{"values":{"list":[3]}}""");
        var refused = await Delivery.RunAsync(sink, batch);

        Assert.Equal([0, 2, 3], refused.Select(id => id.Index));
        Assert.Equal([1, 2], (await RowsAsync("SELECT values_a FROM press")).Select(r => r["values_a"].GetInt32()));
    }

    [SkippableFact]
    public async Task A_point_that_the_server_refuses_without_naming_it_is_left_for_the_host_to_find()
    {
        await using var sink = await ConnectAsync();
        var batch = Batches.Counting(1, 0, 3);
        batch.AddScan(DateTime.MaxValue, Good("n", 1));
        var refusal = await Assert.ThrowsAsync<RejectedException>(async () => await sink.WriteAsync(batch, default));

        Assert.Null(refusal.Indexes);
    }

    [SkippableFact]
    public async Task A_missing_database_is_told_and_no_fault_of_the_records()
    {
        Skip.IfNot(Influxd.IsInstalled, "influxdb is not installed");
        await using var sink = Open(new InfluxOptions { Url = server.Url, Database = "none" });
        await sink.ConnectAsync(default);
        var failure = await Assert.ThrowsAsync<IOException>(async () => await sink.WriteAsync(Batches.Counting(1, 0, 1), default));

        Assert.Equal($"{server.Url}/write answered 404 Not Found: {{\"error\":\"database not found: \\\"none\\\"\"}}", failure.Message);
    }

    private static (string, Value, Quality) Good(string tag, Value value) => (tag, value, Quality.Good);

    private static RecordBatch Payloads(int number, params string[] payloads)
    {
        var batch = Batches.Empty(number);
        foreach (var payload in payloads) batch.Add(Batches.Start.AddMilliseconds((10 * number) + batch.Count), "press", Encoding.UTF8.GetBytes(payload));
        return batch;
    }

    private static ISink Open(InfluxOptions options) => new InfluxPlugin().Open(
        options, new PluginContext("history", "press-hall", "/", new ManualTimeProvider(Batches.Start), new CapturingPluginLog()));

    private async Task<ISink> ConnectAsync(InfluxOptions? options = null)
    {
        Skip.IfNot(Influxd.IsInstalled, "influxdb is not installed");
        await Query.ExecuteAsync(server.Url, $"CREATE DATABASE {_database}");
        var sink = Open(options ?? new InfluxOptions { Url = server.Url, Database = _database });
        await sink.ConnectAsync(default);
        return sink;
    }

    private static string Shown(JsonElement value) =>
        value.ValueKind == JsonValueKind.Number && !value.TryGetInt64(out _) ? Value.Of(value.GetDouble()).ToString() : value.ToString();

    private Task<IReadOnlyList<IReadOnlyDictionary<string, JsonElement>>> RowsAsync(string query) =>
        Query.RowsAsync(server.Url, _database, query);
}
