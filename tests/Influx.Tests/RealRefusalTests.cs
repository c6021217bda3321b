using System.Text;
using PlantRuntime.Conformance.Peers;
using PlantRuntime.Conformance.Sinks;
using PlantRuntime.Contracts;
using PlantRuntime.Influx.Tests.Testing;
using PlantRuntime.Plugins.Influx;

namespace PlantRuntime.Influx.Tests;

/// <summary>Records that a real InfluxDB 1.6 refuses, and the storage of the others beside them.</summary>
[Trait("Needs", "Server")]
public sealed class RealRefusalTests(Influxd server) : RealInfluxBase(server)
{
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
        var batch = Payloads(
            2, """{"values":{"a":"x"}}""", """{"values":{"a":2}}""", """{"values":{"a":"y"}}""", """{"values":{"list":[3]}}""", "no JSON");
        var refused = await DeliveryLoop.RunAsync(sink, batch);

        Assert.Equal([0, 2, 3, 4], refused.Select(id => id.Index).Order());
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
    public async Task A_missingDatabase_is_told_and_no_fault_of_the_records()
    {
        Skip.IfNot(Influxd.IsInstalled, "influxdb is not installed");
        await using var sink = Open(new InfluxOptions { Url = Server.Url, Database = "none" });
        await sink.ConnectAsync(default);
        var failure = await Assert.ThrowsAsync<IOException>(async () => await sink.WriteAsync(Batches.Counting(1, 0, 1), default));

        Assert.Equal($"{Server.Url}/write answered 404 Not Found: {{\"error\":\"database not found: \\\"none\\\"\"}}", failure.Message);
    }

    private static RecordBatch Payloads(int number, params string[] payloads)
    {
        var batch = Batches.Empty(number);
        foreach (var payload in payloads)
            batch.Add(Batches.Start.AddMilliseconds((10 * number) + batch.Count), "press", Encoding.UTF8.GetBytes(payload));
        return batch;
    }
}
