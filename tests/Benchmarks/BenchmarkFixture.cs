using PlantRuntime.Conformance;
using PlantRuntime.Contracts;
using PlantRuntime.Sites;
using PlantRuntime.Sites.Models;
using PlantRuntime.Sites.Toml;

namespace PlantRuntime.Benchmarks;

/// <summary>Creates models and contexts for benchmarks.</summary>
internal static class BenchmarkFixture
{
    private static readonly SourceLocation s_at = new("bench", 1, 1);

    public static PluginContext Context(string name) => new(name, "bench", ".", TimeProvider.System, new CapturingPluginLog());

    public static DeviceModel Device(string name, TimeSpan poll, IEnumerable<(string Name, string Address)> tags) => new()
    {
        Name = name, At = s_at, Driver = "bench", DriverAt = s_at, Poll = poll, Timeout = TimeSpan.FromSeconds(3),
        Reconnect = new ReconnectOptions(),
        Tags = [.. tags.Select(t => new TagModel { Name = t.Name, At = s_at, Address = t.Address, AddressAt = s_at })],
        Settings = new TomlTable(s_at), Scalars = new Dictionary<string, object>(),
    };

    public static SinkModel Sink(string name) =>
        new() { Name = name, At = s_at, Sink = "bench", SinkAt = s_at, Settings = new TomlTable(s_at) };
}
