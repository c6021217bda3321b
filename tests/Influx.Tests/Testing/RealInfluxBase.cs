using System.Text.Json;
using PlantRuntime.Conformance;
using PlantRuntime.Conformance.Peers;
using PlantRuntime.Conformance.Sinks;
using PlantRuntime.Conformance.Time;
using PlantRuntime.Contracts;
using PlantRuntime.Plugins.Influx;

namespace PlantRuntime.Influx.Tests.Testing;

/// <summary>Gives each test a separate database on a real InfluxDB.</summary>
public abstract class RealInfluxBase(Influxd server) : IClassFixture<Influxd>
{
    protected string Database { get; } = $"t{Guid.NewGuid():N}";

    protected Influxd Server => server;

    protected static (string, Value, Quality) Good(string tag, Value value) => (tag, value, Quality.Good);

    protected static ISink Open(InfluxOptions options) => new InfluxPlugin().Open(
        options, new PluginContext("history", "press-hall", "/", new ManualTimeProvider(Batches.Start), new CapturingPluginLog()));

    protected async Task<ISink> ConnectAsync(InfluxOptions? options = null)
    {
        Skip.IfNot(Influxd.IsInstalled, "influxdb is not installed");
        await Query.ExecuteAsync(server.Url, $"CREATE DATABASE {Database}");
        var sink = Open(options ?? new InfluxOptions { Url = server.Url, Database = Database });
        await sink.ConnectAsync(default);
        return sink;
    }

    protected static string Shown(JsonElement value) =>
        value.ValueKind == JsonValueKind.Number && !value.TryGetInt64(out _) ? Value.Of(value.GetDouble()).ToString() : value.ToString();

    protected Task<IReadOnlyList<IReadOnlyDictionary<string, JsonElement>>> RowsAsync(string query) =>
        Query.RowsAsync(server.Url, Database, query);
}
